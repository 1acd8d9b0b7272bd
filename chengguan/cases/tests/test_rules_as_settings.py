"""What the field's practice leaves to each county is a setting, and the setting changes what happens. (M-22)"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.models import Case
from chengguan.cases.services import rounds
from chengguan.cases.tests.conftest import HERE, NOW, World, own

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("same", "found"), [("matter", {"same"}), ("class", {"same", "class"}), ("any", {"same", "class", "other"})])
def test_what_counts_as_the_same_matter_is_the_countys_word(world: World, same: str, found: set[str]) -> None:
    codes = {"same": "01037", "class": "01001", "other": "06001"}
    cases = {name: world.case("handling", matter_code=code, reported_at=NOW) for name, code in codes.items()}
    own(world, "duplicates.same", same)
    near = selectors.duplicates(HERE, "01037", now=NOW)
    assert {name for name, case in cases.items() if case in near} == found
    asked = world.case("reported", reported_at=NOW)
    assert {name for name, case in cases.items() if case in selectors.mergeable(world.who("acceptor"), asked)} == found


@pytest.mark.parametrize("pauses", [True, False])
def test_the_acceptors_clock_stands_still_while_an_inspector_is_out_unless_the_county_lets_it_run(world: World, pauses: bool) -> None:
    own(world, "stage.task_pauses", pauses)
    case = world.case("reported")  # since five minutes
    services.act(world.who("acceptor"), case, "send_to_confirm", now=NOW, inspector=world.accounts["inspector"])
    services.act(world.who("acceptor"), case, "recall", now=NOW + 20 * MINUTE, reason="另派")
    case.refresh_from_db()
    assert case.deadline == NOW + (30 if pauses else 10) * MINUTE
    verifying = world.case("awaiting_verification")
    services.act(world.who("acceptor"), verifying, "send_to_verify", now=NOW, inspector=world.accounts["inspector"])
    desk = verifying.clocks.get(stage="发核查")
    assert (desk.deadline is None) == pauses
    services.act(world.who("inspector"), verifying, "verify", now=NOW + 20 * MINUTE, passed="yes", photos=[world.photo], position=(HERE.x, HERE.y, 5))
    desk.refresh_from_db()
    assert (desk.used_s, desk.overdue) == ((300, False) if pauses else (1500, True))


@pytest.mark.parametrize(("entered_twice", "used", "late"), [("anew", [300, 240], [False, False]), ("added_up", [300, 540], [False, True])])
def test_sending_to_confirm_has_a_limit_of_its_own_beside_that_of_accepting(world: World, entered_twice: str, used: list[int], late: list[bool]) -> None:
    own(world, "stage.发核实", {"value": 8, "clock": "minute"})
    own(world, "stage.entered_twice", entered_twice)
    case, who = world.case("reported"), world.who("acceptor")  # since five minutes
    services.act(who, case, "send_to_confirm", now=NOW, inspector=world.accounts["inspector"])
    services.act(who, case, "recall", now=NOW + 20 * MINUTE, reason="另派")
    services.act(who, case, "send_to_confirm", now=NOW + 24 * MINUTE, inspector=world.accounts["inspector"])
    sent = list(case.steps.filter(action="send_to_confirm"))
    assert [(step.stage, step.used_s, step.whole_s, step.overdue) for step in sent] == [("发核实", n, 480, over) for n, over in zip(used, late, strict=True)]
    assert case.clocks.filter(stage="发核实", ended_at=None).count() == 0
    accepting = case.clocks.get(stage="受理")
    assert (accepting.paused_at, accepting.overdue) == (NOW + 24 * MINUTE, False)


def test_an_extension_may_be_asked_for_once_overdue_only_where_the_county_says_so(world: World) -> None:
    late = NOW + timedelta(days=3)  # on Saturday; it was due on Friday
    case = world.case("handling")
    rounds.mark_overdue(late)
    with pytest.raises(services.Refused, match="已经超期"):
        services.act(world.who("department"), case, "ask_extend", now=late, reason="等材料")
    own(world, "handling.extend_overdue", True)
    services.act(world.who("department"), case, "ask_extend", now=late, reason="等材料")
    services.act(world.who("shift_leader"), case, "grant_extend", now=late)
    case.refresh_from_db()
    assert case.deadline is not None
    assert case.deadline > late
    assert not case.handling_overdue, "the time it now has is not over"
    assert set(case.clocks.filter(stage="处置").values_list("overdue", flat=True)) == {False}


def test_an_extension_asked_for_in_time_and_granted_late_takes_the_mark_back(world: World) -> None:
    case = world.case("handling")
    services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等材料")
    late = NOW + timedelta(days=3)
    rounds.mark_overdue(late)
    assert Case.objects.get(pk=case.pk).handling_overdue
    services.act(world.who("shift_leader"), case, "grant_extend", now=late)
    case.refresh_from_db()
    assert not case.handling_overdue


def test_a_mark_stays_while_another_of_its_clocks_ended_late(world: World) -> None:
    case = world.case("handling")
    case.clocks.create(kind="handling", stage="处置", started_at=NOW, ended_at=NOW, limit_value=1, limit_clock="minute", overdue=True)
    services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等材料")
    late = NOW + timedelta(days=3)
    rounds.mark_overdue(late)
    services.act(world.who("shift_leader"), case, "grant_extend", now=late)
    assert Case.objects.get(pk=case.pk).handling_overdue


@pytest.mark.parametrize("pauses", [True, False])
def test_handling_stands_still_from_report_back_unless_the_county_lets_it_run(world: World, pauses: bool) -> None:
    own(world, "handling.report_back_pauses", pauses)
    case = world.case("handling")
    due = case.deadline
    assert due is not None
    services.act(world.who("department"), case, "report_back", now=NOW, done="换了灯", photos=[world.photo])
    clock = case.clocks.get(kind="handling")
    assert clock.deadline == (None if pauses else due)
    services.act(world.who("dispatcher"), case, "send_back", now=NOW + timedelta(hours=1), reason="没做完")
    case.refresh_from_db()
    assert case.deadline == due + timedelta(hours=1 if pauses else 0)


@pytest.mark.parametrize("pauses", [True, False])
def test_a_suspension_stops_the_clock_unless_the_county_lets_it_run(world: World, pauses: bool) -> None:
    own(world, "handling.suspend_pauses", pauses)
    case = world.case("handling")
    due = case.deadline
    assert due is not None
    services.act(world.who("department"), case, "ask_suspend", now=NOW, reason_code="season", until=NOW + timedelta(days=9), reason="等天气")
    services.act(world.who("dispatcher"), case, "review_suspend", now=NOW)
    services.act(world.who("shift_leader"), case, "grant_suspend", now=NOW)
    case.refresh_from_db()
    assert case.deadline == (None if pauses else due)
    services.act(world.who("dispatcher"), case, "resume", now=NOW + timedelta(hours=1))
    case.refresh_from_db()
    assert case.deadline == due + timedelta(hours=1 if pauses else 0)


def test_what_was_paused_goes_on_also_when_the_county_changes_its_word_meanwhile(world: World) -> None:
    case = world.case("handling")
    due = case.deadline
    assert due is not None
    services.act(world.who("department"), case, "report_back", now=NOW, done="换了灯", photos=[world.photo])
    own(world, "handling.report_back_pauses", False)
    services.act(world.who("dispatcher"), case, "send_back", now=NOW + timedelta(hours=1), reason="没做完")
    case.refresh_from_db()
    assert case.deadline == due + timedelta(hours=1)
