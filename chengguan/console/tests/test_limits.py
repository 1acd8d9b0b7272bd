"""The pages of limits: found by matter, changed with a reason, undone, sent out and taken in as a sheet."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from chengguan.cases.models import Change, FilingLimit
from chengguan.cases.services.limits import CLASS_HEADERS, LIMIT_HEADERS
from chengguan.console.tests.duty import signed_in
from chengguan.people.spreadsheets import sheet
from chengguan.places.models import Area

HOME = "/administration/limits"
CHANGE = {"area_class": "B", "valid_from": "2026-01-01", "value": "6", "clock": "work_day", "verify_value": "", "verify_clock": "", "reason": "会议决定"}
pytestmark = pytest.mark.usefixtures("town")


def test_conditions_are_found_by_matter_and_words():
    admin = signed_in("admin")
    assert "01001-01" in admin.get(HOME + "?q=01001").content.decode()
    rows = admin.get(HOME + "?q=井盖 缺失").context["page"].paginator.object_list
    assert rows
    assert all("缺失" in row["text"] for row in rows)
    assert "没有符合条件" in admin.get(HOME + "?own=1").content.decode()
    assert {row["matter"][:2] for row in admin.get(HOME + "?major=01").context["page"].paginator.object_list} == {"01"}


def test_the_communities_of_a_township_are_shown_when_it_is_opened():
    admin = signed_in("admin")
    community = Area.objects.filter(level="community").select_related("parent").first()
    admin.post(f"{HOME}/areas", {"code": community.code, "area_class": "C"})
    closed = {row["area"].pk: row for row in admin.get(f"{HOME}/areas").context["rows"]}
    assert community.pk not in closed
    assert closed[community.parent_id]["own"] == 1
    assert closed[community.parent_id]["below"] == Area.objects.filter(parent=community.parent).count()
    opened = {row["area"].pk: row for row in admin.get(f"{HOME}/areas", {"of": community.parent.code}).context["rows"]}
    assert opened[community.pk]["holds"] == "C"
    back = admin.post(f"{HOME}/areas", {"code": community.code, "area_class": "", "of": community.parent.code})
    assert back.url.endswith(f"?of={community.parent.code}")


def test_a_limit_is_changed_with_a_reason_shown_with_its_history_and_set_back():
    admin = signed_in("admin")
    assert admin.post(f"{HOME}/01037-03", {**CHANGE, "reason": ""}).status_code == 200
    assert not FilingLimit.objects.exists()
    admin.post(f"{HOME}/01037-03", CHANGE)
    page = admin.get(f"{HOME}/01037-03").content.decode()
    assert "6 工作日" in page
    assert "会议决定" in page
    assert "6 工作日" in admin.get(HOME + "?own=1").content.decode()
    change = Change.objects.get(kind="limit")
    admin.post(f"{HOME}/01037-03/undo/{change.pk}", {"reason": "改错了"})
    assert not FilingLimit.objects.exists()


def test_a_number_without_its_clock_is_refused_on_the_form():
    page = signed_in("admin").post(f"{HOME}/01037-03", {**CHANGE, "clock": ""}).content.decode()
    assert "时限和计时方式要一起填" in page


def test_the_sheet_that_goes_out_comes_in_again_without_a_change_and_a_changed_one_changes():
    admin = signed_in("admin")
    admin.post(f"{HOME}/01037-03", CHANGE)
    out = admin.get(HOME + "?q=01037&as=xlsx").content
    lines = [["" if cell is None else cell for cell in line] for line in load_workbook(io.BytesIO(out)).active.iter_rows(min_row=2, values_only=True)]

    def taken(content, **more):
        return admin.post(f"{HOME}/import", {"file": SimpleUploadedFile("a.xlsx", content), "valid_from": "2026-11-01", **more}).context["report"]

    report = taken(out)
    assert (report.created, report.changed, report.same, report.refused) == (0, 0, len(lines), [])
    lines[0][4] = 4
    lines[1][5] = "星期"
    changed = sheet(LIMIT_HEADERS, lines)
    assert taken(changed, dry="on").created == 1
    assert FilingLimit.objects.count() == 1
    report = taken(changed)
    assert (report.created, [line for line, _reason in report.refused]) == (1, [3])
    assert FilingLimit.objects.get(area_class="").valid_from == date(2026, 11, 1)


def test_areas_get_their_class_one_by_one_and_by_sheet():
    admin, area = signed_in("admin"), Area.objects.filter(level="township").first()
    admin.post(f"{HOME}/areas", {"code": area.code, "area_class": "C"})
    area.refresh_from_db()
    assert area.area_class == "C"
    content = sheet(CLASS_HEADERS, [(area.code, "", "", "B"), ("", "", "", ""), ("12", "", "", "A")])
    report = admin.post(f"{HOME}/areas/import", {"file": SimpleUploadedFile("a.xlsx", content)}).context["report"]
    assert (report.changed, [line for line, _why in report.refused]) == (1, [4]), "by its line in the sheet, empty ones counted"
    admin.post(f"{HOME}/areas/undo/{Change.objects.latest('pk').pk}", {"reason": "改错了"})
    area.refresh_from_db()
    assert area.area_class == "C"


def test_nobody_but_an_administrator_comes_in():
    for address in (HOME, f"{HOME}/01037-03", f"{HOME}/areas"):
        assert signed_in("dispatch").get(address).status_code == 403
