"""Clocks against a slow oracle that walks minute by minute, across Spring Festival with its make-up days."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengguan.cases import timing
from chengguan.standards.calendars import SHANGHAI, WorkCalendar
from chengguan.standards.limits import Limit

CALENDAR = WorkCalendar()
START = datetime(2026, 2, 9, tzinfo=SHANGHAI)
"""The week before Spring Festival 2026: 14 February is a working Saturday, 15 to 23 are free, 28 is made up."""
MINUTE = timedelta(minutes=1)
moments = st.integers(0, 24 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)
limits = st.one_of(
    st.builds(Limit, st.integers(1, 600), st.just("minute")),
    st.builds(Limit, st.integers(1, 30), st.just("urgent_hour")),
    st.builds(Limit, st.integers(1, 4), st.just("urgent_day")),
    st.builds(Limit, st.integers(1, 30), st.just("work_hour")),
    st.builds(Limit, st.integers(1, 5), st.just("work_day")),
    st.builds(Limit, st.integers(1, 5), st.just("natural_day")),
)
stretches = st.lists(st.tuples(st.integers(0, 6000), st.integers(1, 4000)), max_size=3)


def minute_counts(minute: datetime, limit: Limit) -> bool:
    """Whether the minute that begins then counts, told from the clock on the wall alone."""
    if limit.clock not in ("work_hour", "work_day"):
        return True
    local = minute.astimezone(SHANGHAI)
    inside = 8 <= local.hour < 12 or 14 <= local.hour < 18
    return inside and CALENDAR.is_working(local.date())


def paused(minute: datetime, pauses: list[timing.Pause]) -> bool:
    return any(start <= minute and (end is None or minute < end) for start, end in pauses)


def oracle_used(start: datetime, now: datetime, limit: Limit, pauses: list[timing.Pause]) -> float:
    total, minute = 0, start
    while minute < now:
        total += minute_counts(minute, limit) and not paused(minute, pauses)
        minute += MINUTE
    return total * 60.0


def oracle_deadline(start: datetime, limit: Limit, pauses: list[timing.Pause]) -> datetime:
    if limit.clock == "natural_day":
        midnight = start.astimezone(SHANGHAI).replace(hour=0, minute=0) + timedelta(days=limit.value + 1)
        left = round((midnight - start).total_seconds() / 60)
    else:
        unit = {"minute": 1, "urgent_hour": 60, "urgent_day": 1440, "work_hour": 60, "work_day": 480}[limit.clock]
        left = round(limit.value * unit)
    minute = start
    while left:
        left -= minute_counts(minute, limit) and not paused(minute, pauses)
        minute += MINUTE
    return minute


def pauses_from(start: datetime, given: list[tuple[int, int]]) -> list[timing.Pause]:
    found: list[timing.Pause] = []
    at = start
    for wait, length in given:
        found.append((at + wait * MINUTE, at + (wait + length) * MINUTE))
        at += (wait + length) * MINUTE
    return found


@settings(max_examples=200, deadline=None)
@given(moments, limits, stretches)
def test_deadline_is_where_the_slow_walk_ends(start: datetime, limit: Limit, given_pauses: list[tuple[int, int]]) -> None:
    pauses = pauses_from(start, given_pauses)
    assert timing.deadline(start, limit, CALENDAR, pauses) == oracle_deadline(start, limit, pauses)


@settings(max_examples=200, deadline=None)
@given(moments, st.integers(0, 20000), limits, stretches)
def test_used_is_what_the_slow_walk_counts(start: datetime, minutes: int, limit: Limit, given_pauses: list[tuple[int, int]]) -> None:
    pauses, now = pauses_from(start, given_pauses), start + minutes * MINUTE
    assert timing.used(start, now, limit, CALENDAR, pauses) == oracle_used(start, now, limit, pauses)


@settings(max_examples=200, deadline=None)
@given(moments, limits, stretches)
def test_at_the_deadline_all_is_used_and_yellow_came_before(start: datetime, limit: Limit, given_pauses: list[tuple[int, int]]) -> None:
    pauses = pauses_from(start, given_pauses)
    yellow, end = timing.moments(start, limit, CALENDAR, pauses)
    assert end is not None
    assert yellow is not None
    whole = timing.whole_seconds(start, limit, CALENDAR)
    assert timing.used(start, end, limit, CALENDAR, pauses) == pytest.approx(whole)
    assert timing.used(start, yellow, limit, CALENDAR, pauses) == pytest.approx(whole * 0.8)
    assert start <= yellow <= end


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        (at(2, 13, 17), Limit(2, "urgent_hour"), at(2, 13, 19)),
        (at(2, 14, 17), Limit(2, "work_hour"), at(2, 24, 9)),
        (at(2, 13, 10), Limit(2, "work_day"), at(2, 24, 10)),
        (at(2, 13, 18), Limit(1, "work_day"), at(2, 14, 18)),
        (at(2, 14, 12), Limit(1, "urgent_day"), at(2, 15, 12)),
        (at(2, 14, 12), Limit(3, "natural_day"), at(2, 18, 0)),
        (at(11, 18, 11, 50), Limit(15, "minute"), at(11, 18, 12, 5)),
    ],
)
def test_limits_over_spring_festival_by_hand(start: datetime, limit: Limit, end: datetime) -> None:
    assert timing.deadline(start, limit, CALENDAR) == end


def test_paused_clock_has_no_deadline_and_extension_adds_the_limit_again() -> None:
    start, limit = at(11, 18, 9), Limit(1, "work_day")
    assert timing.deadline(start, limit, CALENDAR, [(at(11, 18, 10), None)]) is None
    extra = timing.limit_seconds(start, limit, CALENDAR)
    assert timing.deadline(start, limit, CALENDAR, extra=extra) == at(11, 20, 9)
    assert timing.light(at(11, 18, 9), at(11, 18, 10), at(11, 18, 11)) == "green"
    assert timing.light(at(11, 18, 10), at(11, 18, 10), at(11, 18, 11)) == "yellow"
    assert timing.light(at(11, 18, 12), at(11, 18, 10), at(11, 18, 11)) == "red"
    assert timing.light(at(11, 18, 11), at(11, 18, 10), at(11, 18, 11)) == "yellow", "the deadline itself is still kept"
    assert timing.light(at(11, 18, 12), None, None) == "grey"


@pytest.mark.parametrize(("now", "expected"), [(at(11, 18, 9), 0), (at(11, 18, 13), 38), (at(11, 18, 18), 88), (at(11, 19, 7), 88), (at(11, 19, 9), 100), (at(11, 20, 9), 100)])
def test_use_in_percent_stands_still_over_noon_and_night(now: datetime, expected: int) -> None:
    start, limit = at(11, 18, 9), Limit(1, "work_day")
    assert timing.percent(timing.used(start, now, limit, CALENDAR), timing.whole_seconds(start, limit, CALENDAR)) == expected


def test_limit_of_nothing_or_of_an_unknown_clock_is_refused() -> None:
    for bad in (Limit(0, "work_day"), Limit(-1, "minute"), Limit(1, "fortnight")):
        with pytest.raises(ValueError):
            timing.deadline(at(11, 18, 9), bad, CALENDAR)
