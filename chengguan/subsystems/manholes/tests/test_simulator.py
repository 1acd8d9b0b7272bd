"""Tags behave like tags."""

from __future__ import annotations

import json

from chengguan.protocols import chirpstack
from chengguan.registry import Unit
from chengguan.subsystems.manholes.decoders import decode
from chengguan.subsystems.manholes.manifest import MANIFEST
from chengguan.subsystems.manholes.simulator import PARTS, Simulator

NOW = 1_795_000_000.0
OWN = Unit("MH-000123", "radio_tag", "MG-007", attributes={"depth_cm": 220})
WIRELESS = Unit("24e124136d000001", "lorawan_tag", "app", attributes={"depth_cm": 220})


def run(simulator: Simulator, seconds: float, start: float = NOW) -> list:
    said = []
    for step in range(int(seconds) + 1):
        said += list(simulator.due(start + step))
    return said


def test_everyone_says_hello_and_stays_within_what_is_believable():
    ranges = {metric.slug: (metric.low, metric.high) for metric in MANIFEST.metrics}
    said = [each for each in run(Simulator([OWN], NOW), 130) if each.device]
    assert said
    for slug, value in said[0].values.items():
        low, high = ranges[slug]
        assert low <= value <= high


def test_a_cover_that_opens_says_so_at_once_and_again_when_closed():
    simulator = Simulator([OWN], NOW)
    run(simulator, 130)
    simulator.play({"device": "MH-000123", "part": "open"}, NOW + 200)
    (said,) = [each for each in run(simulator, 2, NOW + 200) if each.device]
    assert (said.values["opened"], said.values["tilt"] > 15) == (1, True)
    simulator.play({"device": "MH-000123", "part": "close"}, NOW + 300)
    (said,) = [each for each in run(simulator, 2, NOW + 300) if each.device]
    assert (said.values["opened"], said.values["tilt"] < 10) == (0, True)


def test_an_uplink_is_what_chirpstack_sends_and_our_decoder_reads():
    simulator = Simulator([WIRELESS], NOW)
    said = run(simulator, 130)[0]
    event = chirpstack.decode("up", json.dumps(said.payload).encode())
    assert isinstance(event, chirpstack.Up)
    assert event.device_info.dev_eui == WIRELESS.key
    readings = decode("lorawan_tag", {"port": event.f_port, "data": event.raw, "object": event.object})
    assert {"opened", "tilt", "water_level", "battery"} <= readings.keys()


def test_a_silent_gateway_hears_no_cover():
    simulator = Simulator([OWN], NOW)
    simulator.play({"gateway": "MG-007", "part": "silent"}, NOW)
    assert run(simulator, 400) == []


def test_every_part_that_can_be_played_shows_on_the_cover():
    simulator = Simulator([OWN], NOW)
    cover = simulator.covers["MH-000123"]
    for part, changes in PARTS.items():
        simulator.play({"device": "MH-000123", "part": part}, NOW)
        assert {name: getattr(cover, name) for name in changes} == changes


def test_a_part_played_twice_speaks_once_at_a_time():
    simulator = Simulator([OWN], NOW)
    run(simulator, 130)
    for _ in range(2):
        simulator.play({"device": "MH-000123", "part": "open", "every": 5, "for": 60}, NOW + 200)
    said = [each for each in run(simulator, 21, NOW + 200) if each.device]
    assert len(said) == 5
