"""The county's own settings: from when the handling clock runs, what rework does to it, stages entered twice. (M-22)"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from chengguan.cases import selectors, services
from chengguan.cases.models import CalendarDay, Case, Change
from chengguan.cases.tests.conftest import HERE, NOW, World, own
from chengguan.people.models import AuditEntry

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("starts", "expected"), [("filing", 10), ("dispatch", 20), ("receipt", 50)])
def test_handling_clock_starts_where_the_county_says(world: World, starts: str, expected: int) -> None:
    own(world, "handling.starts", starts)
    case = world.case("awaiting_filing")
    services.act(world.who("shift_leader"), case, "file", now=NOW + 10 * MINUTE)
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW + 20 * MINUTE, department=world.lighting)
    services.act(world.who("department"), case, "receive", now=NOW + 50 * MINUTE)
    assert case.clocks.get(kind="handling").started_at == NOW + expected * MINUTE


def test_crew_reports_back_itself_unless_the_county_wants_a_review_of_such_matters(world: World) -> None:
    def offered() -> set[str]:
        return {action.slug for action in selectors.actions_for(world.who("crew"), world.case("handling"), NOW)}

    done: dict[str, Any] = {"now": NOW, "done": "换了灯", "photos": [world.photo]}
    assert "report_back" in offered()
    assert "submit" not in offered()
    with pytest.raises(services.Refused, match="不经单位初审"):
        services.act(world.who("crew"), world.case("handling"), "submit", **done)
    own(world, "handling.crew_review", ["01037"])
    assert "submit" in offered()
    assert "report_back" not in offered()
    with pytest.raises(services.Refused, match="提交初审"):
        services.act(world.who("crew"), world.case("handling"), "report_back", **done)
    case = world.case("handling")
    services.act(world.who("crew"), case, "submit", **done)
    services.act(world.who("department"), case, "report_back", now=NOW)
    assert services.act(world.who("department"), world.case("handling"), "report_back", **done).to_state == "reported_back"


def test_rework_may_start_the_clock_again(world: World) -> None:
    own(world, "handling.rework", "starts_again")
    case = world.case("verified", found_done=False)
    services.act(world.who("acceptor"), case, "rework", now=NOW, reason="没修好")
    fresh = case.clocks.get(kind="handling", ended_at=None)
    assert fresh.started_at == NOW
    assert case.clocks.filter(kind="handling").count() == 2


def test_stage_entered_twice_starts_anew_or_is_added_up(world: World) -> None:
    for setting, clocks in (("anew", 2), ("added_up", 1)):
        own(world, "stage.entered_twice", setting)
        case = world.case("reported")
        services.act(world.who("acceptor"), case, "accept", now=NOW, matter_code="01037", condition_key="01037-03")
        services.act(world.who("shift_leader"), case, "send_back", now=NOW + 5 * MINUTE, reason="类别不对")
        assert case.clocks.filter(stage="受理").count() == clocks
        case = Case.objects.get(pk=case.pk)
        used = timedelta(minutes=5) if setting == "added_up" else timedelta()
        assert case.deadline == NOW + 20 * MINUTE - used


def test_waiting_return_may_stop_the_clock(world: World) -> None:
    own(world, "handling.return_pauses", True)
    case = world.case("dispatched")
    services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    case.refresh_from_db()
    assert case.deadline is None
    services.act(world.who("dispatcher"), case, "deny_return", now=NOW + 30 * MINUTE, reason="是你们的")
    case.refresh_from_db()
    assert case.deadline is not None
    assert len(case.clocks.get(kind="handling").pauses) == 1


def test_unsatisfied_citizen_may_get_a_linked_case_and_the_old_result_stays(world: World) -> None:
    case = world.case("closed", source="citizen", reporter_phone="023-00001234")
    services.act(world.who("acceptor"), case, "follow_up", now=NOW, satisfaction="unsatisfied", linked="yes", words="又不亮了")
    linked = case.linked.get()
    assert (linked.state, linked.matter_code, linked.component) == ("reported", "01037", case.component)
    case.refresh_from_db()
    assert (case.state, case.satisfaction) == ("closed", "unsatisfied")
    assert linked.point is not None
    assert linked.point.equals_exact(HERE, 1e-9)


def test_a_change_is_kept_and_can_be_set_back(world: World) -> None:
    own(world, "duplicates.metres", 80)
    own(world, "duplicates.metres", 120)
    first, last = Change.objects.filter(key="duplicates.metres").order_by("pk")
    assert (first.before, first.after, last.before, last.after) == (None, 80, 80, 120)
    with pytest.raises(services.Refused, match="后来又改过"):
        services.undo(world.who("administrator"), first)
    services.undo(world.who("administrator"), last, "改错了")
    assert selectors.settings()["duplicates.metres"] == 80
    assert (last.undone_by.after, last.undone_by.reason) == (80, "改错了")
    with pytest.raises(services.Refused):
        services.undo(world.who("administrator"), last)


def test_a_day_of_the_calendar_is_set_back_to_what_it_was(world: World) -> None:
    administrator, day = world.who("administrator"), date(2026, 8, 3)
    services.set_calendar_day(administrator, day, False, "停电")
    services.undo(administrator, Change.objects.get(kind="day"))
    assert not CalendarDay.objects.filter(day=day).exists()
    services.undo(administrator, Change.objects.latest("pk"))  # the setting back is set back
    assert CalendarDay.objects.get(day=day).note == "停电"


def test_only_an_administrator_sets_back_and_no_change_is_edited(world: World) -> None:
    own(world, "duplicates.metres", 80)
    with pytest.raises(services.Refused):
        services.undo(world.who("dispatcher"), Change.objects.get())
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.update(after=90)


def test_what_says_the_same_again_is_no_change(world: World) -> None:
    own(world, "duplicates.metres", 80)
    own(world, "duplicates.metres", 80)
    assert Change.objects.count() == 1


def test_a_clock_that_ends_keeps_the_version_it_ended_under(world: World) -> None:
    own(world, "duplicates.metres", 80)
    case = world.case("awaiting_filing")
    services.act(world.who("shift_leader"), case, "file", now=NOW)
    own(world, "duplicates.metres", 90)
    assert case.clocks.get(stage="立案").version == Change.objects.order_by("pk").first().pk


def test_who_sets_back_waits_for_who_changes_just_now(world: World) -> None:
    """Else both find that nothing was changed later, and the later change is lost unseen."""
    administrator = world.who("administrator")
    services.set_setting(administrator, "duplicates.metres", 60)
    first = Change.objects.latest("pk")
    services.set_setting(administrator, "duplicates.metres", 70)
    with CaptureQueriesContext(connection) as asked, pytest.raises(services.Refused, match="后来又改过"):
        services.undo(administrator, first)
    told = [query["sql"] for query in asked]
    lock = next(place for place, sql in enumerate(told) if "pg_advisory_xact_lock" in sql)
    assert any("EXISTS" in sql.upper() or "LIMIT 1" in sql for sql in told[lock + 1 :])


@pytest.mark.parametrize(("working", "words"), [(True, "上班"), (False, "放假"), (None, "按公布")])
def test_the_trail_says_in_words_what_a_day_was_set_to(world: World, working: bool | None, words: str) -> None:
    services.set_calendar_day(world.who("administrator"), date(2026, 12, 1), working)
    assert AuditEntry.objects.latest("pk").summary == f"2026-12-01 {words}"
