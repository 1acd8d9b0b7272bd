"""What a threshold cannot say. (M-26)"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengguan import registry
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


SAID = st.dictionaries(
    st.sampled_from(["on", "power", "dim"]), st.sampled_from([0.0, 0.9, 1.0, 1.9, 2.1, 10.0, 17.9, 18.1, 20.1, 50.0, 90.0, 100.0, -30.0])
)
MOMENTS = st.sampled_from([NOON, NIGHT, *(NOON + hours * 3_600_000 for hours in range(1, 24))])


@given(st.lists(st.tuples(SAID, SAID, st.sampled_from([None, 0, 90, 250])), min_size=1, max_size=8), MOMENTS, st.sampled_from([6.0, -3.0]))
def test_the_sieve_never_keeps_back_a_message_that_the_condition_finds_wrong(messages, at, above):
    limits = {"share_of_rated": 20, "sun_above_deg": above}
    said = {name: np.array([now.get(name, np.nan) for _, now, _ in messages]) for name in ("on", "power", "dim")}
    rated = np.array([np.nan if watts is None else watts for _, _, watts in messages])
    batch = registry.Batch(said, lambda name: rated, limits, np.full(len(messages), at))
    for condition, suspects in ((rules.lamp_dark, rules.lamp_may_be_dark), (rules.lamp_on_by_day, rules.lamp_may_be_on_by_day)):
        asked = suspects(batch)
        for (before, now, watts), suspicious in zip(messages, asked, strict=True):
            view = registry.View({**before, **now}, limits, {} if watts is None else {"rated_w": watts}, {}, at)
            assert suspicious or condition(view) is not True
