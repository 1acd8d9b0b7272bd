"""Two cities' public exports through the page, each into a scratch county of its own: the same comes out as by the command. (M-48)"""

from __future__ import annotations

import csv
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengguan.cases.models import Case, TakenOver, TakeoverBatch
from chengguan.cases.services import takeover_batches
from chengguan.config.tests.test_load_cases import BALTIMORE, BOSTON, county, needs
from chengguan.console.tests.duty import signed_in

HOME = "/administration/takeovers"


@pytest.fixture
def admin(town):
    return signed_in("admin")


def work(batch):
    takeover_batches.run(batch.pk)
    batch.refresh_from_db()
    assert not batch.words, batch.words
    return batch


def taken(admin, path, columns, tables):
    before = Case.objects.count()
    admin.post(f"{HOME}/upload", {"file": SimpleUploadedFile(path.name, path.read_bytes())})
    batch = work(TakeoverBatch.objects.get())
    page = f"{HOME}/{batch.pk}"
    admin.post(f"{page}/columns", {"zone": "America/New_York", **columns})
    for field, table in tables.items():
        admin.post(f"{page}/words/{field}", {"word": list(table), "ours": list(table.values()), "rest": "keep"})
    admin.post(f"{page}/go/try")
    batch = work(batch)
    assert (batch.state, Case.objects.count()) == ("tried", before)
    admin.post(f"{page}/go/apply")
    batch = work(batch)
    assert batch.state == "applied"
    assert admin.get(page).status_code == 200
    lines = b"".join(admin.get(f"{page}/report.csv").streaming_content).decode("utf-8-sig").splitlines()
    return batch, list(csv.DictReader(lines))


@needs(BOSTON)
def test_boston_whole(admin):
    county("boston")
    columns = {
        "system": "boston311", "name": "Boston 311", "column_key": "case_enquiry_id", "column_reported_at": "open_dt", "column_closed_at": "closed_dt",
        "column_deadline": "sla_target_dt", "column_on_time": "on_time", "column_state": "case_status", "column_source": "source",
        "column_description": ["case_title", "reason", "closure_reason"], "column_address": "location", "lon": "longitude", "lat": "latitude", "crs": "4490",
    }  # fmt: skip
    tables = {
        "state": {"Open": "reported", "Closed": "closed"}, "on_time": {"ONTIME": "yes", "OVERDUE": "no"},
        "source": {"Constituent Call": "hotline", "Self Service": "citizen"},
    }  # fmt: skip
    batch, said = taken(admin, BOSTON, columns, tables)
    refused = sum(row["结论"] == "拒绝" for row in said)
    assert batch.rows == 5268 == batch.cases.count() + refused
    judged = TakenOver.objects.filter(on_time__isnull=False)
    assert judged.count() == 2237
    assert [each.old_number for each in judged if each.on_time != each.old_on_time] == []
    assert batch.result["verdicts"] == {"agree": 2237}


@needs(BALTIMORE)
def test_baltimore_whole_with_its_rounded_coordinates_flagged(admin):
    county("baltimore")
    clock = "%m/%d/%Y %I:%M:%S %p"
    columns = {
        "system": "baltimore311", "column_key": "SRRecordID", "column_reported_at": "CreatedDate", "format_reported_at": clock, "column_closed_at": "CloseDate",
        "format_closed_at": clock, "column_deadline": "DueDate", "format_deadline": clock, "column_state": "SRStatus", "column_source": "MethodReceived",
        "column_description": ["SRType", "Outcome"], "column_address": "Address", "lon": "Longitude", "lat": "Latitude", "crs": "4490",
    }  # fmt: skip
    reported = ("New", "Open", "Pending", "In Progress", "New (Duplicate)", "Open (Duplicate)")
    tables = {
        "state": dict.fromkeys(reported, "reported") | {"Closed": "closed", "Closed (Duplicate)": "declined", "Closed (Transferred)": "transferred"},
        "source": {"Phone": "hotline", "API": "citizen", "Web": "citizen"},
    }
    batch, said = taken(admin, BALTIMORE, columns, tables)
    refused = sum(row["结论"] == "拒绝" for row in said)
    assert (batch.rows, refused) == (10_000, 100)
    assert batch.cases.count() == 9_900
    kinds = Counter(row["原因"].split("：")[0] for row in said)
    assert kinds["坐标取整，不落图"] >= 892
    assert batch.result["flags"]["坐标取整，不落图"] == kinds["坐标取整，不落图"]
