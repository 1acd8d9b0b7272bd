"""What the clock does by itself, and what happens to open deadlines when the calendar changes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Clock, Task
from chengguan.cases.services import rounds
from chengguan.cases.services.administration import open_deadlines_follow
from chengguan.cases.tests.conftest import NOW, World, own


def test_overdue_is_marked_once_and_the_system_urges_once(world: World) -> None:
    case = world.case("handling")
    late = NOW + timedelta(days=5)
    assert rounds.mark_overdue(late) == 2
    assert rounds.mark_overdue(late + timedelta(minutes=1)) == 0
    case.refresh_from_db()
    assert case.handling_overdue
    assert case.urge_count == 1
    assert case.steps.get().action == "urge"


@pytest.mark.parametrize("wanted", [True, False])
def test_a_desk_that_is_late_is_urged_once_where_the_county_wants_it(world: World, wanted: bool) -> None:
    own(world, "urge.desk_automatic", wanted)
    case = world.case("awaiting_filing")
    for minute in (60, 61):
        rounds.mark_overdue(NOW + timedelta(minutes=minute))
    asked = [(task.role, task.words) for task in case.tasks.filter(kind="reply", done_at=None)]
    assert asked == ([("shift_leader", "立案时限 15 分钟 已过，请尽快办理并回复")] if wanted else [])
    world.case("handling")
    rounds.mark_overdue(NOW + timedelta(days=5))
    assert Task.objects.filter(kind="reply").count() == wanted + 1, "a department is urged as ever"


def test_suspension_ends_by_itself_at_its_day_and_not_before(world: World) -> None:
    case = world.case("suspended")
    assert rounds.resume_suspended(NOW) == 0
    assert rounds.resume_suspended(NOW + timedelta(days=21)) == 1
    case.refresh_from_db()
    assert case.state == "handling"
    assert case.deadline is not None


def test_task_nobody_did_goes_back_after_its_grace(world: World) -> None:
    case = world.case("verifying")
    due = case.tasks.get().due
    assert due is not None
    assert rounds.recall_overdue(due + timedelta(minutes=29)) == 0
    assert rounds.recall_overdue(due + timedelta(minutes=31)) == 1
    case.refresh_from_db()
    assert case.state == "awaiting_verification"
    assert case.deadline is not None
    assert case.tasks.get().result == "撤回"


def test_closed_case_is_archived_when_nobody_can_appeal_any_more(world: World) -> None:
    case = world.case("closed")
    assert rounds.archive_due(NOW + timedelta(days=6)) == 0, "five working days are not over"
    assert rounds.archive_due(NOW + timedelta(days=9)) == 1
    case.refresh_from_db()
    assert (case.state, case.archived_at) == ("archived", NOW + timedelta(days=9))


@pytest.mark.parametrize(
    ("value", "clock", "last"),
    [(2, "work_day", timedelta(days=2)), (3, "natural_day", timedelta(days=3, hours=14)), (36, "urgent_hour", timedelta(hours=36)), (30, "work_day", timedelta(days=42))],
)
def test_the_county_says_how_long_a_case_waits_to_be_archived(world: World, value: int, clock: str, last: timedelta) -> None:
    own(world, "window.appeal", {"value": value, "clock": clock})
    case = world.case("closed", closed_at=NOW)  # a Wednesday, ten in the morning
    assert rounds.archive_due(NOW + last) == 0
    with CaptureQueriesContext(connection) as asked:
        assert rounds.archive_due(NOW + last - timedelta(hours=1)) == 0
    assert not [each for each in asked if "FOR UPDATE" in each["sql"]], "none is looked at before its time"
    assert rounds.archive_due(NOW + last + timedelta(seconds=2)) == 1
    case.refresh_from_db()
    assert case.state == "archived"


def test_a_case_with_an_appeal_to_be_decided_does_not_stand_in_the_way_of_others(world: World) -> None:
    waiting = world.case("closed", closed_at=NOW - timedelta(days=1), handling_overdue=True)
    services.act(world.who("department"), waiting, "ask_appeal", now=NOW, reason="停电")
    other = world.case("closed", closed_at=NOW)
    assert rounds.archive_due(NOW + timedelta(days=9), most=1) == 1
    assert [Case.objects.get(pk=each.pk).state for each in (waiting, other)] == ["closed", "archived"]


def test_new_holiday_moves_open_deadlines_and_leaves_closed_cases_alone(world: World) -> None:
    case = world.case("handling")
    closed = world.case("closed")
    Case.objects.filter(pk=closed.pk).update(handling_deadline=NOW)
    before = case.deadline
    assert before is not None
    services.set_calendar_day(world.who("administrator"), date(2026, 11, 19), False, "停电检修日")
    assert open_deadlines_follow() == 2
    case.refresh_from_db()
    assert case.deadline == before + timedelta(days=3), "from Friday to Monday"
    assert case.handling_deadline == case.deadline
    closed.refresh_from_db()
    assert closed.handling_deadline == NOW
    services.set_calendar_day(world.who("administrator"), date(2026, 11, 19), None)
    open_deadlines_follow()
    case.refresh_from_db()
    assert case.deadline == before


def test_the_round_takes_the_case_before_its_clock_as_every_move_does(world: World) -> None:
    world.case("handling")
    with CaptureQueriesContext(connection) as asked:
        rounds.mark_overdue(NOW + timedelta(days=5))
    locked = [query["sql"] for query in asked.captured_queries if "FOR UPDATE" in query["sql"]]
    assert ['FROM "cases_case"' in locked[0], 'FROM "cases_clock"' in locked[1]] == [True, True]


def test_yellow_comes_earlier_on_open_cases_when_the_county_says_so(world: World) -> None:
    case = world.case("reported")
    assert case.deadline is not None
    services.set_setting(world.who("administrator"), "lights.yellow", 0.5)
    open_deadlines_follow()
    case.refresh_from_db()
    assert case.yellow_at is not None
    assert case.deadline - case.yellow_at == timedelta(minutes=7.5)
    row = selectors.worklist(world.who("acceptor"), now=case.deadline - timedelta(minutes=3)).cases[0]
    assert (row.light, row.percent) == ("yellow", 80)  # type: ignore[attr-defined]


def test_later_deadline_takes_the_mark_of_overdue_back(world: World) -> None:
    case = world.case("handling", now=timezone.now() - timedelta(days=30))
    assert rounds.mark_overdue() == 2
    case.clocks.update(limit_value=30, limit_clock="work_day")
    services.set_calendar_day(world.who("administrator"), date(2026, 11, 19), False)
    open_deadlines_follow()
    case.refresh_from_db()
    assert not case.handling_overdue
    assert set(case.clocks.filter(kind="handling").values_list("overdue", flat=True)) == {False}


def test_deadlines_of_many_cases_follow_in_as_many_queries_as_those_of_few(world: World) -> None:
    def asked(cases: int) -> int:
        for _number in range(cases):
            world.case("handling", now=timezone.now() - timedelta(days=10))
            world.case("verifying")
        rounds.mark_overdue()
        Clock.objects.filter(ended_at=None).update(limit_value=F("limit_value") + 20, limit_clock="urgent_day")
        with CaptureQueriesContext(connection) as queries:
            assert open_deadlines_follow() >= 3 * cases
        return len([query for query in queries.captured_queries if "SAVEPOINT" not in query["sql"]])

    assert asked(1) == asked(4)
    tasks = Task.objects.filter(kind="verify", done_at=None).select_related("clock")
    assert {task.due == task.clock.deadline for task in tasks if task.clock} == {True}
    assert not Case.objects.filter(handling_overdue=True).exists(), "every mark was taken back"
