"""Every kind of clock against a walk minute by minute: pauses, extensions, holidays with make-up days, own days and hours."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chengguan.cases import selectors, services, timing
from chengguan.cases.models import Case, Clock
from chengguan.cases.tests.conftest import World
from chengguan.cases.tests.minutes import FIRST, Year, moment, number_of
from chengguan.standards.calendars import SHANGHAI, WorkCalendar, read_hours, read_seasons
from chengguan.standards.limits import Limit

ORDINARY = [("08:00", "12:00"), ("14:00", "18:00")]
SUMMER = [("07:30", "11:30"), ("15:00", "18:30")]
YEARS = {
    "as published": Year(ORDINARY),
    "own days": Year(ORDINARY, {date(2026, 2, 12): False, date(2026, 2, 17): True, date(2026, 9, 29): False, date(2026, 10, 3): True}),
    "one long shift": Year([("09:00", "17:30")]),
    "hours from a day on": Year(ORDINARY, seasons={date(2026, 2, 26): SUMMER, date(2026, 10, 9): [("08:30", "12:00"), ("13:30", "17:00")]}),
}


def calendar_of(year: Year) -> WorkCalendar:
    seasons = [{"from": day.isoformat(), "hours": hours} for day, hours in year.seasons.items()]
    return WorkCalendar(hours=read_hours(year.hours), overrides=year.own, seasons=read_seasons(seasons))


CALENDARS = {name: calendar_of(year) for name, year in YEARS.items()}


def minutes_from(month: int, day: int, days: int) -> st.SearchStrategy[int]:
    first = number_of(datetime(2026, month, day, tzinfo=SHANGHAI))
    return st.integers(first, first + days * 1440)


starts = st.one_of(minutes_from(2, 9, 20), minutes_from(9, 18, 24))
limits = st.one_of(
    st.builds(Limit, st.integers(1, 600), st.just("minute")),
    st.builds(Limit, st.integers(1, 30), st.just("urgent_hour")),
    st.builds(Limit, st.integers(1, 4), st.just("urgent_day")),
    st.builds(Limit, st.integers(1, 30), st.just("work_hour")),
    st.builds(Limit, st.integers(1, 6), st.just("work_day")),
    st.builds(Limit, st.integers(1, 5), st.just("natural_day")),
)
waits = st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 4000)), max_size=3)
years = st.sampled_from(sorted(YEARS))


def pauses_from(start: int, waits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found, at = [], start
    for wait, length in waits:
        found.append((at + wait, at + wait + length))
        at += wait + length
    return found


@settings(max_examples=150, deadline=None)
@given(years, starts, limits, waits, st.integers(0, 2), st.sampled_from((0.5, 0.8, 0.9)))
def test_deadline_and_yellow_are_where_the_walk_ends(
    name: str, start: int, limit: Limit, waits: list[tuple[int, int]], extensions: int, share: float
) -> None:
    year, calendar, pauses = YEARS[name], CALENDARS[name], pauses_from(start, waits)
    began, stopped = moment(start), [(moment(since), moment(until)) for since, until in pauses]
    extra = extensions * timing.limit_seconds(began, limit, calendar)
    whole = year.length(start, limit, extensions) * 60
    yellow, red = timing.moments(began, limit, calendar, stopped, extra, share)
    assert red == timing.deadline(began, limit, calendar, stopped, extra) == year.walk(start, whole, limit, pauses)
    assert yellow is not None
    assert abs((yellow - year.walk(start, round(whole * share, 3), limit, pauses)).total_seconds()) < 0.01


@settings(max_examples=150, deadline=None)
@given(years, starts, st.integers(0, 15000), limits, waits)
def test_used_is_what_the_walk_counts(name: str, start: int, later: int, limit: Limit, waits: list[tuple[int, int]]) -> None:
    pauses = pauses_from(start, waits)
    stopped = [(moment(since), moment(until)) for since, until in pauses]
    used = timing.used(moment(start), moment(start + later), limit, CALENDARS[name], stopped)
    walked = YEARS[name].used(start, start + later, limit, pauses)
    assert used == 60 * walked
    whole = timing.whole_seconds(moment(start), limit, CALENDARS[name])
    assert timing.percent(used, whole) == min(100, round(100 * walked / YEARS[name].length(start, limit)))


def test_the_calendar_and_the_notice_name_the_same_days() -> None:
    for name, calendar in CALENDARS.items():
        for number in range(365):
            day = moment(number * 1440).date()
            works = any(YEARS[name].works[number * 1440 : (number + 1) * 1440])
            assert calendar.is_working(day) == works, (name, day)
            assert calendar.day_seconds(day) == YEARS[name].day_minutes[number] * 60


# ---- a case's own clocks through its moves --------------------------------------------------------
WHAT = ("extend", "suspend", "send_back", "rework")
moves = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(1, 3000), st.integers(1, 3000)), min_size=1, max_size=5)


class Handled:
    """A case with the department, moved on by the people of its posts, and what its two clocks ought to show."""

    def __init__(self, world: World, start: int) -> None:
        self.world, self.minute = world, start
        self.case = world.case("handling", now=moment(start), dispatched_at=moment(start), entered_at=moment(start))
        self.start, self.pauses, self.extensions = start, list[tuple[int, int]](), 0

    def act(self, role: str, action: str, **fields: Any) -> None:
        services.act(self.world.who(role), self.case, action, now=moment(self.minute), **fields)

    def paused(self, minutes: int) -> None:
        self.pauses.append((self.minute, self.minute + minutes))
        self.minute += minutes

    def extend(self, minutes: int) -> None:
        clock = self.case.clocks.get(kind="handling")
        if self.extensions == 2 or clock.deadline < moment(self.minute):
            return
        self.act("department", "ask_extend", reason="要等配件")
        self.act("shift_leader", "grant_extend")
        self.extensions += 1

    def suspend(self, minutes: int) -> None:
        self.act("department", "ask_suspend", reason_code="season", until=moment(self.minute + minutes), reason="等天气")
        self.act("dispatcher", "review_suspend")
        self.act("shift_leader", "grant_suspend")
        self.paused(minutes)
        self.act("dispatcher", "resume", reason="可以做了")

    def send_back(self, minutes: int) -> None:
        self.act("department", "report_back", done="换了灯", photos=[self.world.photo])
        self.paused(minutes)
        self.act("dispatcher", "send_back", reason="没做完")

    def rework(self, minutes: int) -> None:
        self.act("department", "report_back", done="换了灯", photos=[self.world.photo])
        self.act("dispatcher", "forward")
        Case.objects.filter(pk=self.case.pk).update(state="verified", found_done=False)
        self.case.clocks.filter(kind="stage", ended_at=None).update(ended_at=moment(self.minute), stage="核查批转")
        self.paused(minutes)
        self.act("acceptor", "rework", reason="没修好")

    def looked_at(self, year: Year, clock: Clock, later: int) -> None:
        """A list opened so many minutes later: its light compares moments, its percent counts the calendar, and both say the same."""
        now, limit = moment(self.minute + later), Limit(clock.limit_value, clock.limit_clock)
        selectors.show_times([self.case], now)
        used = year.used(self.start, self.minute + later, limit, self.pauses)
        whole = year.length(self.start, limit, self.extensions)
        assert self.case.percent == min(100, round(100 * used / whole))  # type: ignore[attr-defined]
        expected = "red" if now > clock.deadline else "yellow" if now >= clock.yellow_at else "green"
        assert self.case.light == expected  # type: ignore[attr-defined]
        assert (used >= 0.8 * whole - 0.001) == (expected != "green")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(starts, moves)
@example(number_of(datetime(2026, 2, 13, 17, tzinfo=SHANGHAI)), [("suspend", 10, 3000), ("extend", 5, 1), ("rework", 600, 2000), ("extend", 5, 1)])
def test_both_clocks_of_a_department_follow_the_walk_through_any_moves(world: World, start: int, moves: list[tuple[str, int, int]]) -> None:
    handled, year = Handled(world, start), YEARS["as published"]
    for what, wait, minutes in moves:
        handled.minute += wait
        getattr(handled, what)(minutes)
        clocks = {clock.kind: clock for clock in handled.case.clocks.filter(stage="处置", ended_at=None)}
        assert set(clocks) == {"handling", "handling_turn"}
        for clock in clocks.values():
            limit = Limit(clock.limit_value, clock.limit_clock)
            whole = year.length(start, limit, handled.extensions) * 60
            assert clock.deadline == year.walk(start, whole, limit, handled.pauses), (clock.kind, handled.pauses)
            eighty = year.walk(start, round(whole * 0.8, 3), limit, handled.pauses)
            assert abs((clock.yellow_at - eighty).total_seconds()) < 0.01, (clock.kind, handled.pauses)
        handled.case.refresh_from_db()
        assert handled.case.deadline == handled.case.handling_deadline == clocks["handling"].deadline
        assert handled.case.yellow_at == clocks["handling"].yellow_at
        for later in (0, minutes):
            handled.looked_at(year, clocks["handling"], later)


@pytest.mark.parametrize("name", sorted(YEARS))
def test_a_year_passed_in_one_limit_is_counted_whole(name: str) -> None:
    """Whole days are passed at once; the sum is the walk's."""
    last = FIRST.replace(month=12, day=31, hour=16)
    worked = 60 * sum(YEARS[name].works[600 : number_of(last)])
    calendar = CALENDARS[name]
    assert calendar.seconds_between(moment(600), last) == worked
    assert calendar.seconds_between(moment(600), calendar.after(moment(600), worked)) == worked
