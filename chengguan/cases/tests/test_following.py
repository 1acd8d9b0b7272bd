"""Of many running clocks at once each comes where it would come alone: read without the ORM, and moments that are the same found once."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengguan.cases import selectors
from chengguan.cases.models import Clock
from chengguan.cases.services.clocks import Clocks
from chengguan.cases.services.following import recompute_open
from chengguan.cases.tests.conftest import NOW, World
from chengguan.cases.tests.minutes import moment, number_of
from chengguan.cases.tests.test_timing_minute_by_minute import CALENDARS, YEARS, pauses_from
from chengguan.standards.calendars import SHANGHAI
from chengguan.standards.limits import Limit

LIMITS = (Limit(90, "minute"), Limit(30, "urgent_hour"), Limit(11, "work_hour"), Limit(3, "work_day"), Limit(2, "natural_day"), Limit(6, "work_day"))
STATES = ("reported", "confirming", "awaiting_filing", "dispatched", "handling", "reported_back", "suspended", "verifying")


def test_many_clocks_at_once_are_where_the_walk_minute_by_minute_ends(world: World) -> None:
    chance, year, before = Random(1), YEARS["own days"], number_of(datetime(2026, 2, 9, tzinfo=SHANGHAI))
    asked = {}
    for _turn in range(12):
        start, limit, extensions = before + chance.randrange(20 * 1440), chance.choice(LIMITS), chance.randrange(3)
        pauses = pauses_from(start, [(chance.randrange(4000), 1 + chance.randrange(4000)) for _pause in range(chance.randrange(3))])
        for clock in world.case("handling", now=moment(start)).clocks.all():  # the whole handling and the department's turn
            kept = [[moment(since).isoformat(), moment(until).isoformat()] for since, until in pauses]
            Clock.objects.filter(pk=clock.pk).update(
                started_at=moment(start), limit_value=limit.value, limit_clock=limit.clock, pauses=kept, extensions=extensions, deadline=None, yellow_at=None
            )
            asked[clock.pk] = start, limit, extensions, pauses
    assert recompute_open(selectors.settings(), CALENDARS["own days"], moment(before)) == len(asked) == 24
    for clock in Clock.objects.filter(pk__in=asked):
        start, limit, extensions, pauses = asked[clock.pk]
        whole = year.length(start, limit, extensions) * 60
        assert clock.deadline == year.walk(start, whole, limit, pauses), asked[clock.pk]
        yellow = year.walk(start, round(whole * 0.8, 3), limit, pauses)
        assert clock.yellow_at is not None and abs((clock.yellow_at - yellow).total_seconds()) < 0.01


def test_what_is_written_for_many_is_what_one_case_gets_by_itself(world: World) -> None:
    cases = [world.case(state, now=NOW - timedelta(microseconds=123457 * number)) for number, state in enumerate(STATES)]
    Clock.objects.filter(paused_at=None).update(deadline=NOW, yellow_at=NOW, overdue=True)
    settings, now = selectors.settings(), NOW + timedelta(minutes=1)
    recompute_open(settings, CALENDARS["one long shift"], now)
    for case in cases:
        case.refresh_from_db()
        clocks = Clocks(case, now, settings, CALENDARS["one long shift"])
        stored = [(clock.deadline, clock.yellow_at) for clock in clocks.open]
        for clock in clocks.open:
            clocks.recompute(clock)
        assert stored == [(clock.deadline, clock.yellow_at) for clock in clocks.open], case.state
        columns = case.deadline, case.yellow_at, case.handling_deadline
        clocks.write_columns()
        assert columns == (case.deadline, case.yellow_at, case.handling_deadline), case.state


def test_a_hundred_cases_ask_no_more_than_one(world: World) -> None:
    asked = []
    for count in (1, 9):
        for _turn in range(count):
            world.case("handling")
        Clock.objects.update(deadline=NOW)
        with CaptureQueriesContext(connection) as queries:
            recompute_open(selectors.settings(), CALENDARS["as published"], NOW)
        asked.append(len(queries))
    assert asked[0] == asked[1]
