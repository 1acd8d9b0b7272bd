"""When handling counts as late: at every end of a clock, for this round of the case, by one rule. (M-18)"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Setting, StagedLimit
from chengguan.cases.services import rounds
from chengguan.cases.services.following import recompute_open
from chengguan.cases.tests.conftest import NOW, World

MOMENT = timedelta(seconds=30)
LATE = NOW + timedelta(days=5)


@pytest.mark.parametrize("action", ["finish_stage", "redirect", "grant_return"])
def test_what_ends_a_moment_after_its_deadline_is_late_before_the_round_comes(world: World, action: str) -> None:
    staged = {"matter_code": "10999", "condition_key": "10999-01"} if action == "finish_stage" else {}
    case = world.case("handling", **staged)
    assert case.deadline is not None
    given = {
        "finish_stage": ("department", {"done": "围好了", "photos": [world.photo]}),
        "redirect": ("dispatcher", {"department": world.drainage, "reason": "派错了"}),
        "grant_return": ("dispatcher", {}),
    }
    if action == "grant_return":
        services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    role, fields = given[action]
    services.act(world.who(role), case, action, now=case.deadline + MOMENT, **fields)
    case.refresh_from_db()
    assert case.handling_overdue


def test_a_case_opened_again_does_not_inherit_the_mark_of_its_old_round(world: World) -> None:
    case = world.case("awaiting_closing")
    case.clocks.filter(kind="handling").update(overdue=True)
    services.act(world.who("shift_leader"), case, "close", now=NOW)
    services.act(world.who("shift_leader"), case, "reopen", now=NOW + MOMENT, reason="又坏了")
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW + MOMENT, department=world.lighting)
    services.act(world.who("department"), case, "receive", now=NOW + MOMENT)
    services.act(world.who("department"), case, "ask_extend", now=NOW + MOMENT, reason="等材料")
    rounds.mark_overdue(NOW + timedelta(days=3))
    services.act(world.who("shift_leader"), case, "grant_extend", now=NOW + timedelta(days=3))
    assert not Case.objects.get(pk=case.pk).handling_overdue
    rounds.mark_overdue(LATE + timedelta(days=9))
    Case.objects.get(pk=case.pk).clocks.filter(ended_at=None).update(deadline=NOW, overdue=True)
    assert recompute_open(selectors.settings(), selectors.calendar(), NOW + timedelta(days=3))
    assert not Case.objects.get(pk=case.pk).handling_overdue, "nor when the calendar moves its deadline"


def test_what_was_reported_back_in_time_stays_in_time_where_the_clock_runs_on(world: World) -> None:
    Setting.objects.create(key="handling.report_back_pauses", value=False)
    case = world.case("handling")
    services.act(world.who("department"), case, "report_back", now=NOW, done="换了灯", photos=[world.photo])
    rounds.mark_overdue(LATE)
    case.refresh_from_db()
    assert not case.handling_overdue and not case.steps.filter(action="urge").exists()
    services.act(world.who("dispatcher"), case, "forward", now=LATE)
    Case.objects.filter(pk=case.pk).update(state="awaiting_closing", found_done=True, verified_at=LATE)
    services.act(world.who("shift_leader"), case, "close", now=LATE)
    case.refresh_from_db()
    assert not case.handling_overdue
    assert set(case.clocks.filter(kind="handling").values_list("overdue", flat=True)) == {False}


def test_sent_back_after_its_deadline_it_is_late_where_the_clock_ran_on(world: World) -> None:
    Setting.objects.create(key="handling.report_back_pauses", value=False)
    case = world.case("handling")
    services.act(world.who("department"), case, "report_back", now=NOW, done="换了灯", photos=[world.photo])
    services.act(world.who("dispatcher"), case, "send_back", now=LATE, reason="没做完")
    rounds.mark_overdue(LATE)
    case.refresh_from_db()
    assert case.handling_overdue and case.urge_count == 1


def test_who_could_not_be_urged_in_a_suspension_is_urged_when_it_ends(world: World) -> None:
    Setting.objects.create(key="handling.suspend_pauses", value=False)
    case = world.case("handling")
    Case.objects.filter(pk=case.pk).update(state="suspended", state_before="handling", suspended_until=LATE)
    rounds.mark_overdue(LATE - MOMENT)
    case.refresh_from_db()
    assert (case.handling_overdue, case.urge_count) == (True, 0)
    rounds.resume_suspended(LATE)
    rounds.mark_overdue(LATE)
    rounds.mark_overdue(LATE + MOMENT)
    case.refresh_from_db()
    assert case.urge_count == 1


def test_responsibility_fixed_on_another_while_it_handles_counts_as_received(world: World) -> None:
    Setting.objects.create(key="handling.starts", value="receipt")
    Setting.objects.create(key="handling.rework", value="starts_again")
    case = world.case("handling", responsibility_open=True)
    services.act(world.who("dispatcher"), case, "fix_responsibility", now=NOW, department=world.drainage)
    case.refresh_from_db()
    assert case.received_at == NOW and case.clocks.filter(kind="handling", ended_at=None).count() == 1
    Case.objects.filter(pk=case.pk).update(state="verified", found_done=False)
    services.act(world.who("acceptor"), case, "rework", now=NOW, reason="没做好")
    assert case.clocks.filter(kind="handling", ended_at=None).count() == 1


def test_responsibility_fixed_on_another_before_receipt_starts_nothing_where_receipt_does(world: World) -> None:
    Setting.objects.create(key="handling.starts", value="receipt")
    case = world.case("dispatched", responsibility_open=True)
    case.clocks.all().delete()
    services.act(world.who("dispatcher"), case, "fix_responsibility", now=NOW, department=world.drainage)
    case.refresh_from_db()
    assert case.received_at is None and not case.clocks.filter(stage="处置").exists()


def test_a_stretch_that_runs_is_not_made_shorter_than_what_it_has_used(world: World) -> None:
    case = world.case("handling")  # dispatched 40 minutes ago
    with pytest.raises(services.Refused, match="已用的时间") as refused:
        services.act(world.who("dispatcher"), case, "set_stages", now=NOW, stages=[["警戒", 0.5, "urgent_hour"], ["修复", 8, "urgent_hour"]], reason="改")
    assert refused.value.field == "stages"
    services.act(world.who("dispatcher"), case, "set_stages", now=NOW, stages=[["警戒", 1, "urgent_hour"], ["修复", 8, "urgent_hour"]], reason="改")


def test_cases_at_work_when_stretches_came_keep_what_their_clock_began_under(world: World) -> None:
    whole, staged = world.case("handling"), world.case("handling", matter_code="10999", condition_key="10999-01")
    new = world.case("reported", condition_key="01037-03")
    Case.objects.update(parts=None)
    StagedLimit.objects.create(condition_key="01037-03", parts=[["甲", 1, "work_day"], ["乙", 1, "work_day"]])
    StagedLimit.objects.create(condition_key="10999-01", parts=[["甲", 1, "work_day"], ["乙", 1, "work_day"]])
    import_module("chengguan.cases.migrations.0018_stretches_kept").keep_stretches(apps, None)
    for case in (whole, staged, new):
        case.refresh_from_db()
    assert whole.parts == []
    assert staged.parts is not None and [name for name, _value, _clock in staged.parts] == ["围护", "修复", "恢复原状"]
    assert new.parts is None


def test_who_was_sent_first_waits_on_the_dispatchers_list_until_it_is_said_whose_it_is(world: World) -> None:
    case, _settled = world.case("handling", responsibility_open=True), world.case("handling")
    listed = {each.pk for each in selectors.worklist(world.who("dispatcher"), post="dispatcher", now=NOW).cases}
    assert listed == {case.pk}
    services.act(world.who("dispatcher"), case, "fix_responsibility", now=NOW, department=world.lighting)
    assert selectors.worklist(world.who("dispatcher"), post="dispatcher", now=NOW).cases == []


def test_what_was_done_before_anybody_said_whose_it_is_can_still_be_scored_to_whoever_did_it(world: World) -> None:
    case = world.case("awaiting_closing", responsibility_open=True)
    with pytest.raises(services.Refused, match="只能定它") as refused:
        services.act(world.who("dispatcher"), case, "fix_responsibility", now=NOW, department=world.drainage)
    assert refused.value.field == "department"
    services.act(world.who("dispatcher"), case, "fix_responsibility", now=NOW, department=world.lighting)
    case.refresh_from_db()
    assert not case.responsibility_open
