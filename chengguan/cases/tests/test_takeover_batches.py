"""A file of another system's cases on its course: received or refused in words, tried before it is applied, withdrawn while untouched. (M-48)"""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone
from openpyxl import Workbook

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Change, Removal, Report, Step, TakeoverBatch, TakeoverMapping
from chengguan.cases.services import administration, rounds
from chengguan.cases.services import takeover_batches as verbs
from chengguan.cases.services.takeover_looking import look_at
from chengguan.cases.services.words import cut_due
from chengguan.cases.tests.conftest import World

HEADER = "编号,上报,结案,状态,描述,小类,经度,纬度"
ROWS = [
    "A1,2025-03-03 08:00:00,2025-03-03 17:00:00,结案,灯不亮,路灯,108.9916,28.4482",
    "A2,2025-03-04 08:00:00,,受理,井盖响,,108.9917,28.4483",
    "A3,2025-03-05 08:00:00,,不知道,树倒了,,108.9918,28.4484",
]
MAPPING: dict[str, Any] = {
    "system": "old", "name": "旧平台",
    "fields": {
        "key": {"column": "编号"}, "reported_at": {"column": "上报"}, "closed_at": {"column": "结案"}, "description": {"column": "描述"},
        "state": {"column": "状态", "table": {"受理": "reported", "结案": "closed"}},
        "matter_code": {"column": "小类", "table": {"路灯": "01037"}, "default": ""}, "position": {"lon": "经度", "lat": "纬度"},
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.FILES_FOLDER = str(tmp_path / "files")


def file(name: str = "案卷.csv", rows: list[str] | None = None, encoding: str = "gb18030") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join([HEADER, *(ROWS if rows is None else rows)]).encode(encoding))


def received(world: World, upload: Any = None) -> TakeoverBatch:
    batch = verbs.receive(world.who("administrator"), upload or file())
    return ran(batch)


def ran(batch: TakeoverBatch) -> TakeoverBatch:
    verbs.run(batch.pk)
    batch.refresh_from_db()
    return batch


def tried(world: World, upload: Any = None) -> TakeoverBatch:
    batch = received(world, upload)
    verbs.set_mapping(world.who("administrator"), batch.pk, MAPPING)
    return ran(verbs.begin(world.who("administrator"), batch.pk, "trying"))


def applied(world: World) -> TakeoverBatch:
    return ran(verbs.begin(world.who("administrator"), tried(world).pk, "applying"))


def test_a_file_is_looked_at_before_anybody_maps_it(world: World) -> None:
    batch = received(world)
    assert (batch.state, batch.rows) == ("ready", 3)
    columns = {each["name"]: each for each in batch.look["columns"]}
    assert columns["状态"]["words"] == {"结案": 1, "受理": 1, "不知道": 1}
    assert columns["描述"]["samples"] == ["灯不亮", "井盖响", "树倒了"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("空.csv", b"", "空的"),
        ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 50, "另存为 xlsx"),
        ("照片.jpg", b"\xff\xd8\xff\xe0", "只能读"),
        ("假.xlsx", b"a,b\n1,2\n", "不符"),
        ("假.csv", b"PK\x03\x04xxxx", "不符"),
        ("乱.csv", b"a,b\n\0\0\0", "不是文本表格"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_words_and_not_kept(world: World, name: str, content: bytes, why: str) -> None:
    with pytest.raises(services.Refused, match=why):
        verbs.receive(world.who("administrator"), SimpleUploadedFile(name, content))
    assert not TakeoverBatch.objects.exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (HEADER.encode(), "没有数据行"),
        ("甲,甲\n1,2\n".encode(), "列名重复：甲"),
        (b"a,b\n" + b"\xff\xff\xff\xff", "文字编码"),
    ],
)
def test_what_cannot_be_read_says_why_and_may_be_sent_again(world: World, content: bytes, why: str) -> None:
    for _turn in range(2):
        batch = received(world, SimpleUploadedFile("案卷.csv", content))
        assert batch.state == "unreadable"
        assert why in batch.words


def test_a_broken_workbook_says_so(world: World) -> None:
    batch = received(world, SimpleUploadedFile("案卷.xlsx", b"PK\x03\x04" + b"x" * 100))
    assert batch.state == "unreadable"
    assert "打不开" in batch.words and "zip" not in batch.words


def test_the_same_file_is_not_taken_twice(world: World) -> None:
    first = received(world)
    with pytest.raises(verbs.SameFile, match="已经传过") as refused:
        verbs.receive(world.who("administrator"), file("改了名.csv"))
    assert refused.value.batch == first


def test_only_the_administrator_takes_over(world: World) -> None:
    with pytest.raises(services.Refused, match="管理员"):
        verbs.receive(world.who("leader"), file())
    batch = tried(world)
    with pytest.raises(services.Refused, match="管理员"):
        verbs.begin(world.who("shift_leader"), batch.pk, "applying")


