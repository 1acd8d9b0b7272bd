"""What is asked for: what takes it back, what leaves it, who hears of it; and what comes after closing. (M-18)"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Setting
from chengguan.cases.tests.beside import HOUR, rung, slugs
from chengguan.cases.tests.conftest import NOW, World


def test_signing_takes_back_a_return_but_leaves_what_others_asked(world: World) -> None:
    case, other = world.case("dispatched"), world.case("dispatched")
    services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    services.act(world.who("dispatcher"), other, "ask_void", now=NOW, reason="立错了")
    for each in (case, other):
        services.act(world.who("department"), each, "receive", now=NOW)
    assert (case.requests.get().state, other.requests.get().state) == ("lapsed", "waiting")


def test_a_lapsed_return_lets_the_stopped_clock_go_on(world: World) -> None:
    Setting.objects.create(key="handling.return_pauses", value=True)
    case = world.case("dispatched")
    services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    assert case.clocks.get(kind="handling").paused_at is not None
    services.act(world.who("department"), case, "receive", now=NOW + HOUR)
    case.refresh_from_db()
    assert case.clocks.get(kind="handling").paused_at is None
    assert case.deadline is not None
    assert rung(world.accounts["department"]) == [], "who signs knows it"


@pytest.mark.parametrize("state", ["dispatched", "handling"])
def test_another_department_asks_anew_but_what_the_centre_asked_stays(world: World, state: str) -> None:
    case, other = world.case(state), world.case(state)
    services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    services.act(world.who("acceptor"), other, "ask_void", now=NOW, reason="立错了")
    for each in (case, other):
        services.act(world.who("dispatcher"), each, "redirect", now=NOW, department=world.drainage, reason="派错")
    assert (case.requests.get().state, other.requests.get().state) == ("lapsed", "waiting")


def test_nobody_is_suggested_whose_return_was_granted(world: World) -> None:
    case = world.case("handling")
    assert selectors.suggested_department(case)[0] == case.department
    services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    services.act(world.who("dispatcher"), case, "grant_return", now=NOW)
    case.refresh_from_db()
    unit, why = selectors.suggested_department(case)
    assert unit is None and "另选" in why
    assert selectors.suggested_department(world.case("awaiting_dispatch"))[0] is not None, "other cases are sent there as before"


def test_sending_on_suggests_nobody_who_has_it_already(world: World) -> None:
    case = world.case("handling")
    (field,) = [field for action in selectors.actions_for(world.who("dispatcher"), case, NOW) if action.slug == "redirect" for field in action.fields if field.name == "department"]
    assert selectors.suggested_department(case)[0] == case.department and field.value == ""


@pytest.mark.parametrize("answer", ["grant", "deny"])
def test_whoever_asked_hears_what_was_decided(world: World, answer: str) -> None:
    case = world.case("awaiting_dispatch")
    services.act(world.who("acceptor"), case, "ask_void", now=NOW, reason="立错了")
    given = {} if answer == "grant" else {"reason": "没有错"}
    services.act(world.who("shift_leader"), case, f"{answer}_void", now=NOW, **given)
    assert len(rung(world.accounts["acceptor"])) == 1


def test_a_department_hears_that_its_case_was_closed_or_voided(world: World) -> None:
    services.act(world.who("shift_leader"), world.case("awaiting_closing"), "close", now=NOW)
    assert [title.split("：")[0] for title in rung(world.accounts["department"])] == ["结案"]


def test_the_inspector_hears_that_the_report_was_refused(world: World) -> None:
    case = world.case("reported", reporter=world.accounts["inspector"])
    services.act(world.who("acceptor"), case, "refuse", now=NOW, reason="不属城市管理")
    assert [title.split("：")[0] for title in rung(world.accounts["inspector"])] == ["不予受理"]


def test_only_the_unsatisfied_get_a_linked_case(world: World) -> None:
    case = world.case("closed", reporter_phone="13900002222")
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("acceptor"), case, "follow_up", now=NOW, satisfaction="satisfied", linked="yes")
    assert refused.value.field == "linked"
    services.act(world.who("acceptor"), case, "follow_up", now=NOW, satisfaction="unsatisfied", linked="yes", words="又坏了")
    linked = Case.objects.get(linked_to=case)
    assert (linked.state, linked.matter_code, linked.description) == ("reported", case.matter_code, "又坏了")
    case.refresh_from_db()
    assert case.state == "closed"


def test_an_archived_case_can_be_opened_again_while_the_window_stands(world: World) -> None:
    case = world.case("archived", closed_at=NOW - timedelta(days=20), archived_at=NOW - timedelta(days=12), forced=True)
    services.act(world.who("shift_leader"), case, "reopen", now=NOW, reason="又坏了")
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.archived_at) == ("awaiting_dispatch", None, None)
    late = world.case("archived", closed_at=NOW - timedelta(days=40))
    with pytest.raises(services.Refused, match="重开期"):
        services.act(world.who("shift_leader"), late, "reopen", now=NOW, reason="又坏了")


def test_rework_goes_through_the_dispatcher_where_the_county_says_so(world: World) -> None:
    Setting.objects.create(key="handling.rework_through_dispatcher", value=True)
    case = world.case("verified", found_done=False)
    assert {"rework", "rework_through"} & slugs(world.who("acceptor"), case) == {"rework_through"}
    services.act(world.who("acceptor"), case, "rework_through", now=NOW, reason="没修好")
    with pytest.raises(services.Refused, match="退回处置"):
        services.act(world.who("dispatcher"), case, "forward", now=NOW)
    services.act(world.who("dispatcher"), case, "send_back", now=NOW, reason="没修好")
    case.refresh_from_db()
    assert (case.state, case.rework_count, case.department) == ("handling", 1, world.lighting)
    assert case.clocks.get(kind="handling").paused_at is None


def test_a_reading_is_no_ground_to_skip_the_visit_where_the_county_does_not_take_it(world: World) -> None:
    case = world.case("awaiting_verification", proven_at=NOW, proof="灯亮了")
    Setting.objects.create(key="verify.by_reading", value=False)
    assert "skip" not in slugs(world.who("acceptor"), case)
    with pytest.raises(services.Refused, match="请发核查"):
        services.act(world.who("acceptor"), case, "skip", now=NOW, evidence="灯亮了")
