"""Tags under manhole covers that behave like ones: two heartbeats a day, a message at once when
something happens; some through our radio gateways, some as ChirpStack uplinks. Plain Python.
"""

from __future__ import annotations

import base64
import heapq
import math
import random
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from chengguan.registry import Said, Unit
from chengguan.subsystems.manholes.decoders import pack_full

HEARTBEAT_S, STATUS_EVERY_S, HELLO_S = 12 * 3600.0, 120.0, 120.0


@dataclass
class Cover:
    unit: Unit
    battery: float
    water: float
    depth: float
    tilt: float = 0.0
    opened: bool = False
    displaced: bool = False
    flooded: bool = False
    silent: bool = False
    counter: int = 0
    every: float = 0.0
    every_until: float = 0.0


class Simulator:
    """Speaks for all covers and their gateways."""

    def __init__(self, units: Iterable[Unit], now: float, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.covers = {
            unit.key: Cover(
                unit,
                battery=self.rng.uniform(55, 99),
                water=self.rng.uniform(0, 40),
                depth=float(unit.attributes.get("depth_cm") or 220),
                counter=self.rng.randrange(500),
            )
            for unit in units
        }
        self.gateways = sorted({cover.unit.gateway for cover in self.covers.values() if cover.unit.model == "radio_tag"})
        self.silent: set[str] = set()
        self.agenda: list[tuple[float, int, str, str]] = []
        self._ticket = 0
        for key in self.covers:  # everyone says hello soon after the start, then twice a day
            self._at(now + self.rng.uniform(0, HELLO_S), "heartbeat", key)
        for key in self.gateways:
            self._at(now + self.rng.uniform(0, STATUS_EVERY_S), "status", key)

    def due(self, now: float) -> Iterable[Said]:
        while self.agenda and self.agenda[0][0] <= now:
            _, _, kind, key = heapq.heappop(self.agenda)
            if kind == "status":
                self._at(now + STATUS_EVERY_S, "status", key)
                if key not in self.silent:
                    yield Said(key)
                continue
            cover = self.covers[key]
            if kind == "heartbeat":
                self._at(now + HEARTBEAT_S * self.rng.uniform(0.95, 1.0), "heartbeat", key)
            elif kind == "fast" and now < cover.every_until:
                self._at(now + cover.every, "fast", key)
            if not cover.silent and cover.unit.gateway not in self.silent:
                yield self.says(cover, now)

    def command(self, gateway: str, key: str, order: Mapping[str, Any], now: float) -> None:
        """Covers take no commands."""

    def play(self, order: Mapping[str, Any], now: float) -> None:
        """Parts: open, close, tilt, upright, displace, replace, flood, drain, drain_battery, new_battery, silent, speak."""
        part = order["part"]
        if order.get("gateway"):
            (self.silent.add if part == "silent" else self.silent.discard)(str(order["gateway"]))
            return
        cover = self.covers[order["device"]]
        for name, value in PARTS[part].items():
            setattr(cover, name, value)
        if part == "drain":
            cover.water = self.rng.uniform(0, 40)
        if order.get("every"):
            cover.every, cover.every_until = float(order["every"]), now + float(order.get("for", 3600))
            self._forget("fast", cover.unit.key)
            self._at(now + 0.1, "fast", cover.unit.key)
        else:
            self._at(now + 0.1, "once", cover.unit.key)

    def _forget(self, kind: str, key: str) -> None:
        """A part that is played again begins anew: two of them would speak at once and contradict each other."""
        self.agenda = [each for each in self.agenda if each[2:] != (kind, key)]
        heapq.heapify(self.agenda)

    def _at(self, when: float, kind: str, key: str) -> None:
        self._ticket += 1
        heapq.heappush(self.agenda, (when, self._ticket, kind, key))

    def values(self, cover: Cover, now: float) -> dict[str, float]:
        cover.battery = max(0.0, cover.battery - 0.01)
        water = cover.depth - 20 if cover.flooded else cover.water + 3 * math.sin(now / 9000)
        return {
            "tilt": round(max(0.0, cover.tilt + (48 if cover.opened else 0) + self.rng.uniform(0, 1.5)), 1),
            "opened": int(cover.opened),
            "displaced": int(cover.displaced),
            "water_level": round(max(0.0, water)),
            "battery": round(cover.battery),
            "temperature": round(16 + 5 * math.sin(now / 86400 * 2 * math.pi) + self.rng.gauss(0, 0.5), 1),
            "signal": round(self.rng.gauss(-88, 6)),
        }

    def says(self, cover: Cover, now: float) -> Said:
        values = self.values(cover, now)
        if cover.unit.model != "lorawan_tag":
            return Said(cover.unit.gateway, cover.unit.key, values)
        cover.counter += 1
        return Said(cover.unit.gateway, cover.unit.key, event="up", payload=uplink(cover, values, now, self.rng))


PARTS: dict[str, dict[str, Any]] = {
    "open": {"opened": True},
    "close": {"opened": False, "tilt": 0.0, "displaced": False},
    "tilt": {"tilt": 24.0},
    "upright": {"tilt": 0.0},
    "displace": {"displaced": True},
    "replace": {"displaced": False, "opened": False},
    "flood": {"flooded": True},
    "drain": {"flooded": False},
    "drain_battery": {"battery": 14.0},
    "new_battery": {"battery": 99.0},
    "silent": {"silent": True},
    "speak": {"silent": False},
}


def uplink(cover: Cover, values: Mapping[str, float], now: float, rng: random.Random) -> dict[str, Any]:
    """A ChirpStack v4 uplink event whose bytes hold the full status."""
    return {
        "deduplicationId": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "time": datetime.fromtimestamp(now, UTC).isoformat(),
        "deviceInfo": {
            "applicationId": cover.unit.gateway,
            "applicationName": "井盖",
            "deviceProfileName": "cover-tag",
            "deviceName": cover.unit.key,
            "devEui": cover.unit.key,
        },
        "devAddr": f"{crc32(cover.unit.key.encode()):08x}",
        "dr": 3,
        "fCnt": cover.counter,
        "fPort": 2,
        "data": base64.b64encode(pack_full(values)).decode(),
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "uplinkId": rng.randrange(2**32), "rssi": int(values["signal"]), "snr": 8.2}],
        "txInfo": {"frequency": 470_300_000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 9, "codeRate": "CR_4_5"}}},
    }
