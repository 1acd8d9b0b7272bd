"""What is left of a limit and how much of it is used: counted by the calendar, said by the same words on every screen. (M-18)"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengguan.cases import selectors, services
from chengguan.cases.models import Case
from chengguan.cases.tests.conftest import NOW, World
from chengguan.cases.words import clock_words, left_words
from chengguan.standards.calendars import SHANGHAI

DAY = 8 * 3600.0


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def handled(world: World) -> Case:
    """Two working days from Wednesday 10:00, until Friday 10:00."""
    return world.case("handling", dispatched_at=NOW)


def row(world: World, now: datetime) -> Any:
    return selectors.worklist(world.who("department"), post="department", now=now).cases[0]


@pytest.mark.parametrize(
    ("now", "light", "percent", "left"),
    [
        (at(18, 10), "green", 0, "余 2 工作日"),
        (at(18, 12), "green", 12, "余 1 工作日 6 工作时"),
        (at(18, 14), "green", 12, "余 1 工作日 6 工作时"),
        (at(18, 18), "green", 38, "余 1 工作日 2 工作时"),
        (at(19, 7), "green", 38, "余 1 工作日 2 工作时"),
        (at(19, 15), "green", 69, "余 5 工作时"),
        (at(19, 16, 48), "yellow", 80, "余 3 工作时 12 分"),
        (at(20, 7), "yellow", 88, "余 2 工作时"),
        (at(20, 9, 50), "yellow", 99, "余 工作时间 10 分"),
        (at(20, 10, 1), "red", 100, "超 工作时间 1 分"),
        (at(21, 12), "red", 100, "超 6 工作时"),
    ],
)
def test_on_a_list_it_stands_still_over_noon_and_night_and_weekend(world: World, now: datetime, light: str, percent: int, left: str) -> None:
    handled(world)
    found = row(world, now)
    assert (found.light, found.percent, found.left) == (light, percent, left)


def test_a_limit_that_passed_with_the_last_minute_of_the_day_is_over_by_nothing_yet(world: World) -> None:
    case = world.case("handling", dispatched_at=at(18, 8))
    assert case.deadline == at(19, 18)
    found = row(world, at(19, 22))
    assert (found.light, found.percent, found.left) == ("red", 100, "时限刚过，未到工作时间")


def test_what_elapses_is_said_in_hours_and_minutes(world: World) -> None:
    world.case("reported")
    found = selectors.worklist(world.who("acceptor"), post="acceptor", now=NOW).cases[0]
    assert (found.percent, found.left) == (33, "余 10 分")  # type: ignore[attr-defined]


def test_heading_panel_and_list_say_the_same(world: World) -> None:
    case, now = handled(world), at(19, 15)
    file = selectors.case_file(world.who("department"), case.pk, now)
    (clock,) = [each for each in file["clocks"] if each.kind == "handling"]
    assert file["case"].left == clock.left == row(world, now).left == "余 5 工作时"
    assert clock.used == "1 工作日 3 工作时"
    assert (file["case"].percent, file["case"].light) == (69, clock.light)


def test_a_stopped_clock_says_what_it_will_go_on_with(world: World) -> None:
    case = handled(world)
    services.act(world.who("department"), case, "ask_suspend", now=at(18, 11), reason_code="season", until=at(25, 8), reason="等天气")
    services.act(world.who("dispatcher"), case, "review_suspend", now=at(18, 11))
    services.act(world.who("shift_leader"), case, "grant_suspend", now=at(18, 12))
    found = row(world, at(20, 12))
    assert (found.light, found.percent, found.left, found.paused) == ("grey", 12, "已停表，余 1 工作日 6 工作时", True)


def test_an_extension_and_a_new_holiday_are_counted(world: World) -> None:
    case = handled(world)
    services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等配件")
    services.act(world.who("shift_leader"), case, "grant_extend", now=NOW)
    assert (row(world, at(18, 18)).percent, row(world, at(18, 18)).left) == (19, "余 3 工作日 2 工作时")
    services.set_calendar_day(world.who("administrator"), date(2026, 11, 19), False, "停电")
    assert row(world, at(19, 18)).percent == 19


def test_a_page_asks_for_its_clocks_once_however_long_it_is(world: World) -> None:
    for _number in range(12):
        handled(world)
    with CaptureQueriesContext(connection) as asked:
        assert len(selectors.worklist(world.who("department"), post="department", now=NOW).cases) == 12
    assert len([query for query in asked.captured_queries if 'FROM "cases_clock"' in query["sql"]]) == 1
    assert len([query for query in asked.captured_queries if 'FROM cases_calendarday' in query["sql"]]) == 1


def test_a_list_reaches_into_a_year_nobody_has_entered(world: World) -> None:
    handled(world)
    assert row(world, datetime(2031, 3, 5, 10, tzinfo=SHANGHAI)).percent == 100


def test_light_filters_and_lights_shown_agree(world: World) -> None:
    handled(world)
    for now in (at(18, 11), at(19, 16, 47), at(19, 16, 48), at(19, 22), at(20, 10), at(20, 10, 1)):
        light = row(world, now).light
        for each in ("green", "yellow", "red"):
            shown = selectors.worklist(world.who("department"), post="department", now=now, light=each).cases
            assert bool(shown) == (each == light), (now, each)


@pytest.mark.parametrize(
    ("seconds", "clock", "words"),
    [
        (DAY + 3 * 3600, "work_day", "1 工作日 3 工作时"), (2 * DAY, "work_day", "2 工作日"), (3 * 3600 + 300, "work_hour", "3 工作时 5 分"),
        (300, "work_hour", "工作时间 5 分"), (20, "work_day", "工作时间不到 1 分"), (DAY + 40 * 60, "work_day", "1 工作日"),
        (26 * 3600, "urgent_day", "1 天 2 小时"), (5400, "urgent_hour", "1 小时 30 分"), (90, "minute", "1 分"), (86400, "natural_day", "1 天"),
    ],
)  # fmt: skip
def test_each_kind_of_clock_is_said_in_the_time_it_counts(seconds: float, clock: str, words: str) -> None:
    assert clock_words(seconds, clock, DAY) == words
    assert left_words(seconds, clock, DAY) == f"余 {words}"
    assert left_words(-seconds, clock, DAY) == f"超 {words}"


def test_a_working_day_is_as_long_as_the_countys_hours_make_it() -> None:
    assert clock_words(timedelta(hours=9).total_seconds(), "work_day", 7 * 3600) == "1 工作日 2 工作时"
