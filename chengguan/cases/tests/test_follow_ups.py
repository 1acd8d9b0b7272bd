"""Whoever wants a reply is rung up when it is over, within the county's time for it. (M-17)"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.models import Case
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.selectors import SYSTEM

CALLER = {"reporter_name": "吴老师", "reporter_phone": "13900002222", "reply_wanted": True}


def close(world: World, case: Case) -> None:
    services.act(world.who("shift_leader"), case, "close", now=NOW)


def rings(world: World, role: str = "acceptor") -> list[selectors.Call]:
    return selectors.calls(world.who(role), now=NOW)


def test_a_closed_case_whose_caller_wants_a_reply_is_on_the_list_until_its_time(world: World) -> None:
    case, other = world.case("awaiting_closing", **CALLER), world.case("awaiting_closing", reporter_phone="13900003333")
    close(world, case)
    close(world, other)
    (call,) = rings(world)
    assert call.case == case
    assert [(each.name, each.phone) for each in call.callers] == [("吴老师", "13900002222")]
    assert call.task.due == NOW + timedelta(days=1), "one working day: from Wednesday 10:00 to Thursday 10:00"
    assert (call.time.light, selectors.call_counts(world.who("acceptor"), NOW)["green"]) == ("green", 1)
    late = NOW + timedelta(days=2)
    assert selectors.calls(world.who("acceptor"), now=late)[0].time.light == "red"
    assert selectors.call_counts(world.who("acceptor"), late) == {"all": 1, "red": 1, "yellow": 0, "green": 0}
    case.refresh_from_db()
    assert case.deadline is None, "no desk's limit runs on a closed case"


def test_the_list_is_for_those_who_may_know_who_called(world: World) -> None:
    close(world, world.case("awaiting_closing", **CALLER))
    assert rings(world, "department") == []
    assert selectors.call_counts(world.who("department"), NOW)["all"] == 0
    assert len(rings(world, "hotline_operator")) == 1


def test_what_ended_otherwise_is_told_too(world: World) -> None:
    refused, answered = world.case("reported", **CALLER), world.case("reported", **CALLER)
    services.act(world.who("acceptor"), refused, "refuse", now=NOW, reason="不属城市管理")
    services.act(world.who("acceptor"), answered, "answer", now=NOW, answer="明天就修")
    assert [call.case for call in rings(world)] == [refused, answered], "by then they had hung up"
    for case in (refused, answered):
        services.act(world.who("acceptor"), case, "follow_up", now=NOW, satisfaction="fair")
    assert rings(world) == []


def test_nobody_at_the_telephone_leaves_the_call_owed(world: World) -> None:
    case = world.case("awaiting_closing", **CALLER)
    close(world, case)
    services.act(world.who("hotline_operator"), case, "follow_up", now=NOW, satisfaction="unreached")
    (call,) = rings(world)
    assert call.tries == 1
    services.act(world.who("hotline_operator"), case, "follow_up", now=NOW, satisfaction="given_up")
    assert rings(world) == []
    (done,) = selectors.calls(world.who("acceptor"), "done", now=NOW)
    case.refresh_from_db()
    assert (done.task.result, case.satisfaction) == ("联系不上", ""), "no follow-up with an answer"
    assert not case.clocks.filter(ended_at=None).exists()


def test_an_archived_case_can_still_be_told_of(world: World) -> None:
    case = world.case("awaiting_closing", **CALLER)
    close(world, case)
    services.act(SYSTEM, case, "archive", now=NOW + timedelta(days=20))
    services.act(world.who("acceptor"), case, "follow_up", now=NOW + timedelta(days=20), satisfaction="satisfied")
    case.refresh_from_db()
    assert (case.state, case.satisfaction) == ("archived", "satisfied")


def test_who_reported_the_same_thing_and_wants_a_reply_is_rung_up_for_the_main_case(world: World) -> None:
    main = world.case("handling")
    same = world.case("reported", **CALLER)
    services.act(world.who("acceptor"), same, "merge", now=NOW, into=main)
    assert rings(world) == []
    Case.objects.filter(pk=main.pk).update(state="awaiting_closing", found_done=True)
    main.refresh_from_db()
    close(world, main)
    (call,) = rings(world)
    assert (call.case, [each.phone for each in call.callers]) == (main, ["13900002222"])


def test_opening_the_case_again_takes_the_call_back(world: World) -> None:
    case = world.case("awaiting_closing", **CALLER)
    close(world, case)
    services.act(world.who("shift_leader"), case, "reopen", now=NOW, reason="又坏了")
    assert rings(world) == []
    assert not case.clocks.filter(ended_at=None, stage="回访").exists()


def test_the_case_an_unsatisfied_caller_gets_keeps_what_was_asked_for(world: World) -> None:
    case = world.case("awaiting_closing", secret=True, **CALLER)
    close(world, case)
    services.act(world.who("acceptor"), case, "follow_up", now=NOW, satisfaction="unsatisfied", linked="yes", words="又灭了")
    new = case.linked.get()
    assert (new.secret, new.reply_wanted, new.reporter_phone) == (True, True, "13900002222")


def test_a_question_is_answered_while_the_caller_waits_or_nothing_is_registered(world: World) -> None:
    told = {"source": "hotline", "description": "公交几点收班", "reporter_phone": "13900002222", "source_key": "desk:1:k"}
    for _turn in range(2):
        case = services.register_and_end(world.who("hotline_operator"), "answer", {"answer": "晚上十点"}, now=NOW, **told)
    assert (case.state, case.closing_note, case.steps.count()) == ("answered", "晚上十点", 2)
    before = Case.objects.count()
    for action, given in (("answer", {}), ("refuse", {"reason": "不归我们"})):
        try:
            services.register_and_end(world.who("hotline_operator"), action, given, now=NOW, source="hotline", description="问路", point=HERE)
        except services.Refused:
            continue
        raise AssertionError(action)
    assert Case.objects.count() == before


def test_the_operator_transfers_what_is_somebody_elses(world: World) -> None:
    case = services.register_and_end(
        world.who("hotline_operator"), "transfer", {"receiver": "县供电公司"}, now=NOW, source="hotline", description="家里停电", **CALLER
    )
    assert (case.state, case.closing_note) == ("transferred", "县供电公司")
    assert [call.case for call in rings(world)] == [case], "who wants to hear of it is rung up"


def test_who_was_merged_into_what_is_answered_is_rung_up_with_the_other(world: World) -> None:
    main, same = world.case("reported", reply_wanted=True, reporter_phone="13900001111"), world.case("reported", **CALLER)
    services.act(world.who("acceptor"), same, "merge", now=NOW, into=main)
    services.act(world.who("acceptor"), main, "answer", now=NOW, answer="明天就修")
    (call,) = rings(world)
    assert (call.case, [each.phone for each in call.callers]) == (main, ["13900001111", "13900002222"])
    services.act(world.who("acceptor"), main, "follow_up", now=NOW, satisfaction="satisfied")
    assert rings(world) == []


def test_who_is_answered_on_the_line_cannot_be_promised_a_call_as_well(world: World) -> None:
    with pytest.raises(services.Refused) as refused:
        services.register_and_end(world.who("hotline_operator"), "answer", {"answer": "晚上十点"}, now=NOW, source="hotline", description="公交", **CALLER)
    assert refused.value.field == "reply_wanted"
    assert not Case.objects.exists()


def test_a_call_is_offered_only_where_somebody_left_a_number(world: World) -> None:
    def offered(case: Case) -> bool:
        return "follow_up" in [action.slug for action in selectors.actions_for(world.who("hotline_operator"), case, NOW)]

    nobody, called, main = world.case("closed"), world.case("closed", reporter_phone="13900003333"), world.case("closed")
    assert [offered(nobody), offered(called), offered(main)] == [False, True, False]
    with pytest.raises(services.Refused, match="没有人留下号码"):
        services.act(world.who("acceptor"), nobody, "follow_up", now=NOW, satisfaction="satisfied")
    world.case("merged", reporter_phone="13900004444", merged_into=main)
    assert offered(main), "who reported the same thing did"


def test_what_was_asked_already_is_no_next_step_and_reopening_says_what_is_still_in_hand(world: World) -> None:
    case = world.case("awaiting_closing", **CALLER)
    close(world, case)

    def offered(role: str) -> dict[str, selectors.Action]:
        case.refresh_from_db()
        return {action.slug: action for action in selectors.actions_for(world.who(role), case, NOW)}

    assert offered("acceptor")["follow_up"].main
    services.act(world.who("acceptor"), case, "follow_up", now=NOW, satisfaction="satisfied")
    assert not offered("acceptor")["follow_up"].main
    assert [field.why for field in offered("shift_leader")["reopen"].fields] == [""]
    linked = world.case("handling", linked_to=case)
    assert str(linked) in offered("shift_leader")["reopen"].fields[0].why
