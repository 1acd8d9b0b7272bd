"""Uplinks of LoRaWAN tags under manhole covers.

When the network server's codec has filled `object`, its names are taken (ours, or common ones of
vendors). Otherwise the frame's bytes, most significant first:

    port 1, 1 byte: short status
        bit 7 opened, bit 6 displaced, bits 5..0 battery in 63rds
    port 2, 7 bytes: full status
        0     bit 0 opened, bit 1 displaced
        1     tilt from the installed angle, degrees
        2..3  water level, centimetres
        4     battery, percent
        5..6  temperature, tenths of a degree Celsius, signed

Plain Python: (model, uplink) -> {metric: value}. Radio tags of our own gateways need no decoder:
they speak the documented JSON.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

FULL = struct.Struct(">BBHBh")

NAMES = {
    "tilt": "tilt",
    "angle": "tilt",
    "opened": "opened",
    "open": "opened",
    "displaced": "displaced",
    "lost": "displaced",
    "water_level": "water_level",
    "waterLevel": "water_level",
    "battery": "battery",
    "batteryLevel": "battery",
    "temperature": "temperature",
}


def decode(model: str, uplink: Mapping[str, Any]) -> dict[str, float]:
    """Readings of an uplink {"port", "data": bytes, "object"}. Empty when the port is none of ours;
    ValueError when the bytes do not fit the layout."""
    told = uplink.get("object")
    if told:
        return {NAMES[name]: float(value) for name, value in told.items() if name in NAMES and isinstance(value, int | float)}
    layout = LAYOUTS.get(uplink["port"])
    return layout(uplink["data"]) if layout else {}


def short_status(data: bytes) -> dict[str, float]:
    if len(data) != 1:
        raise ValueError(f"a short status has 1 byte, not {len(data)}")
    return {
        "opened": float(data[0] >> 7),
        "displaced": float(data[0] >> 6 & 1),
        "battery": round((data[0] & 0x3F) * 100 / 63),
    }


def full_status(data: bytes) -> dict[str, float]:
    if len(data) != FULL.size:
        raise ValueError(f"a full status has {FULL.size} bytes, not {len(data)}")
    flags, tilt, water, battery, temperature = FULL.unpack(data)
    return {
        "opened": float(flags & 1),
        "displaced": float(flags >> 1 & 1),
        "tilt": float(tilt),
        "water_level": float(water),
        "battery": float(battery),
        "temperature": temperature / 10,
    }


def pack_full(values: Mapping[str, float]) -> bytes:
    """The bytes of a full status, as a tag would send them."""
    flags = int(values["opened"]) | int(values["displaced"]) << 1
    return FULL.pack(flags, round(values["tilt"]), round(values["water_level"]), round(values["battery"]), round(values["temperature"] * 10))


LAYOUTS: dict[int, Callable[[bytes], dict[str, float]]] = {1: short_status, 2: full_status}
