"""Payload in, readings out. (M-27)"""

from __future__ import annotations

import base64
import json

import pytest
from django.conf import settings

from chengguan.protocols import chirpstack
from chengguan.subsystems.manholes.decoders import decode, pack_full

RECORDED = settings.REPOSITORY.parent / "shared" / "data" / "lorawan" / "chirpstack_v4_event_examples.json"


def uplink(port: int, data: str, told: dict | None = None) -> dict:
    return {"port": port, "data": base64.b16decode(data, casefold=True), "object": told}


@pytest.mark.parametrize(
    "port, data, readings",
    [
        (1, "00", {"opened": 0, "displaced": 0, "battery": 0}),
        (1, "bf", {"opened": 1, "displaced": 0, "battery": 100}),
        (1, "7f", {"opened": 0, "displaced": 1, "battery": 100}),
        (2, "0002001e5800a5", {"opened": 0, "displaced": 0, "tilt": 2, "water_level": 30, "battery": 88, "temperature": 16.5}),
        (2, "012d00005affd8", {"opened": 1, "displaced": 0, "tilt": 45, "water_level": 0, "battery": 90, "temperature": -4.0}),
        (9, "0102", {}),
    ],
)
def test_bytes_by_their_layout(port, data, readings):
    assert decode("lorawan_tag", uplink(port, data)) == readings


def test_what_the_codec_told_comes_before_the_bytes():
    told = {"angle": 12.5, "batteryLevel": 71, "open": 1, "vendor": "x", "firmware": "1.2"}
    assert decode("lorawan_tag", uplink(2, "00", told)) == {"tilt": 12.5, "battery": 71, "opened": 1}


@pytest.mark.parametrize("port, data", [(1, ""), (1, "0000"), (2, "00"), (2, "0002001e5800a500")])
def test_bytes_of_another_length_are_refused(port, data):
    with pytest.raises(ValueError, match="byte"):
        decode("lorawan_tag", uplink(port, data))


def test_packing_and_reading_agree():
    values = {"opened": 1.0, "displaced": 1.0, "tilt": 90.0, "water_level": 260.0, "battery": 55.0, "temperature": -12.5}
    assert decode("lorawan_tag", {"port": 2, "data": pack_full(values), "object": None}) == values


@pytest.mark.skipif(not RECORDED.exists(), reason="recorded ChirpStack events are not beside this clone")
def test_the_recorded_uplink_is_a_short_status_of_an_open_cover():
    recorded = next(each["json"] for each in json.loads(RECORDED.read_text()) if "`up`" in each["event"])
    event = chirpstack.decode("up", json.dumps(recorded).encode())
    assert isinstance(event, chirpstack.Up)
    readings = decode("lorawan_tag", {"port": event.f_port, "data": event.raw, "object": event.object})
    assert readings == {"opened": 1, "displaced": 0, "battery": 67}
