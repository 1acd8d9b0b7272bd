"""Many alarms in one batch cost a handful of queries, not a handful each: they hold up the readings behind them."""

from __future__ import annotations

import cProfile
import os
import pstats
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.alarms import services as alarm_services
from chengguan.alarms.conditions import Transition
from chengguan.alarms.models import Alarm, Rule
from chengguan.cases.models import Case, CaseAlarm, Clock, Report, Step
from chengguan.cases.services.numbers import register_numbers
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.models import AuditEntry, Notice
from chengguan.things.models import Component, Device, Gateway, Group

MANY = 200
RAISING, RETURNING, AGAIN = 42, 40, 60
"""Queries for a batch, whatever its size."""


@pytest.fixture
def covers(world: World) -> list[Device]:
    """Each behind a gateway of its own with nine others; half of them stand at a known component. A number of the day has been drawn:
    the first one begins the day, in two queries more."""
    register_numbers(timezone.now())
    Rule.objects.filter(slug="cover_open").update(hold_s=0, clear_hold_s=0, severity=1, auto_register=True)
    found = []
    for n in range(MANY):
        if n % 10 == 0:
            gateway = Gateway.objects.create(key=f"MG-{n:03d}", name=f"{n}号网关", subsystem="manholes", point=Point(108.98, 28.44, srid=4490))
            group = Group.objects.create(subsystem="manholes", kind="street", key=f"S-{n}", name=f"{n}段", gateway=gateway)
        component = None
        if n % 2:
            component = Component.objects.create(
                code=f"50024101002{n:06d}", class_code="01002", name="污水井盖", label=f"MH-{n:06d}", unit_grid=world.grid,
                point=Point(108.98 + n / 1e5, 28.44, srid=4490), address=f"渝秀大道{n}号附近",
            )  # fmt: skip
        found.append(
            Device.objects.create(
                subsystem="manholes", key=f"MH-{n:06d}", model="radio_tag", name=f"井盖 {n}", gateway=gateway, group=group, component=component
            )
        )
    return found


def change(devices: list[Device], active: bool, later_s: float, profile: str = "") -> list[dict[str, str]]:
    """One batch of the *now* sink; its queries. With CHENGGUAN_PROFILE set the time is shown by function."""
    now = NOW + timedelta(seconds=later_s)
    at = int(now.timestamp() * 1000)
    told = [Transition("cover_open", "device", device.pk, active, at, at, 1.0 if active else 0.0) for device in devices]
    profiler = cProfile.Profile()
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        if os.environ.get("CHENGGUAN_PROFILE"):
            profiler.enable()
        alarm_services.apply_transitions(told, now)
        profiler.disable()
    if os.environ.get("CHENGGUAN_PROFILE"):
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
        for query in queries.captured_queries:
            print(query["time"], query["sql"][:150])
    return queries.captured_queries


def test_two_hundred_alarms_of_the_first_rank_are_raised_and_registered_in_a_handful_of_queries(world: World, covers: list[Device]) -> None:
    queries = change(covers, True, 0)
    assert Alarm.objects.filter(active=True, registered_at__isnull=False).count() == MANY
    for model in (Case, Report, Clock, CaseAlarm):
        assert model.objects.count() == MANY, model
    assert Step.objects.filter(action="register").count() == MANY
    assert Notice.objects.values("account").distinct().count() == 1, "one acceptor"
    assert Notice.objects.count() == AuditEntry.objects.filter(action="case.register").count() == MANY
    numbers = list(Case.objects.order_by("id").values_list("register_number", flat=True))
    assert numbers == sorted(set(numbers))
    assert not Case.objects.filter(deadline__isnull=True).exists()
    placed = Case.objects.filter(component__isnull=False)
    assert placed.count() == MANY / 2
    assert set(placed.values_list("unit_grid", "community", "township")) == {(world.grid.pk, world.community.pk, world.township.pk)}
    assert len(queries) <= RAISING, f"{len(queries)} queries"


def test_the_same_batch_again_changes_nothing(world: World, covers: list[Device]) -> None:
    change(covers, True, 0)
    change(covers, True, 0)
    assert Alarm.objects.count() == Case.objects.count() == CaseAlarm.objects.count() == MANY
    assert Step.objects.count() == MANY


def test_two_hundred_that_return_and_come_again_note_it_on_their_cases_in_a_handful_of_queries(world: World, covers: list[Device]) -> None:
    change(covers, True, 0)
    queries = change(covers, False, 60)
    assert not Alarm.objects.filter(active=True).exists()
    assert Case.objects.filter(proven_at__isnull=False, version=2).count() == MANY
    assert Step.objects.filter(action="record_evidence").count() == MANY
    assert len(queries) <= RETURNING, f"{len(queries)} queries"
    queries = change(covers, True, 600)
    assert Case.objects.filter(proven_at__isnull=True, version=3).count() == Case.objects.count() == MANY
    assert CaseAlarm.objects.count() == Alarm.objects.filter(registered_at__isnull=False).count() == 2 * MANY
    assert Step.objects.filter(action="join_alarm").count() == MANY
    assert len(queries) <= AGAIN, f"{len(queries)} queries"


def test_two_alarms_of_one_thing_in_one_batch_are_one_case(world: World, covers: list[Device]) -> None:
    Rule.objects.filter(slug="cover_displaced").update(hold_s=0, severity=1, auto_register=True)
    at = int(NOW.timestamp() * 1000)
    with transaction.atomic():
        alarm_services.apply_transitions(
            [Transition(rule, "device", device.pk, True, at, at, 1.0) for rule in ("cover_open", "cover_displaced") for device in covers[:4]], NOW
        )
    assert Alarm.objects.filter(registered_at__isnull=False).count() == 8
    assert Case.objects.count() == 4
    assert CaseAlarm.objects.count() == 8
    assert Step.objects.filter(action="join_alarm").count() == 4
