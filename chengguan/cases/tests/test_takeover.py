"""Cases of another system become ours, each said to be taken over, none lost without a reason. (M-48)"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from chengguan.cases import services
from chengguan.cases.models import Case, Report, Step, TakenOver
from chengguan.cases.selectors import worklist
from chengguan.cases.services.takeover_mapping import ENDED_STATES, OPEN_STATES
from chengguan.cases.tests.conftest import World
from chengguan.cases.workflow import FINAL, OPEN
from chengguan.people.selectors import SYSTEM
from chengguan.places.services import Unreadable

EXAMPLE = settings.REPOSITORY / "docs" / "how-to" / "mappings" / "chinese-export.toml"
MAPPING = """
system = "old"
name = "旧平台"
crowd = 3
[fields]
key = { column = "编号" }
reported_at = { column = "上报" }
closed_at = { column = "结案" }
deadline = { column = "截止" }
on_time = { column = "按时", table = { "是" = "yes", "否" = "no" }, default = "" }
state = { column = "状态", table = { "受理" = "reported", "派遣" = "awaiting_dispatch", "结案" = "closed", "作废" = "voided" } }
description = { column = "描述" }
matter_code = { column = "小类", table = { "路灯" = "01037" }, default = "" }
position = { lon = "经度", lat = "纬度" }
"""
COLUMNS = ("编号", "上报", "结案", "截止", "按时", "状态", "描述", "小类", "经度", "纬度")
DONE = {"编号": "A1", "上报": "2025-03-03 08:00:00", "结案": "2025-03-03 17:00:00", "截止": "2025-03-04 08:00:00", "按时": "是",
        "状态": "结案", "描述": "灯不亮", "小类": "路灯", "经度": "108.9916", "纬度": "28.4482"}  # fmt: skip
OPEN_ROW = DONE | {"编号": "A2", "结案": "", "按时": "", "状态": "受理", "描述": "井盖响", "小类": ""}


@pytest.fixture
def take(world: World, tmp_path: Path):  # type: ignore[no-untyped-def]
    def run(*rows: dict[str, str], apply: bool = True, mapping: str = MAPPING) -> services.Takeover:
        path = tmp_path / "export.csv"
        with path.open("w", encoding="gb18030", newline="") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(rows)
        return services.take_over(SYSTEM, path, services.read_mapping(mapping), apply=apply)

    return run


def reasons(report: services.Takeover) -> list[str]:
    return [f"{verdict} {words}" for _row, verdict, words, _raw in report.table]


def test_a_closed_case_keeps_its_times_and_says_in_one_step_that_it_was_taken_over(take) -> None:  # type: ignore[no-untyped-def]
    report = take(DONE)
    case = Case.objects.get()
    assert (report.accepted, report.refused, report.flagged) == (1, 0, set())
    assert (case.state, case.matter_code, case.unit_grid.code) == ("closed", "01037", "500241001001001")
    assert case.reported_at == datetime(2025, 3, 3, 0, 0, tzinfo=UTC)
    assert case.closed_at == datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
    step = Step.objects.get()
    assert (step.action, step.from_state, step.to_state) == ("take_over", "(new)", "closed")
    assert "旧平台" in step.opinion and "A1" in step.opinion and "结案" in step.opinion
    assert Report.objects.get().said["描述"] == "灯不亮"


def test_the_old_systems_deadline_and_verdict_stand_beside_ours(take) -> None:  # type: ignore[no-untyped-def]
    report = take(DONE, DONE | {"编号": "A3", "结案": "2025-03-04 08:00:01", "按时": "是"})
    first, second = TakenOver.objects.order_by("old_number")
    assert (first.old_on_time, first.on_time, second.old_on_time, second.on_time) == (True, True, True, False)
    assert first.old_deadline == datetime(2025, 3, 4, 0, 0, tzinfo=UTC)
    assert dict(report.verdicts) == {"agree": 1, "differ": 1}
    assert any("按时与否与原系统不同" in words for words in reasons(report))
    clock = second.case.clocks.get()
    assert (clock.kind, clock.deadline, clock.overdue) == ("handling", second.old_deadline, True)
    assert second.case.handling_overdue and not first.case.handling_overdue


def test_an_open_case_goes_on_at_the_desk_with_a_clock_of_today(take, world: World) -> None:  # type: ignore[no-untyped-def]
    take(OPEN_ROW)
    case = Case.objects.get()
    assert case in worklist(world.who("acceptor")).cases
    assert case.deadline is not None and case.deadline > case.taken_over.taken_at
    services.act(world.who("acceptor"), case, "refuse", reason="原系统已另办")
    assert Case.objects.get().state == "refused"


def test_many_open_cases_ask_the_database_no_more_often_than_one(take) -> None:  # type: ignore[no-untyped-def]
    with CaptureQueriesContext(connection) as one:
        take(OPEN_ROW)
    with CaptureQueriesContext(connection) as many:
        take(*(OPEN_ROW | {"编号": f"B{number}", "描述": f"井盖响 {number}"} for number in range(20)))
    assert Case.objects.count() == 21
    assert len(many) <= len(one)


def test_a_case_that_was_filed_before_waits_for_its_department_with_a_number(take, world: World) -> None:  # type: ignore[no-untyped-def]
    take(OPEN_ROW | {"状态": "派遣", "小类": "路灯"}, OPEN_ROW | {"编号": "A9", "状态": "派遣", "小类": ""})
    filed, without = Case.objects.order_by("id")
    assert filed.state == "awaiting_dispatch" and filed.number
    services.act(world.who("dispatcher"), filed, "dispatch", department=world.lighting)
    assert without.state == "reported" and "缺类别或网格" in without.taken_over.flags[0]


def test_a_dry_run_says_the_same_and_writes_nothing(take) -> None:  # type: ignore[no-untyped-def]
    tried = take(DONE, OPEN_ROW, DONE, apply=False)
    assert Case.objects.count() == TakenOver.objects.count() == 0
    done = take(DONE, OPEN_ROW, DONE)
    assert "试运行" in tried.summary() and "试运行" not in done.summary()
    assert tried.as_data() | {"applied": True} == done.as_data()


def test_a_second_run_adds_nothing_and_says_which_rows_the_old_system_changed(take) -> None:  # type: ignore[no-untyped-def]
    take(DONE, OPEN_ROW)
    report = take(DONE, OPEN_ROW | {"描述": "井盖不响了"})
    assert (report.accepted, report.unchanged, report.changed) == (0, 1, 1)
    assert Case.objects.count() == 2
    assert any("描述 井盖响 → 井盖不响了" in words for words in reasons(report))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"编号": ""}, "没有编号"),
        ({"上报": "昨天"}, "时间看不懂"),
        ({"上报": ""}, "没有上报时间"),
        ({"上报": "2999-01-01 00:00:00", "结案": "", "状态": "受理"}, "在将来"),
        ({"结案": "2025-03-02 00:00:00"}, "办结早于上报"),
        ({"结案": ""}, "没有办结时间"),
        ({"状态": "飞走了"}, "不在对照表里"),
        ({"经度": "116.391276"}, "不在本县范围内"),
        ({"编号": "9" * 61}, "超过 60 个字"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_with_its_reason(take, change: dict[str, str], why: str) -> None:  # type: ignore[no-untyped-def]
    report = take(DONE | change)
    assert report.refused == 1 and Case.objects.count() == 0
    assert why in reasons(report)[0]


@pytest.mark.parametrize(
    ("lon", "lat", "why"),
    [("109", "28", "坐标取整"), ("108.99", "28.45", "坐标取整"), ("0", "0", "坐标为零"), ("", "", "没有坐标"), ("东", "北", "不是数字")],
)
def test_coordinates_that_say_nothing_leave_the_case_without_a_place_and_flagged(take, lon: str, lat: str, why: str) -> None:  # type: ignore[no-untyped-def]
    report = take(DONE | {"经度": lon, "纬度": lat})
    case = Case.objects.get()
    assert case.point is None and case.unit_grid is None
    assert why in case.taken_over.flags[0] and why in reasons(report)[0]


def test_the_same_number_twice_is_refused_and_a_likely_double_flagged(take) -> None:  # type: ignore[no-untyped-def]
    report = take(DONE, DONE, DONE | {"编号": "A7"})
    assert (report.accepted, report.refused) == (2, 1)
    assert any("与第 2 行相同" in words for words in reasons(report))
    assert any("疑似重复" in words for words in reasons(report))


def test_many_rows_on_one_point_are_flagged(take) -> None:  # type: ignore[no-untyped-def]
    report = take(*(DONE | {"编号": f"B{n}", "描述": str(n)} for n in range(3)))
    assert report.flags["同一点上的行过多"] == 3


def test_a_workbook_is_read_with_its_own_dates(world: World, tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "export.xlsx"
    book.active.append(COLUMNS)
    book.active.append([datetime.fromisoformat(value) if name in ("上报", "结案", "截止") else value for name, value in DONE.items()])
    book.save(path)
    report = services.take_over(SYSTEM, path, services.read_mapping(MAPPING), apply=True)
    assert report.accepted == 1
    assert Case.objects.get().reported_at == datetime(2025, 3, 3, 0, 0, tzinfo=UTC)


def test_a_file_without_the_mappings_columns_is_not_read_at_all(world: World, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="编号"):
        services.take_over(SYSTEM, tmp_path / "other.csv", services.read_mapping(MAPPING))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"reported"', '"handling"', "“状态”里没有“处置中”.*fields.state = handling；reported、"),
        ('"01037"', '"99999"', "“案件类别”里没有“99999”.*fields.matter_code"),
        ('lat = "纬度"', 'lat = "纬度", crs = 999999', "没有这个坐标系：999999"),
        ('column = "上报"', 'column = "上报", zone = "Mars/Base"', "没有叫“Mars/Base”的时区"),
        ('key = { column = "编号" }', "", "对方编号.*key"),
        ("[fields]", "[fields]\ncolour = { column = 'x' }", "没有这样的字段：colour.*position"),
        ("system", "system system", "TOML"),
    ],
)
def test_a_mapping_is_refused_as_a_whole_with_the_entry_that_is_wrong(old: str, new: str, why: str) -> None:
    with pytest.raises(services.BadMapping, match=why):
        services.read_mapping(MAPPING.replace(old, new, 1))


def test_times_are_moments_of_the_zone_that_the_mapping_names(take) -> None:  # type: ignore[no-untyped-def]
    take(DONE, mapping=MAPPING.replace('crowd = 3', 'crowd = 3\nzone = "America/New_York"'))
    assert Case.objects.get().reported_at == datetime(2025, 3, 3, 13, 0, tzinfo=UTC)


def test_gcj02_positions_are_brought_to_the_countys_degrees(take) -> None:  # type: ignore[no-untyped-def]
    take(DONE, mapping=MAPPING.replace('lat = "纬度"', 'lat = "纬度", crs = "gcj02"'))
    assert 0.001 < abs(Case.objects.get().point.x - 108.9916) < 0.01


def test_the_states_a_mapping_may_name_are_a_desk_or_an_end() -> None:
    assert set(OPEN_STATES) < set(OPEN) and set(ENDED_STATES) < set(FINAL)


def test_the_documented_example_is_a_mapping() -> None:
    mapping = services.read_mapping(EXAMPLE.read_text(encoding="utf-8"))
    assert mapping.system == "old_desk" and "任务号" in mapping.columns


def test_nothing_is_said_before_the_time_a_case_could_have_been_closed(take) -> None:  # type: ignore[no-untyped-def]
    """The step stands at the moment of taking over, not in the other system's past."""
    take(DONE)
    step = Step.objects.get()
    assert step.acted_at - Case.objects.get().closed_at > timedelta(days=30)
