"""What a threshold cannot say. (M-26)"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from chengguan.registry import View
from chengguan.subsystems.street_lights import rules, sun

NOON = int(datetime(2026, 11, 22, 4, 0, tzinfo=UTC).timestamp() * 1000)
NIGHT = int(datetime(2026, 11, 22, 13, 0, tzinfo=UTC).timestamp() * 1000)


def lamp(at: int = NIGHT, commanded: dict | None = None, **values: float) -> View:
    return View(values, {"share_of_rated": 20, "sun_above_deg": 6, "below": 100}, {"rated_w": 100}, commanded or {}, at)


@pytest.mark.parametrize(
    "values, dark",
    [
        ({"on": 1, "power": 0.4}, True),
        ({"on": 1, "power": 20}, True),
        ({"on": 1, "power": 20.1}, False),
        ({"on": 1, "power": 9, "dim": 40}, False),
        ({"on": 0, "power": 0}, False),
        ({"on": 1}, None),
        ({"power": 80}, None),
    ],
)
def test_a_lamp_is_dark_when_it_is_on_and_draws_a_fifth_of_its_power_or_less(values, dark):
    assert rules.lamp_dark(lamp(**values)) is dark


def test_a_lamp_burning_under_the_sun_is_wrong_unless_someone_just_switched_it_on():
    assert rules.lamp_on_by_day(lamp(NOON, on=1, power=90)) is True
    assert rules.lamp_on_by_day(lamp(NIGHT, on=1, power=90)) is False
    assert rules.lamp_on_by_day(lamp(NOON, on=0, power=0)) is False
    assert rules.lamp_on_by_day(lamp(NOON, {"name": "on", "at": NOON - 60_000}, on=1, power=90)) is False
    assert rules.lamp_on_by_day(lamp(NOON, {"name": "on", "at": NIGHT - 86_400_000}, on=1, power=90)) is True


def test_a_phase_is_lost_only_while_another_lives():
    assert rules.phase_lost(lamp(voltage_a=12, voltage_b=228, voltage_c=229)) is True
    assert rules.phase_lost(lamp(voltage_a=0, voltage_b=0, voltage_c=0)) is False
    assert rules.phase_lost(lamp(voltage_a=12, voltage_b=228)) is None


def test_the_sun_of_the_county():
    noon = sun.sunrise(date(2026, 6, 21)) + (sun.sunset(date(2026, 6, 21)) - sun.sunrise(date(2026, 6, 21))) / 2
    assert abs(noon - datetime(2026, 6, 21, 4, 46, tzinfo=UTC)) < timedelta(minutes=3)  # 12:46 in Beijing time
    assert sun.is_night(datetime(2026, 11, 22, 13, 0, tzinfo=UTC))
    assert not sun.is_night(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))
    assert sun.coming_sunset(datetime(2026, 11, 22, 13, 0, tzinfo=UTC)).date() == date(2026, 11, 23)