def test_nothing_is_applied_that_was_not_tried(world: World) -> None:
    batch = received(world)
    admin = world.who("administrator")
    with pytest.raises(services.Refused, match="待映射"):
        verbs.begin(admin, batch.pk, "applying")
    with pytest.raises(services.Refused, match="请填“对方系统的代号”"):
        verbs.begin(admin, batch.pk, "trying")
    batch = tried_again = ran(verbs.begin(admin, verbs.set_mapping(admin, batch.pk, MAPPING).pk, "trying"))
    assert (tried_again.state, tried_again.result["accepted"], tried_again.result["refused"]) == ("tried", 2, 1)
    assert Case.objects.count() == 0
    changed = MAPPING | {"name": "别的名字"}
    verbs.set_mapping(admin, batch.pk, changed)
    with pytest.raises(services.Refused, match="没有改动"):
        verbs.begin(admin, batch.pk, "applying")


def test_what_was_tried_is_applied_and_the_file_given_up(world: World) -> None:
    batch = applied(world)
    assert (batch.state, batch.file, batch.result["applied"], batch.rows_done) == ("applied", None, True, 3)
    assert Case.objects.filter(taken_over__batch=batch).count() == 2
    assert Step.objects.filter(action="take_over").values_list("who_name", flat=True)[0] == world.accounts["administrator"].name
    assert batch.table is not None
    with verbs.files.open(batch.table.sha256) as kept:
        table = kept.read().decode("utf-8-sig")
    assert "拒绝" in table and "不知道" in table


def test_a_case_is_found_by_the_number_it_had_there(world: World) -> None:
    """It is the only one that stands on the county's papers."""
    batch = applied(world)
    cut_due()
    for case in Case.objects.filter(taken_over__batch=batch).select_related("taken_over"):
        found = selectors.find(world.who("leader"), text=case.taken_over.old_number)
        assert case.pk in {each.pk for each in found.cases}


def test_a_workbook_says_the_same_as_a_text(world: World) -> None:
    book, out = Workbook(), io.BytesIO()
    for line in (HEADER, *ROWS):
        book.active.append(line.split(","))
    book.save(out)
    assert tried(world, SimpleUploadedFile("案卷.xlsx", out.getvalue())).result["accepted"] == 2


def test_a_batch_nobody_touched_is_withdrawn_whole_and_its_numbers_stay(world: World) -> None:
    kept = world.case("reported")
    batch = applied(world)
    rounds.archive_due(timezone.now() + timedelta(days=60))
    numbers = set(Case.objects.filter(taken_over__batch=batch).values_list("register_number", flat=True))
    batch = ran(verbs.begin(world.who("administrator"), batch.pk, "withdrawing"))
    assert (batch.state, list(Case.objects.all())) == ("withdrawn", [kept])
    assert not Report.objects.filter(source="upper").exists()
    assert {row.number for row in Removal.objects.filter(kind="withdrawn")} == numbers
    assert received(world).state == "ready", "the file may come again"


def test_a_batch_somebody_worked_on_stays_whole(world: World) -> None:
    batch = applied(world)
    case = Case.objects.get(taken_over__old_number="A2")
    services.act(world.who("acceptor"), case, "refuse", reason="原系统已另办")
    batch = ran(verbs.begin(world.who("administrator"), batch.pk, "withdrawing"))
    assert batch.state == "applied"
    assert case.register_number in batch.words
    assert Case.objects.filter(taken_over__batch=batch).count() == 2
    assert not Removal.objects.exists()


def test_the_database_lets_go_of_no_step_without_a_record(world: World) -> None:
    applied(world)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Step.objects.filter(action="take_over")._raw_delete("default")


def test_a_batch_whose_job_was_ended_goes_on(world: World) -> None:
    batch = tried(world)
    verbs.begin(world.who("administrator"), batch.pk, "applying")
    assert verbs.go_on() == 0
    TakeoverBatch.objects.filter(pk=batch.pk).update(heard_at=timezone.now() - timedelta(minutes=6))
    assert verbs.go_on() == 1
    assert ran(batch).state == "applied"


def test_a_saved_mapping_is_configuration_with_history(world: World) -> None:
    admin = world.who("administrator")
    services.save_mapping(admin, "旧平台", MAPPING)
    services.save_mapping(admin, "旧平台", MAPPING | {"crowd": 5})
    administration.undo(admin, Change.objects.filter(kind="mapping").order_by("-pk").first())
    assert TakeoverMapping.objects.get().told == MAPPING
    with pytest.raises(services.Refused, match="还没有说明这些在哪一列"):
        services.save_mapping(admin, "坏的", {"system": "x", "fields": {}})


def test_a_hundred_thousand_rows_are_looked_at_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text(HEADER + "\n" + "".join(f"A{n},2025-03-03 08:00:00,,受理,描述{n},,1,1\n" for n in range(100_000)), encoding="gb18030")
    said: list[int] = []
    looked = look_at(path, said.append)
    assert (looked["rows"], said[-1]) == (100_000, 100_000)
    assert next(each for each in looked["columns"] if each["name"] == "编号")["words"] is None
