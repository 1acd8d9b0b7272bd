"""What does not fit is told whole or refused, each row of the report stands where the spreadsheet has it, and what is wrong is said as a
clerk says it. (M-48)"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from chengguan.cases import services
from chengguan.cases.models import Case, Report, Setting, Step, TakenOver
from chengguan.cases.services import retention
from chengguan.cases.services.takeover_mapping import check_name, mapping_of
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.selectors import SYSTEM
from chengguan.places.services import Unreadable

COLUMNS = ("编号", "上报", "结案", "状态", "地址", "举报人", "电话", "小类", "科室", "备注", "楼")
DONE = dict(zip(COLUMNS, ("A1", "2025-03-03 08:00:00", "2025-03-03 17:00:00", "结案", "河街 1 号", "王大明", "13800001111", "", "一科", "急", "3"), strict=True))
FIELDS: dict[str, Any] = {
    "key": {"column": "编号"}, "reported_at": {"column": "上报"}, "closed_at": {"column": "结案"}, "state": {"column": "状态", "table": {"结案": "closed"}},
    "address": {"column": "地址"}, "reporter_name": {"column": "举报人"}, "reporter_phone": {"column": "电话"},
}  # fmt: skip


def told(**more: Any) -> dict[str, Any]:
    return {"system": "old", "name": "旧平台", "fields": FIELDS} | more


@pytest.fixture
def take(world: World, tmp_path: Path):  # type: ignore[no-untyped-def]
    def run(*lines: str | dict[str, str], mapping: dict[str, Any] | None = None) -> services.Takeover:
        """Rows as dicts; a bare text is a line as it stands."""
        path, out = tmp_path / "export.csv", io.StringIO()
        table = csv.DictWriter(out, COLUMNS)
        table.writeheader()
        for each in lines:
            if isinstance(each, str):
                out.write(each)
            else:
                table.writerow(each)
        path.write_text(out.getvalue(), encoding="utf-8", newline="")
        return services.take_over(SYSTEM, path, mapping_of(mapping or told()), apply=True)

    return run


def test_an_address_that_does_not_fit_is_told_whole_beside_the_case(take) -> None:  # type: ignore[no-untyped-def]
    long = "乌江路" * 70 + "王大明家对面"
    report = take(DONE | {"地址": long})
    case = Case.objects.get()
    assert case.address == long[:200]
    (flag,) = case.taken_over.flags
    assert "地址描述超过 200 个字" in flag and flag.endswith(long)
    assert report.flags == {"地址描述超过 200 个字，只写入了前面的，全文是": 1}, "named in the report, counted as one kind"
    assert long in report.table[0][3]


def test_an_old_state_that_does_not_fit_is_told_whole(take) -> None:  # type: ignore[no-untyped-def]
    long = "已派遣" * 25
    take(DONE | {"状态": long}, mapping=told(fields=FIELDS | {"state": {"column": "状态", "table": {long: "closed"}}}))
    taken = TakenOver.objects.get()
    assert taken.old_state == long[:60] and taken.flags[0].endswith(long)


@pytest.mark.parametrize(("column", "value", "why"), [("举报人", "王大明" * 21, "举报人姓名超过 60 个字"), ("电话", "13800001111、" * 4, "举报人电话超过 30 个字")])
def test_a_name_or_telephone_that_does_not_fit_is_not_cut_into_somebody_elses(take, column: str, value: str, why: str) -> None:  # type: ignore[no-untyped-def]
    report = take(DONE | {column: value})
    assert (report.refused, Case.objects.count()) == (1, 0)
    assert why in report.table[0][2]
    assert value not in str(report.table), "the report tells nobody who reported"


def test_a_change_is_told_of_every_column(take) -> None:  # type: ignore[no-untyped-def]
    take(DONE)
    other = {"上报": "2025-03-03 07:00:00", "结案": "2025-03-03 18:00:00"} | {name: f"{DONE[name]}9" for name in ("地址", "小类", "科室", "备注", "楼")}
    report = take(DONE | other)
    assert [name for name in other if name not in report.table[0][2]] == []


def test_a_reporter_is_hidden_in_what_is_told_beside_the_case_too(take, world: World) -> None:  # type: ignore[no-untyped-def]
    take(DONE | {"地址": "乌江路" * 70 + "王大明家对面"})
    Setting.objects.create(key="retention.hide_reporter", value=True)
    assert retention.hide_reporters(NOW + timedelta(days=3000)) == 1
    assert "王大明" not in f"{TakenOver.objects.get().flags}{Report.objects.get().said}"


def test_rows_are_numbered_as_the_spreadsheet_does(take) -> None:  # type: ignore[no-untyped-def]
    wrong = DONE | {"状态": "飞走了"}
    report = take(DONE, ",,,,,,,,,,\r\n", "\r\n", DONE | {"编号": "A2", "地址": "河街\n二楼"}, wrong | {"编号": "A3"}, DONE)
    assert [(row, words) for row, verdict, words, _raw in report.table if verdict == "拒绝"] == [
        (6, "状态 的取值不在对照表里：飞走了"), (7, "编号在文件里重复：与第 2 行相同"),
    ]  # fmt: skip
    assert report.rows == 4, "the empty ones are no rows to take over"


def test_rows_of_a_workbook_are_numbered_as_the_spreadsheet_does(world: World, tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "export.xlsx"
    for number, row in ((1, COLUMNS), (2, DONE.values()), (5, (DONE | {"编号": ""}).values())):
        for place, value in enumerate(row, 1):
            book.active.cell(number, place, value or None)
    book.save(path)
    report = services.take_over(SYSTEM, path, mapping_of(told()))
    assert [row[0] for row in report.table] == [5]


def test_a_row_is_told_in_words_and_not_in_code(take) -> None:  # type: ignore[no-untyped-def]
    raw = take(DONE | {"编号": ""}).table[0][3]
    assert raw.startswith("上报 2025-03-03 08:00:00；结案") and not set(raw) & set('{}"')


def test_a_name_that_was_kept_before_there_was_a_bound_goes_on_and_a_new_one_is_refused_where_it_is_typed(take) -> None:  # type: ignore[no-untyped-def]
    assert take(DONE, mapping=told(name="旧" * 61)).accepted == 1
    assert "旧" * 61 in Step.objects.get(action="take_over").opinion
    with pytest.raises(services.BadMapping, match="“叫什么”太长"):
        check_name({"name": "旧" * 61})


def test_a_class_that_nobody_mapped_is_left_out_or_refuses_the_row(take) -> None:  # type: ignore[no-untyped-def]
    kept = FIELDS | {"matter_code": {"column": "小类", "default": ""}}
    report = take(DONE | {"小类": "怪事"}, DONE | {"编号": "A2", "小类": "01037"}, mapping=told(fields=kept))
    assert (report.accepted, list(Case.objects.order_by("pk").values_list("matter_code", flat=True))) == (2, ["", "01037"])
    strict = FIELDS | {"matter_code": {"column": "小类"}}
    assert "怪事" in take(DONE | {"编号": "A3", "小类": "怪事"}, mapping=told(fields=strict)).table[0][2]


def test_a_workbook_that_is_damaged_deep_inside_says_so_in_words(world: World, tmp_path: Path) -> None:
    book, whole, path = Workbook(), io.BytesIO(), tmp_path / "export.xlsx"
    book.active.append(COLUMNS)
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as broken:
        for each in source.infolist():
            content = source.read(each)
            broken.writestr(each, content[: len(content) // 2] if each.filename.endswith("sheet1.xml") else content)
    with pytest.raises(Unreadable, match="另存为 xlsx") as refused:
        services.take_over(SYSTEM, path, mapping_of(told()))
    assert not re.search(r"[a-z]{5,}", str(refused.value)), "nothing of what the library says"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"system": " "}, "请填“对方系统的代号”"),
        ({"fields": {}}, "对方编号、上报时间、状态"),
        ({"fields": FIELDS | {"state": {"column": "状态"}}}, "“状态”还没有对照"),
        ({"fields": FIELDS | {"state": {"column": "状态", "table": {"结案": "handling"}}}}, "“状态”里没有“处置中”"),
        ({"fields": FIELDS | {"matter_code": {"column": "小类", "table": {"路灯": "99999"}}}}, "“案件类别”里没有“99999”"),
        ({"fields": FIELDS | {"position": {"lon": "x", "lat": ""}}}, "经度、纬度两列都选"),
        ({"fields": FIELDS | {"address": {}}}, "没有写明“地址描述”在哪一列"),
        ({"fields": FIELDS | {"address": {}, "source": {}}}, "没有写明“地址描述”在哪一列；没有写明“来源”在哪一列"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said_in_the_clerks_words(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(services.BadMapping) as refused:
        mapping_of(told(**wrong))
    assert words in str(refused.value)
    assert not re.search(r"[a-z_]{3,}", str(refused.value)), "no name of ours for a field"
