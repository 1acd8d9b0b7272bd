"""The main path with its numbers, clocks, notices and rights; and what each guard refuses. (M-17, M-18, M-19, M-20)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Clock, Report, Step
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.models import AuditEntry, Notice
from chengguan.people.selectors import ANONYMOUS, SYSTEM

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
        ("crew", "report_back", {"done": "换了灯", "photos": photos}),
        ("dispatcher", "forward", {}),
        ("acceptor", "send_to_verify", {"inspector": world.accounts["inspector"]}),
        ("inspector", "verify", {"passed": "yes", "photos": photos, "position": here}),
        ("acceptor", "accept_result", {}),
        ("shift_leader", "close", {}),
    ]


def registered(world: World, **given: Any) -> Case:
    facts: dict[str, Any] = {"source": "inspector", "point": HERE, "description": "灯不亮", "matter_code": "01037", "now": NOW}
    return services.register(world.who("inspector"), **(facts | given))


def test_report_finds_its_grid_community_township_and_gets_no_case_number(world: World) -> None:
    case = registered(world)
    assert (case.state, case.number, case.unit_grid, case.township) == ("reported", None, world.grid, world.township)
    assert case.register_number == "D20261118-00001"
    assert case.deadline == NOW + 15 * MINUTE
    report = Report.objects.get(case=case)
    assert (report.source, report.description) == ("inspector", "灯不亮")


def test_a_picture_is_dated_by_its_step_though_its_file_is_kept_once(world: World) -> None:
    case = travel(world, registered(world), *main_path(world))
    world.photo.created_at = NOW - timedelta(days=30)
    world.photo.save()
    photos = selectors.case_file(world.who("shift_leader"), case.pk, NOW)["photos"]
    assert [(photo.kind, photo.at - NOW) for photo in photos] == [("after", 30 * MINUTE), ("verify", 45 * MINUTE)]


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
    assert handling.used_s == 15 * 60, "from dispatch to report-back, not until closing"
    assert (handling.limit_value, handling.limit_clock) == (2, "work_day")
    assert not case.clocks.filter(ended_at=None).exists()
    assert {photo.kind for photo in case.photos.all()} == {"after", "verify"}
    assert AuditEntry.objects.filter(object_type="cases.case", object_id=str(case.pk)).count() == 12


def test_the_next_post_is_told_and_the_one_who_acted_is_not(world: World) -> None:
    case = registered(world)
    assert Notice.objects.get(account=world.accounts["acceptor"]).link == f"/cases/{case.pk}"
    travel(world, case, *main_path(world)[:5])
    assert Notice.objects.filter(account=world.accounts["crew"], link__startswith="/field/").count() == 1
    assert Notice.objects.filter(account=world.accounts["department"]).count() == 1
    assert not Notice.objects.filter(account=world.accounts["inspector"]).exists()


def test_a_department_is_told_when_its_crew_reports_back(world: World) -> None:
    case = travel(world, registered(world), *main_path(world)[:5])
    Notice.objects.all().delete()
    services.act(world.who("crew"), case, "report_back", now=NOW + 30 * MINUTE, done="换了灯", photos=[world.photo])
    told = set(Notice.objects.values_list("account__username", "link"))
    assert told == {("dispatcher", f"/cases/{case.pk}"), ("department", f"/cases/{case.pk}")}


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
    given: dict[str, Any] = {"matter_code": "01037", "condition_key": "01037-03"}
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
    given: dict[str, Any] = {"matter_code": "06036", "point": HERE, "photos_before": [world.photo], "now": NOW}
    with pytest.raises(services.Refused) as refused:
        services.self_handle(world.who("inspector"), photos_after=[], **given)
    assert refused.value.field == "photos_after"
    case = services.self_handle(world.who("inspector"), photos_after=[world.photo], **given)
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
