"""What the guards of the table refuse, each in words, and what they let pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chengguan.cases import selectors, services, workflow
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.models import Holding, Post
from chengguan.people.selectors import SYSTEM, who_is

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("accuracy", ["nan", "inf", "-5"])
def test_an_accuracy_that_is_none_lets_nobody_verify_from_afar(world: World, accuracy: str) -> None:
    case = world.case("verifying")
    far = f"{HERE.x + 0.05},{HERE.y},{accuracy}"
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("inspector"), case, "verify", now=NOW, passed="yes", photos=[world.photo], position=far)
    assert refused.value.field == "position"


@pytest.mark.parametrize(("east", "accuracy", "allowed"), [(0.0, 10, True), (0.0019, 10, True), (0.0025, 10, False), (0.0025, 60, True), (0.01, 5000, False)])
def test_verifying_needs_to_stand_within_200_metres(world: World, east: float, accuracy: float, allowed: bool) -> None:
    case = world.case("verifying")
    given: dict[str, Any] = {"passed": "yes", "photos": [world.photo], "position": (HERE.x + east, HERE.y, accuracy)}
    if allowed:
        step = services.act(world.who("inspector"), case, "verify", now=NOW, **given)
        assert step.given["position"]["accuracy"] == accuracy
        assert step.given["metres"] == pytest.approx(east * 97_870, rel=0.01)
    else:
        with pytest.raises(services.Refused, match="米") as refused:
            services.act(world.who("inspector"), case, "verify", now=NOW, **given)
        assert refused.value.field == "position"


def test_only_the_inspector_who_was_sent_verifies(world: World) -> None:
    case = world.case("verifying")
    other = world.person("inspector-2", "inspector", world.centre)
    with pytest.raises(services.Refused, match="不是派给您"):
        services.act(who_is(other), case, "verify", now=NOW, passed="yes", photos=[world.photo], position=(HERE.x, HERE.y, 5))


@pytest.mark.parametrize(("state", "action", "answer", "words"), [("verifying", "verify", "passed", "请写明哪里不行"), ("confirming", "confirm", "true", "看到了什么")])
def test_who_says_no_on_the_spot_says_what_is_wrong(world: World, state: str, action: str, answer: str, words: str) -> None:
    case, there = world.case(state), {"photos": [world.photo], "position": (HERE.x, HERE.y, 5)}
    for said in ("", "  "):
        with pytest.raises(services.Refused, match=words) as refused:
            services.act(world.who("inspector"), case, action, now=NOW, words=said, **{answer: "no"}, **there)
        assert refused.value.field == "words"
    step = services.act(world.who("inspector"), case, action, now=NOW, words="灯还是黑的", **{answer: "no"}, **there)
    assert step.opinion == "灯还是黑的"


def test_failed_verification_can_only_be_reworked_and_the_clock_goes_on(world: World) -> None:
    case = world.case("verifying")
    used = case.clocks.get(kind="handling").used_s
    services.act(world.who("inspector"), case, "verify", now=NOW, passed="no", words="灯还是黑的", photos=[world.photo], position=(HERE.x, HERE.y, 5))
    with pytest.raises(services.Refused):
        services.act(world.who("acceptor"), case, "accept_result", now=NOW)
    services.act(world.who("acceptor"), case, "rework", now=NOW + 10 * MINUTE, reason="还是不亮")
    case.refresh_from_db()
    assert (case.state, case.rework_count, case.found_done) == ("handling", 1, None)
    clock = case.clocks.get(kind="handling")
    assert clock.paused_at is None
    assert clock.used_s == used


def test_person_who_also_sits_in_the_department_cannot_close_its_case(world: World) -> None:
    account = world.person("both", "shift_leader", world.centre)
    Holding.objects.create(account=account, post=Post.objects.get(organisation=world.lighting, role="department"))
    case = world.case("awaiting_closing")
    with pytest.raises(services.Refused, match="不能自己结案"):
        services.act(who_is(account), case, "close", now=NOW)
    services.act(world.who("shift_leader"), case, "close", now=NOW)


def test_department_acts_on_its_own_cases_only(world: World) -> None:
    case = world.case("dispatched", department=world.drainage)
    with pytest.raises(services.Refused, match="不在您的单位"):
        services.act(world.who("department"), case, "receive", now=NOW)


def test_township_stands_in_for_the_department_where_it_was_sent(world: World) -> None:
    case = world.case("dispatched", department=world.street, matter_code="06010", condition_key="06010-01")
    step = services.act(world.who("township"), case, "receive", now=NOW)
    assert step.role == "township"
    with pytest.raises(services.Refused):
        services.act(world.who("township"), world.case("dispatched"), "receive", now=NOW)


def test_crew_reports_back_only_what_was_given_to_it_and_only_to_own_crews_is_given(world: World) -> None:
    case = world.case("handling", crew=world.other_crew)
    with pytest.raises(services.Refused):
        services.act(world.who("crew"), case, "report_back", now=NOW, done="好了", photos=[world.photo])
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("department"), case, "assign", now=NOW, crew=world.other_crew)
    assert refused.value.field == "crew"


def test_dispatch_goes_to_departments_and_says_why_when_the_table_names_another(world: World) -> None:
    case = world.case("awaiting_dispatch")
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.centre)
    assert refused.value.field == "department"
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.drainage)
    assert refused.value.field == "opinion"
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.drainage, opinion="灯泡在水里", helpers=[world.lighting])
    assert set(case.dispatches.values_list("department", "part")) == {(world.drainage.pk, "main"), (world.lighting.pk, "helper")}
    helper = selectors.visible(world.who("department"))
    assert case in helper


def test_same_department_again_goes_on_with_its_limit_and_another_gets_a_new_one(world: World) -> None:
    case = world.case("dispatched")
    services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    services.act(world.who("dispatcher"), case, "grant_return", now=NOW + 10 * MINUTE)
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW + 40 * MINUTE, department=world.lighting)
    clock = case.clocks.get(kind="handling", department=world.lighting)
    assert len(clock.pauses) == 1
    assert case.clocks.filter(kind="handling_turn", department=world.lighting).count() == 2
    services.act(world.who("dispatcher"), case, "redirect", now=NOW + 50 * MINUTE, department=world.drainage, reason="线路泡水")
    case.refresh_from_db()
    fresh = case.clocks.get(kind="handling", department=world.drainage)
    assert fresh.started_at == NOW + 50 * MINUTE
    assert case.handling_deadline == fresh.deadline


def test_return_is_asked_within_four_working_hours(world: World) -> None:
    case = world.case("dispatched")
    with pytest.raises(services.Refused, match="工作时"):
        services.act(world.who("department"), case, "ask_return", now=NOW + timedelta(days=2), reason="不是我们的")


def test_extension_adds_one_limit_twice_at_most_and_never_once_overdue(world: World) -> None:
    case = world.case("handling")
    first = case.clocks.get(kind="handling").deadline
    for times in (1, 2):
        services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等材料")
        services.act(world.who("shift_leader"), case, "grant_extend", now=NOW)
        case.refresh_from_db()
        assert case.extend_count == times
    deadline = case.clocks.get(kind="handling").deadline
    assert deadline is not None
    assert first is not None
    assert selectors.calendar().seconds_between(first, deadline) == 4 * 8 * 3600
    assert case.deadline == deadline
    with pytest.raises(services.Refused, match="最多延期"):
        services.act(world.who("department"), case, "ask_extend", now=NOW, reason="还要")
    late = world.case("handling")
    with pytest.raises(services.Refused, match="超期"):
        services.act(world.who("department"), late, "ask_extend", now=NOW + timedelta(days=9), reason="晚了")


def test_denied_extension_is_not_counted(world: World) -> None:
    case = world.case("handling")
    services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等材料")
    services.act(world.who("shift_leader"), case, "deny_extend", now=NOW, reason="不行")
    case.refresh_from_db()
    assert (case.extend_count, case.requests.get().state) == (0, "denied")


def test_suspension_takes_two_steps_stops_the_clock_and_comes_back_where_it_was(world: World) -> None:
    case = world.case("handling")
    until = NOW + timedelta(days=30)
    services.act(world.who("department"), case, "ask_suspend", now=NOW, reason="等雨季过去", reason_code="season", until=until)
    with pytest.raises(services.Refused, match="初审"):
        services.act(world.who("shift_leader"), case, "grant_suspend", now=NOW)
    services.act(world.who("dispatcher"), case, "review_suspend", now=NOW)
    services.act(world.who("shift_leader"), case, "grant_suspend", now=NOW)
    case.refresh_from_db()
    assert (case.state, case.suspended_until, case.deadline) == ("suspended", until, None)
    used = case.clocks.get(kind="handling").used_s
    services.act(world.who("dispatcher"), case, "resume", now=NOW + timedelta(days=7))
    case.refresh_from_db()
    assert case.state == "handling"
    assert selectors.case_file(SYSTEM, case.pk, NOW + timedelta(days=7))["clocks"][0].used_s == used


def test_suspension_beyond_a_year_or_into_the_past_is_refused(world: World) -> None:
    for until in (NOW - timedelta(days=1), NOW + timedelta(days=366)):
        with pytest.raises(services.Refused) as refused:
            services.act(world.who("department"), world.case("handling"), "ask_suspend", now=NOW, reason="等", reason_code="money", until=until)
        assert refused.value.field == "until"


def test_two_requests_at_once_are_refused(world: World) -> None:
    case = world.case("handling")
    services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等材料")
    with pytest.raises(services.Refused, match="在等审批"):
        services.act(world.who("dispatcher"), case, "ask_void", now=NOW, reason="立错了")


@pytest.mark.parametrize("state", ["reported_back", "awaiting_verification", "verified", "awaiting_closing"])
def test_a_case_of_which_nobody_knows_when_it_was_reported_back_opens_and_is_force_closed_as_others(world: World, state: str) -> None:
    case = world.case(state, reported_back_at=None)  # as one that was taken over
    assert "force_close" not in [action.slug for action in selectors.actions_for(world.who("shift_leader"), case, NOW)]
    services.act(world.who("shift_leader"), case, "ask_force_close", now=NOW, reason="拖太久")
    services.act(world.who("leader"), case, "grant_force_close", now=NOW)
    assert services.act(world.who("shift_leader"), case, "force_close", now=NOW, reason="拖太久").to_state == "closed"


def test_force_close_needs_a_leader_and_is_marked_for_ever(world: World) -> None:
    case = world.case("verified", found_done=False)
    with pytest.raises(services.Refused, match="领导"):
        services.act(world.who("shift_leader"), case, "force_close", now=NOW, reason="拖太久")
    services.act(world.who("shift_leader"), case, "ask_force_close", now=NOW, reason="拖太久")
    shift = world.who("shift_leader")
    assert case not in selectors.worklist(shift, post="shift_leader").cases
    services.act(world.who("leader"), case, "grant_force_close", now=NOW)
    waits = selectors.worklist(shift, post="shift_leader", mark="approved", now=NOW).cases
    assert [(each.pk, [mark.slug for mark in each.marks]) for each in waits] == [(case.pk, ["approved", "failed"])], "the next step is the shift leader's"
    assert [mark.slug for mark in selectors.case_file(shift, case.pk, NOW)["marks"]] == ["approved", "failed"]
    offered = {action.slug: action for action in selectors.actions_for(shift, case, NOW)}
    assert "ask_force_close" not in offered and next(field.value for field in offered["force_close"].fields if field.name == "reason") == "拖太久"
    services.act(shift, case, "force_close", now=NOW, reason="拖太久")
    case.refresh_from_db()
    assert (case.state, case.forced) == ("closed", True)


def test_a_place_outside_every_grid_is_not_accepted(world: World) -> None:
    case = world.case("reported")
    given: dict[str, Any] = {"matter_code": "01037", "condition_key": "01037-03", "place": (108.85, 28.35)}
    with pytest.raises(services.Refused, match="单元网格") as refused:
        services.act(world.who("acceptor"), case, "accept", now=NOW, **given)
    assert refused.value.field == "place"
    assert services.act(world.who("acceptor"), case, "accept", now=NOW, **given | {"place": (HERE.x, HERE.y)}).to_state == "awaiting_filing"


def test_a_task_goes_to_an_inspector_only(world: World) -> None:
    case = world.case("reported")
    with pytest.raises(services.Refused, match="信息采集员"):
        services.act(world.who("acceptor"), case, "send_to_confirm", now=NOW, inspector=world.accounts["crew"].pk)


@pytest.mark.parametrize("state", workflow.FINAL)
def test_a_report_is_not_merged_into_a_case_that_has_ended(world: World, state: str) -> None:
    ended = world.case(state)
    with pytest.raises(services.Refused, match="已经结束") as refused:
        services.act(world.who("acceptor"), world.case("reported"), "merge", now=NOW, into=ended)
    assert refused.value.field == "into"


def test_only_what_is_still_in_hand_is_offered_to_merge_into(world: World) -> None:
    open_, _ended, report = (world.case(state, timezone.now()) for state in ("handling", "closed", "reported"))
    merge = next(each for each in selectors.actions_for(world.who("acceptor"), report) if each.slug == "merge")
    assert [value for value, _label in merge.fields[0].options] == [str(open_.pk)]


def test_a_photo_named_by_its_number_must_be_ones_own(world: World) -> None:
    case = world.case("verifying")
    given: dict[str, Any] = {"passed": "yes", "photos": [world.photo.pk], "position": (HERE.x, HERE.y, 5)}
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("inspector"), case, "verify", now=NOW, **given)
    assert refused.value.field == "photos"
    world.photo.uploaded_by = world.accounts["inspector"]
    world.photo.save()
    assert services.act(world.who("inspector"), case, "verify", now=NOW, **given).to_state == "verified"


def test_a_department_at_its_desk_is_not_asked_where_it_stands(world: World) -> None:
    case = world.case("handling")
    for role in ("department", "crew"):
        [action] = [each for each in selectors.actions_for(world.who(role), case, NOW) if each.slug == "report_back"]
        assert {field.name for field in action.fields} == {"done", "photos"}
