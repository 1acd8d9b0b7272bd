"""The main path with its numbers, clocks, notices and rights; and what each guard refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Clock, Report, Step
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.models import AuditEntry, Holding, Notice, Post
from chengguan.people.selectors import ANONYMOUS, SYSTEM, who_is

MINUTE = timedelta(minutes=1)


def travel(world: World, case: Case, *moves: tuple[str, str, dict[str, Any]], start: Any = NOW, every: timedelta = 5 * MINUTE) -> Case:
    for number, (role, action, given) in enumerate(moves, 1):
        services.act(world.who(role), case, action, now=start + number * every, **given)
    case.refresh_from_db()
    return case


def main_path(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    photos, here = [world.photo], (HERE.x, HERE.y, 10)
    return [
        ("acceptor", "accept", {"matter_code": "01037", "condition_key": "01037-03"}),
        ("shift_leader", "file", {}),
        ("dispatcher", "dispatch", {"department": world.lighting}),
        ("department", "receive", {}),
        ("department", "assign", {"crew": world.crew}),
        ("crew", "submit", {"done": "换了灯", "photos": photos}),
        ("department", "report_back", {"done": "换了灯", "photos": photos}),
        ("dispatcher", "forward", {}),
        ("acceptor", "send_to_verify", {"inspector": world.accounts["inspector"]}),
        ("inspector", "verify", {"passed": "yes", "photos": photos, "position": here}),
        ("acceptor", "accept_result", {}),
        ("shift_leader", "close", {}),
    ]


def registered(world: World, **given: Any) -> Case:
    facts = {"source": "inspector", "point": HERE, "description": "灯不亮", "matter_code": "01037", "now": NOW}
    return services.register(world.who("inspector"), **(facts | given))


def test_report_finds_its_grid_community_township_and_gets_no_case_number(world: World) -> None:
    case = registered(world)
    assert (case.state, case.number, case.unit_grid, case.township) == ("reported", None, world.grid, world.township)
    assert case.register_number == "D20261118-00001"
    assert case.deadline == NOW + 15 * MINUTE
    report = Report.objects.get(case=case)
    assert (report.source, report.description) == ("inspector", "灯不亮")


def test_case_travels_from_report_to_closing_and_each_step_says_who_when_and_how_much(world: World) -> None:
    case = travel(world, registered(world, component=world.lamp), *main_path(world))
    assert case.state == "closed"
    assert case.number == "5002412026111800001"
    steps = list(case.steps.all())
    assert [step.action for step in steps] == ["register", *(action for _role, action, _given in main_path(world))]
    assert steps[1].used_s == 300
    assert steps[1].stage == "受理"
    assert all(step.who_name and step.role for step in steps)
    assert not any(step.overdue for step in steps)
    handling = case.clocks.get(kind="handling")
    assert handling.used_s == 20 * 60, "from dispatch to report-back, not until closing"
    assert (handling.limit_value, handling.limit_clock) == (2, "work_day")
    assert not case.clocks.filter(ended_at=None).exists()
    assert {photo.kind for photo in case.photos.all()} == {"after", "verify"}
    assert AuditEntry.objects.filter(object_type="cases.case", object_id=str(case.pk)).count() == 13


def test_the_next_post_is_told_and_the_one_who_acted_is_not(world: World) -> None:
    case = registered(world)
    assert Notice.objects.get(account=world.accounts["acceptor"]).link == f"/cases/{case.pk}"
    travel(world, case, *main_path(world)[:5])
    assert Notice.objects.filter(account=world.accounts["crew"], link__startswith="/field/").count() == 1
    assert Notice.objects.filter(account=world.accounts["department"]).count() == 1
    assert not Notice.objects.filter(account=world.accounts["inspector"]).exists()


def test_same_source_key_twice_is_one_case_and_one_report(world: World) -> None:
    first = registered(world, source_key="phone:1")
    assert registered(world, source_key="phone:1", description="再发一次").pk == first.pk
    assert Report.objects.filter(source_key="phone:1").count() == 1


def test_citizen_needs_no_account_and_gets_a_code_but_nobody_else_does(world: World) -> None:
    case = services.register(ANONYMOUS, source="citizen", point=HERE, description="灯不亮", now=NOW)
    assert len(case.follow_code or "") == 10
    with pytest.raises(services.Refused):
        services.register(ANONYMOUS, source="hotline", point=HERE, description="灯不亮")
    with pytest.raises(services.Refused):
        services.register(world.who("administrator"), source="hotline", point=HERE, description="灯不亮")


def test_place_outside_the_county_and_a_report_of_nothing_are_refused(world: World) -> None:
    with pytest.raises(services.Refused) as refused:
        registered(world, point=Point(100, 20, srid=4490))
    assert refused.value.field == "place"
    with pytest.raises(services.Refused):
        services.register(world.who("acceptor"), source="hotline", description="  ")


def test_acceptance_needs_a_place_in_a_grid(world: World) -> None:
    case = services.register(world.who("acceptor"), source="hotline", description="有个灯不亮", now=NOW)
    given = {"matter_code": "01037", "condition_key": "01037-03"}
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("acceptor"), case, "accept", now=NOW, **given)
    assert refused.value.field == "place"
    services.act(world.who("acceptor"), case, "accept", now=NOW, place=(HERE.x, HERE.y), **given)
    case.refresh_from_db()
    assert case.unit_grid == world.grid


def test_condition_of_another_matter_is_refused(world: World) -> None:
    case = registered(world)
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("acceptor"), case, "accept", now=NOW, matter_code="06010", condition_key="01037-03")
    assert refused.value.field == "condition_key"


@pytest.mark.parametrize(("east", "accuracy", "allowed"), [(0.0, 10, True), (0.0019, 10, True), (0.0025, 10, False), (0.0025, 60, True), (0.01, 5000, False)])
def test_verifying_needs_to_stand_within_200_metres(world: World, east: float, accuracy: float, allowed: bool) -> None:
    case = world.case("verifying")
    given = {"passed": "yes", "photos": [world.photo], "position": (HERE.x + east, HERE.y, accuracy)}
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


def test_failed_verification_can_only_be_reworked_and_the_clock_goes_on(world: World) -> None:
    case = world.case("verifying")
    used = case.clocks.get(kind="handling").used_s
    services.act(world.who("inspector"), case, "verify", now=NOW, passed="no", photos=[world.photo], position=(HERE.x, HERE.y, 5))
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


def test_crew_submits_only_what_was_given_to_it_and_only_to_own_crews_is_given(world: World) -> None:
    case = world.case("handling", crew=world.other_crew)
    with pytest.raises(services.Refused):
        services.act(world.who("crew"), case, "submit", now=NOW, done="好了", photos=[world.photo])
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


def test_force_close_needs_a_leader_and_is_marked_for_ever(world: World) -> None:
    case = world.case("verified", found_done=False)
    with pytest.raises(services.Refused, match="领导"):
        services.act(world.who("shift_leader"), case, "force_close", now=NOW, reason="拖太久")
    services.act(world.who("shift_leader"), case, "ask_force_close", now=NOW, reason="拖太久")
    services.act(world.who("leader"), case, "grant_force_close", now=NOW)
    services.act(world.who("shift_leader"), case, "force_close", now=NOW, reason="拖太久")
    case.refresh_from_db()
    assert (case.state, case.forced) == ("closed", True)


def test_merged_report_points_to_the_case_it_repeats_and_stays_as_it_was(world: World) -> None:
    into, case = world.case("handling"), registered(world)
    services.act(world.who("acceptor"), case, "merge", now=NOW, into=into)
    case.refresh_from_db()
    assert (case.state, case.merged_into) == ("merged", into)
    assert [report.case_id for report in selectors.case_file(SYSTEM, into.pk)["reports"]] == [case.pk]
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("acceptor"), registered(world), "merge", now=NOW, into=case)
    assert refused.value.field == "into"


def test_reopened_case_gets_a_new_limit_even_at_the_same_department(world: World) -> None:
    case = travel(world, registered(world), *main_path(world))
    day = NOW + timedelta(days=1)
    services.act(world.who("shift_leader"), case, "reopen", now=day, reason="又灭了")
    services.act(world.who("dispatcher"), case, "dispatch", now=day, department=world.lighting)
    assert case.clocks.filter(kind="handling").count() == 2
    case.refresh_from_db()
    assert case.number == "5002412026111800001"
    assert case.closed_at is None


def test_urge_asks_for_a_reply_and_changes_no_state(world: World) -> None:
    case = world.case("handling")
    services.act(world.who("leader"), case, "urge", now=NOW, urge_kind="leader", level="1", words="今天修好")
    task = case.tasks.get(kind="reply")
    assert task.organisation == world.lighting
    assert task.due is not None
    services.act(world.who("department"), case, "reply_urge", now=NOW, words="正在修")
    task.refresh_from_db()
    assert task.reply == "正在修"
    case.refresh_from_db()
    assert (case.state, case.urge_count) == ("handling", 1)


def test_automatic_filing_only_where_the_administrator_switched_it_on(world: World) -> None:
    with pytest.raises(services.Refused):
        services.set_setting(world.who("shift_leader"), "filing.automatic", ["01037"])
    services.set_setting(world.who("administrator"), "filing.automatic", ["01037"])
    case = registered(world)
    services.act(world.who("acceptor"), case, "accept", now=NOW, matter_code="01037", condition_key="01037-03")
    case.refresh_from_db()
    assert case.state == "awaiting_dispatch"
    assert case.steps.last().who_name == "系统"  # type: ignore[union-attr]


def test_self_handled_takes_two_photos_and_leaves_no_handling_clock(world: World) -> None:
    given = {"matter_code": "06036", "point": HERE, "photos_before": [world.photo], "now": NOW}
    with pytest.raises(services.Refused) as refused:
        services.self_handle(world.who("inspector"), photos_after=[], **given)  # type: ignore[arg-type]
    assert refused.value.field == "photos_after"
    case = services.self_handle(world.who("inspector"), photos_after=[world.photo], **given)  # type: ignore[arg-type]
    services.act(world.who("acceptor"), case, "approve", now=NOW)
    case.refresh_from_db()
    assert case.state == "closed"
    assert not Clock.objects.filter(case=case).exists()


@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["cases_step", "cases_report"])
def test_database_refuses_to_change_what_happened(world: World, table: str, sql: str) -> None:
    registered(world)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(table))
    assert Step.objects.exists()
