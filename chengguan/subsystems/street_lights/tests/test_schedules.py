"""Lights are switched by the sun or the clock, each night once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from chengguan.people.selectors import ANONYMOUS, SYSTEM
from chengguan.subsystems.street_lights import plan as planning
from chengguan.subsystems.street_lights import selectors, services
from chengguan.subsystems.street_lights.models import Schedule, Switching
from chengguan.subsystems.street_lights.plan import Plan
from chengguan.subsystems.street_lights.sun import sunrise, sunset
from chengguan.things.models import Command

DAY = date(2026, 11, 22)
EVENING = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_by_the_sun_lamps_burn_from_sunset_to_sunrise_with_offsets():
    night = planning.night(Plan(on_offset_min=10, off_offset_min=-15), DAY)
    assert night.on == sunset(DAY) + timedelta(minutes=10)
    assert night.off == sunrise(date(2026, 11, 23)) - timedelta(minutes=15)
    assert timedelta(hours=12) < night.off - night.on < timedelta(hours=14)


def test_by_the_clock_the_night_ends_the_next_morning():
    night = planning.night(Plan("clock", on_at=time(18, 30), off_at=time(6, 0)), DAY)
    assert (night.on, night.off) == (datetime(2026, 11, 22, 10, 30, tzinfo=UTC), datetime(2026, 11, 22, 22, 0, tzinfo=UTC))


@pytest.mark.parametrize("hours, burning", [(-6, False), (0, True), (8, True), (14, False)])
def test_whether_lamps_should_burn_now(hours, burning):
    assert planning.should_burn(Plan(), EVENING + timedelta(hours=hours)) is burning




@pytest.mark.django_db
@pytest.mark.parametrize(
    "plan",
    [
        Plan("clock"),
        Plan("clock", on_at=time(19), off_at=time(1)),
        Plan("clock", on_at=time(23), off_at=time(6)),
        Plan(on_offset_min=200),
        Plan(off_offset_min=-90),
    ],
)
def test_a_plan_that_would_leave_the_road_dark_is_refused_in_words(plan):
    with pytest.raises(ValidationError) as refused:
        services.change_schedule(SYSTEM, None, plan)
    assert "须" in "".join(refused.value.messages)


@pytest.mark.django_db
def test_only_those_who_may_switch_change_a_plan():
    with pytest.raises(PermissionDenied):
        services.change_schedule(ANONYMOUS, None, Plan())
    services.change_schedule(SYSTEM, None, Plan(on_offset_min=20))
    services.change_schedule(SYSTEM, None, Plan(on_offset_min=25))
    assert Schedule.objects.count() == 1


def test_a_department_plans_the_nights_of_its_own_lamps_only(lights, signed_in):
    from chengguan.people.models import Account, Organisation
    from chengguan.people.selectors import who_is
    from chengguan.things.models import Component

    signed_in("department")
    office = who_is(Account.objects.get(username="department"))
    with pytest.raises(PermissionDenied):
        services.change_schedule(office, None, Plan())
    Component.objects.filter(devices__group=lights[0]).update(maintainer=Organisation.objects.get(code="x"))
    services.change_schedule(office, lights[0], Plan(on_offset_min=5))
    services.drop_schedule(office, lights[0])
    for circuit in (None, lights[1]):
        with pytest.raises(PermissionDenied):
            services.change_schedule(office, circuit, Plan())


def test_the_first_look_takes_over_and_commands_nothing(lights):
    assert services.switch_due(EVENING) == 0
    assert not Command.objects.exists()
    assert Switching.objects.count() == 2


def test_each_circuit_is_switched_once_a_night(lights):
    services.switch_due(EVENING - timedelta(hours=8))
    assert services.switch_due(EVENING) == 2
    assert services.switch_due(EVENING + timedelta(minutes=1)) == 0
    assert sorted(Command.objects.values_list("name", "group__key")) == [("on", "C-012-1"), ("on", "C-012-2")]
    assert services.switch_due(EVENING + timedelta(hours=12)) == 2
    assert Command.objects.filter(name="off").count() == 2


def test_after_an_absence_over_sunset_the_lights_still_go_on(lights):
    services.switch_due(EVENING - timedelta(hours=8))
    assert services.switch_due(EVENING + timedelta(hours=3)) == 2


def test_a_circuit_may_have_its_own_time_or_be_left_to_people(lights):
    services.switch_due(EVENING - timedelta(hours=8))
    services.change_schedule(SYSTEM, lights[0], Plan("clock", on_at=time(21), off_at=time(6)))
    services.change_schedule(SYSTEM, lights[1], Plan(enabled=False))
    assert services.switch_due(EVENING) == 0
    assert services.switch_due(EVENING + timedelta(hours=2)) == 1
    services.drop_schedule(SYSTEM, lights[1])
    assert services.switch_due(EVENING + timedelta(hours=2)) == 1


def test_the_lighting_rate_counts_only_lamps_that_should_burn(lights):
    rows = selectors.circuits(SYSTEM, EVENING)
    assert [(row.lamps, row.should, row.lit) for row in rows] == [(3, 3, 2), (3, 3, 2)]
    total = selectors.total(rows)
    assert (total.rate, selectors.roads(rows)[0].name) == (66.6, "渝秀大道")


@pytest.mark.parametrize(("lit", "should", "rate"), [(7640, 7641, 99.9), (7641, 7641, 100.0), (0, 0, None), (1, 3, 33.3)])
def test_a_hundred_percent_says_that_all_burn(lit, should, rate):
    assert selectors.Lit("", "", "", lit=lit, should=should).rate == rate
