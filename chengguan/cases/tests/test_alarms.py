"""Alarms meet cases: a due alarm is one report exactly once, a returned one is evidence. (M-16, M-43)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from chengguan.alarms.facts import AlarmDue, AlarmRaised, AlarmReturned
from chengguan.alarms.models import Alarm
from chengguan.cases import selectors, services
from chengguan.cases.models import Case, CaseAlarm, Report, Step
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.engines import announce
from chengguan.people.models import Notice
from chengguan.people.selectors import SYSTEM
from chengguan.things.models import Component, Group


def alarm(world: World, rule: str = "lamp_dark", **given: Any) -> Alarm:
    facts = {
        "rule": rule, "subsystem": "street_lights", "name": "路灯不亮", "cause_kind": "device", "cause_key": "L-004711",
        "component": world.lamp, "point": HERE, "severity": 3, "matter": "01037", "text": "功率 0 W",
        "raised_at": NOW, "reading_at": NOW - timedelta(seconds=30),
    }  # fmt: skip
    return Alarm.objects.create(**(facts | given))


def test_due_alarm_becomes_a_report_with_matter_condition_grid_and_component(world: World) -> None:
    standing = alarm(world)
    with transaction.atomic():
        announce.announce(AlarmDue(standing.pk))
    case = Case.objects.get()
    assert (case.state, case.source, case.matter_code, case.condition_key) == ("reported", "alarm", "01037", "01037-03")
    assert (case.component, case.unit_grid, case.address) == (world.lamp, world.grid, "渝秀大道118号附近")
    assert case.occurred_at == standing.reading_at
    assert CaseAlarm.objects.get().alarm == standing
    assert not case.urgent


def test_same_alarm_due_twice_is_one_case(world: World) -> None:
    standing = alarm(world)
    for _time in range(3):
        with transaction.atomic():
            announce.announce(AlarmDue(standing.pk))
    assert Case.objects.count() == Report.objects.count() == CaseAlarm.objects.count() == 1


def test_another_alarm_on_a_component_with_an_open_case_joins_it(world: World) -> None:
    first = services.register_alarm(alarm(world), NOW)
    joined = services.register_alarm(alarm(world, rule="lamp_silent"), NOW)
    assert joined.pk == first.pk
    assert CaseAlarm.objects.filter(case=first).count() == 2
    assert Step.objects.filter(case=first, action="join_alarm").count() == 1


def test_a_standing_alarm_of_a_merged_report_joins_the_case_that_goes_on_and_can_be_seen_there(world: World) -> None:
    into = world.case("awaiting_verification", proven_at=NOW, proof="灯亮了")
    report = services.register_alarm(alarm(world, component=None), NOW)
    services.act(world.who("acceptor"), report, "merge", now=NOW, into=into)
    into.refresh_from_db()
    assert into.proven_at is None, "what its own reading had proven does not hold for the alarm that came"
    assert [step.action for step in into.steps.all()] == ["join_alarm"]
    file = selectors.case_file(SYSTEM, into.pk)
    assert [each.text for each in file["alarms"]] == ["功率 0 W"]
    assert CaseAlarm.objects.get().case == into


def test_an_alarm_that_is_back_to_normal_withdraws_no_evidence_when_its_report_is_merged(world: World) -> None:
    into = world.case("awaiting_verification", proven_at=NOW, proof="灯亮了")
    report = services.register_alarm(alarm(world, component=None, active=False, returned_at=NOW), NOW)
    services.act(world.who("acceptor"), report, "merge", now=NOW, into=into)
    into.refresh_from_db()
    assert into.proven_at == NOW
    assert CaseAlarm.objects.get().case == into


def test_alarm_after_the_case_was_closed_is_a_new_case(world: World) -> None:
    first = services.register_alarm(alarm(world), NOW)
    Case.objects.filter(pk=first.pk).update(state="closed", closed_at=NOW)
    assert services.register_alarm(alarm(world, cause_key="again"), NOW).pk != first.pk


@pytest.mark.parametrize(
    ("rule", "cause_kind", "severity", "matter", "expected"),
    [
        ("lamp_dark", "device", 3, "01037", "01037-03"),
        ("lamp_dark", "group", 2, "01037", "dark_many"),
        ("lamp_on_by_day", "device", 4, "01037", "schedule"),
        ("lamp_on_by_day", "group", 4, "01037", "schedule"),
        ("lamp_silent", "group", 3, "01037", "device"),
        ("lamp_overvoltage", "device", 3, "01037", "device"),
        ("breaker_tripped", "device", 2, "01060", "power"),
        ("circuit_leakage", "device", 1, "01060", "exposed"),
        ("cabinet_door_open", "device", 4, "01060", "open"),
        ("phase_lost", "device", 2, "01060", "power"),
        ("cabinet_silent", "gateway", 3, "01060", "device"),
        ("cover_open", "device", 1, "01002", "open"),
        ("cover_displaced", "device", 1, "01003", "open"),
        ("cover_tilted", "device", 2, "01023", "open"),
        ("cover_flooded", "device", 2, "01003", "flooded"),
        ("cover_battery_low", "device", 4, "01003", "device"),
        ("cover_lost", "device", 3, "01003", "device"),
        ("manhole_gateway_silent", "gateway", 3, "01023", "device"),
    ],
)
def test_condition_fits_what_the_alarm_noticed(world: World, rule: str, cause_kind: str, severity: int, matter: str, expected: str) -> None:
    from chengguan.standards import filing

    case = services.register_alarm(alarm(world, rule=rule, cause_kind=cause_kind, severity=severity, matter=matter, component=None), NOW)
    condition = filing.condition(case.condition_key)
    assert expected in (condition.key, condition.hint)
    assert case.urgent == (severity == 1)


def test_group_alarm_joins_the_case_that_one_of_its_members_began(world: World) -> None:
    member = alarm(world)
    case = services.register_alarm(member, NOW)
    circuit = alarm(world, cause_kind="group", cause_key="C-012-2", component=None, name="回路停电")
    Alarm.objects.filter(pk=member.pk).update(folded_into=circuit, off_desk_at=NOW)
    assert services.register_alarm(circuit, NOW).pk == case.pk


def circuit_with_two_lamps(world: World) -> tuple[Group, list[Component]]:
    group = Group.objects.create(subsystem="street_lights", kind="circuit", key="C-012-2", name="12号箱2回路")
    return group, [
        world.lamp,
        Component.objects.create(code="50024101037004712", class_code="01037", name="路灯", label="L-004712", point=HERE, unit_grid=world.grid),
    ]


def test_a_lamp_of_a_circuit_that_is_already_a_case_joins_it_though_the_circuits_own_alarm_has_returned(world: World) -> None:
    group, lamps = circuit_with_two_lamps(world)
    dark = alarm(world, cause_kind="group", cause_key="C-012-2", group=group, component=None, severity=2, text="2 盏灯不亮")
    case = services.register_alarm(dark, NOW)
    Alarm.objects.filter(pk=dark.pk).update(active=False, returned_at=NOW)
    services.add_evidence([dark.pk], NOW)
    single = alarm(world, cause_key="L-004712", component=lamps[1], group=group)
    assert services.register_alarm(single, NOW).pk == case.pk
    case.refresh_from_db()
    assert case.proven_at is None, "one of its lamps is dark again"
    assert [each.text for each in selectors.case_file(SYSTEM, case.pk)["alarms"]] == ["2 盏灯不亮", "功率 0 W"]
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=NOW - timedelta(days=60))
    later = alarm(world, cause_key="L-004713", component=lamps[0], group=group)
    assert services.register_alarm(later, NOW).pk != case.pk, "what is over takes nobody in"


def test_a_lamp_with_another_trouble_than_its_circuit_is_a_case_of_its_own(world: World) -> None:
    group, lamps = circuit_with_two_lamps(world)
    case = services.register_alarm(alarm(world, cause_kind="group", cause_key="C-012-2", group=group, component=None), NOW)
    single = alarm(world, rule="lamp_overvoltage", cause_key="L-004712", component=lamps[1], group=group)
    assert services.register_alarm(single, NOW).pk != case.pk


def test_an_alarm_joins_the_report_of_its_component_that_nobody_has_classified_yet(world: World) -> None:
    report = services.register(world.who("hotline_operator"), source="hotline", component=world.lamp, description="灯不亮", now=NOW)
    assert services.register_alarm(alarm(world), NOW).pk == report.pk


def test_an_alarm_soon_after_closing_is_a_new_case_that_points_back_and_is_told_on_the_closed_one(world: World) -> None:
    old = world.case("closed", component=world.lamp, closed_at=NOW - timedelta(days=3))
    fresh = services.register_alarm(alarm(world), NOW)
    assert fresh.pk != old.pk
    fresh.refresh_from_db()
    assert fresh.linked_to == old
    step = old.steps.get()
    assert (step.action, step.opinion) == ("recur", f"结案后 3 天又告警：功率 0 W，已登记为 {fresh}")
    assert Notice.objects.filter(account=world.accounts["shift_leader"], link=f"/cases/{old.pk}").exists()
    assert [each.pk for each in selectors.case_file(SYSTEM, old.pk)["linked"]] == [fresh.pk]


def test_the_same_cause_without_a_component_recurs_too_and_long_after_closing_nothing_does(world: World) -> None:
    first = services.register_alarm(alarm(world, cause_kind="group", cause_key="C-012-2", component=None, off_desk_at=NOW, active=False), NOW)
    Case.objects.filter(pk=first.pk).update(state="archived", closed_at=NOW - timedelta(days=20))
    again = services.register_alarm(alarm(world, cause_kind="group", cause_key="C-012-2", component=None), NOW)
    again.refresh_from_db()
    assert again.linked_to == first
    old = world.case("closed", component=world.lamp, closed_at=NOW - timedelta(days=40))
    later = services.register_alarm(alarm(world, rule="lamp_silent"), NOW)
    later.refresh_from_db()
    assert (later.linked_to, old.steps.count()) == (None, 0)


def test_an_alarm_that_rises_again_while_it_belongs_to_a_closed_case_is_told_there(world: World) -> None:
    standing = alarm(world)
    case = services.register_alarm(standing, NOW)
    Case.objects.filter(pk=case.pk).update(state="closed", closed_at=NOW)
    with transaction.atomic():
        announce.announce(AlarmRaised(standing.pk))
    assert [step.action for step in case.steps.order_by("id")] == ["register", "recur"]


def test_returned_alarm_is_written_on_the_case_as_evidence_and_lets_verification_be_skipped(world: World) -> None:
    standing = alarm(world)
    case = services.register_alarm(standing, NOW)
    Alarm.objects.filter(pk=standing.pk).update(active=False, returned_at=NOW)
    with transaction.atomic():
        announce.announce(AlarmReturned(standing.pk))
    case.refresh_from_db()
    assert case.proven_at is not None
    assert "L-004711" in case.proof
    Case.objects.filter(pk=case.pk).update(state="awaiting_verification")
    services.act(world.who("acceptor"), case, "skip", now=NOW, evidence="灯自己的读数")
    services.act(world.who("shift_leader"), case, "close", now=NOW)


def test_alarm_that_comes_back_takes_its_evidence_away(world: World) -> None:
    standing = alarm(world)
    case = services.register_alarm(standing, NOW)
    Alarm.objects.filter(pk=standing.pk).update(active=False, returned_at=NOW)
    standing.refresh_from_db()
    services.add_evidence([standing.pk], NOW)
    with transaction.atomic():
        announce.announce(AlarmRaised(standing.pk))
        announce.announce(AlarmRaised(standing.pk))
    case.refresh_from_db()
    assert case.proven_at is None
    assert case.proof == ""
    assert [step.action for step in case.steps.all()] == ["register", "record_evidence", "join_alarm"]


def test_return_is_no_evidence_while_another_alarm_of_the_case_stands(world: World) -> None:
    first, second = alarm(world), alarm(world, rule="circuit_leakage")
    case = services.register_alarm(first, NOW)
    services.register_alarm(second, NOW)
    Alarm.objects.filter(pk=first.pk).update(active=False, returned_at=NOW)
    first.refresh_from_db()
    assert services.add_evidence([first.pk], NOW) == []
    case.refresh_from_db()
    assert case.proven_at is None


def test_closing_while_the_alarm_stands_asks_why(world: World) -> None:
    case = world.case("awaiting_closing")
    CaseAlarm.objects.create(case=case, alarm=alarm(world), joined_at=NOW)
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("shift_leader"), case, "close", now=NOW)
    assert refused.value.field == "closing_note"
    services.act(world.who("shift_leader"), case, "close", now=NOW, closing_note="灯杆拆除")


def test_return_of_an_alarm_nobody_registered_is_nothing(world: World) -> None:
    assert services.add_evidence([alarm(world).pk], NOW) == []
