"""Lamps behave like lamps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chengguan.registry import Unit, View
from chengguan.subsystems.street_lights.manifest import MANIFEST
from chengguan.subsystems.street_lights.rules import lamp_dark
from chengguan.subsystems.street_lights.simulator import Simulator

NIGHT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC).timestamp()
DAY = datetime(2026, 11, 22, 4, 0, tzinfo=UTC).timestamp()
UNITS = [
    Unit("C-012", "cabinet_controller", "C-012"),
    Unit("C-012-2", "circuit_meter", "C-012", "C-012-2"),
    *(Unit(f"L-00470{n}", "lamp_controller", "C-012", "C-012-2", {"rated_w": 240}) for n in range(8)),
]


def run(simulator: Simulator, start: float, seconds: float) -> list:
    said = []
    for step in range(int(seconds) + 1):
        said += list(simulator.due(start + step))
    return said


def last(said: list, key: str) -> dict:
    return [each for each in said if each.device == key][-1].values


@pytest.mark.parametrize("start, on", [(NIGHT, 1), (DAY, 0)])
def test_lamps_burn_by_night_and_stay_within_what_is_believable(start, on):
    said = run(Simulator(UNITS, start), start, 320)
    ranges = {metric.slug: (metric.low, metric.high) for metric in MANIFEST.metrics}
    heard = {each.device for each in said}
    assert heard == {"", *(unit.key for unit in UNITS)}
    for each in said:
        for slug, value in each.values.items():
            low, high = ranges[slug]
            assert low <= value <= high, (slug, value)
    lamp = last(said, "L-004701")
    assert lamp["on"] == on
    assert (lamp["power"] > 150) == bool(on)


def test_a_command_is_obeyed_answered_and_proved_by_the_reading():
    simulator = Simulator(UNITS, DAY)
    simulator.command("C-012", "L-004703", {"command": 17, "name": "on", "on": 1}, DAY)
    said = [each for each in run(simulator, DAY, 3) if each.device == "L-004703"]
    assert any(each.ack == 17 and each.values["on"] == 1 and each.values["power"] > 150 for each in said)
    simulator.command("C-012", "L-004703", {"command": 18, "name": "dim", "on": 1, "dim": 40}, DAY + 10)
    said = [each for each in run(simulator, DAY + 10, 3) if each.ack == 18]
    assert said[0].values["dim"] == 40
    assert said[0].values["power"] < 120


def test_another_gateways_command_moves_nothing():
    simulator = Simulator(UNITS, DAY)
    simulator.command("C-999", "L-004703", {"command": 17, "on": 1}, DAY)
    assert not [each for each in run(simulator, DAY, 3) if each.ack]


def test_a_dark_lamp_is_on_without_power_until_it_is_mended():
    simulator = Simulator(UNITS, NIGHT)
    simulator.play({"device": "L-004703", "part": "dark", "every": 5}, NIGHT)
    said = [each.values for each in run(simulator, NIGHT, 30) if each.device == "L-004703"]
    assert len(said) >= 5
    view = View(said[-1], {"share_of_rated": 20}, {"rated_w": 240}, {}, 0)
    assert lamp_dark(view) is True
    simulator.play({"device": "L-004703", "part": "burn"}, NIGHT + 40)
    assert last(run(simulator, NIGHT + 40, 10), "L-004703")["power"] > 150


def test_a_tripped_breaker_is_said_by_the_circuit_and_its_lamps_fall_silent():
    simulator = Simulator(UNITS, NIGHT)
    simulator.play({"group": "C-012-2", "part": "trip"}, NIGHT)
    said = run(simulator, NIGHT, 320)
    assert last(said, "C-012-2")["breaker"] == 0
    assert not [each for each in said if each.device.startswith("L-")]
