"""Cabinets, circuits and lamps that behave like ones: power follows the voltage, lamps dim late at
night, commands are obeyed a moment later and answered. Faults are played on order. Plain Python.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from chengguan.registry import Said, Unit
from chengguan.subsystems.street_lights.sun import ZONE, is_night

LAMP_EVERY_S, CIRCUIT_EVERY_S, CABINET_EVERY_S, STATUS_EVERY_S = 300.0, 120.0, 120.0, 60.0
STANDBY_W = 0.4
LATE_DIM = 60


@dataclass
class Lamp:
    unit: Unit
    rated: float
    on: bool
    reach: float  # 0 at the cabinet .. 1 at the end of the circuit
    dim: int | None = None  # as commanded; None follows the lamp's own night programme
    dark: bool = False
    energy: float = 0.0
    spoke: float = 0.0
    every: float = LAMP_EVERY_S
    every_until: float = 0.0
    acks: list[int] = field(default_factory=list)


@dataclass
class Circuit:
    unit: Unit
    lamps: list[Lamp] = field(default_factory=list)
    tripped: bool = False
    leaking: bool = False


@dataclass
class Cabinet:
    unit: Unit
    circuits: list[Circuit] = field(default_factory=list)
    door: bool = False
    silent: bool = False
    energy: float = 0.0


class Simulator:
    """Speaks for all devices of the trade; asked what is due, several times a second."""

    def __init__(self, units: Iterable[Unit], now: float, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.cabinets: dict[str, Cabinet] = {}
        self.circuits: dict[str, Circuit] = {}
        self.lamps: dict[str, Lamp] = {}
        units = list(units)
        for unit in units:
            if unit.model == "cabinet_controller":
                self.cabinets[unit.gateway] = Cabinet(unit, energy=self.rng.uniform(2e4, 2e5))
        for unit in units:
            if unit.model == "circuit_meter" and unit.gateway in self.cabinets:
                self.circuits[unit.group] = circuit = Circuit(unit)
                self.cabinets[unit.gateway].circuits.append(circuit)
        night = is_night(datetime.fromtimestamp(now, UTC))
        for unit in units:
            if unit.model == "lamp_controller" and unit.group in self.circuits:
                fellows = self.circuits[unit.group].lamps
                lamp = Lamp(unit, float(unit.attributes.get("rated_w") or 100), night, len(fellows) / 60, energy=self.rng.uniform(50, 3000))
                self.lamps[unit.key] = lamp
                fellows.append(lamp)
        self.agenda: list[tuple[float, int, str, str]] = []
        self._ticket = 0
        for kind, keys, every in (
            ("lamp", self.lamps, LAMP_EVERY_S),
            ("circuit", self.circuits, CIRCUIT_EVERY_S),
            ("cabinet", self.cabinets, CABINET_EVERY_S),
            ("status", self.cabinets, STATUS_EVERY_S),
        ):
            for key in keys:
                self._at(now + self.rng.uniform(0, every), kind, key)

    def due(self, now: float) -> Iterable[Said]:
        while self.agenda and self.agenda[0][0] <= now:
            _, _, kind, key = heapq.heappop(self.agenda)
            said = getattr(self, f"_{kind}")(key, now)
            if said is not None:
                yield said

    def command(self, gateway: str, key: str, order: Mapping[str, Any], now: float) -> None:
        lamps = [self.lamps[key]] if key in self.lamps else self.circuits[key].lamps if key in self.circuits else []
        for lamp in lamps:
            if lamp.unit.gateway != gateway:
                continue
            if "on" in order:
                lamp.on = bool(order["on"])
                lamp.dim = None
            if "dim" in order:
                lamp.dim = int(order["dim"])
            if "command" in order:
                lamp.acks.append(int(order["command"]))
            self._at(now + self.rng.uniform(0.2, 1.5), "answer", lamp.unit.key)

    def play(self, order: Mapping[str, Any], now: float) -> None:
        """Parts: dark, burn (lamp or circuit); trip, close, leak, dry (circuit); door, shut, silent, speak (cabinet)."""
        part = order["part"]
        circuit = self.circuits.get(str(order.get("group", "")))
        lamps = [self.lamps[order["device"]]] if order.get("device") in self.lamps else circuit.lamps if circuit else []
        cabinet = self.cabinets.get(str(order.get("gateway", "")))
        if part in ("dark", "burn"):
            for lamp in lamps:
                lamp.dark = part == "dark"
                self._hasten(lamp, order, now)
        if circuit is not None and part in ("trip", "close", "leak", "dry"):
            circuit.tripped = {"trip": True, "close": False}.get(part, circuit.tripped)
            circuit.leaking = {"leak": True, "dry": False}.get(part, circuit.leaking)
            self._at(now, "circuit_once", circuit.unit.group)
        if cabinet is not None and part in ("door", "shut", "silent", "speak"):
            cabinet.door = {"door": True, "shut": False}.get(part, cabinet.door)
            cabinet.silent = {"silent": True, "speak": False}.get(part, cabinet.silent)
            self._at(now, "cabinet_once", cabinet.unit.gateway)

    def _hasten(self, lamp: Lamp, order: Mapping[str, Any], now: float) -> None:
        """Report more often for a while, so that people need not wait."""
        if order.get("every"):
            lamp.every, lamp.every_until = float(order["every"]), now + float(order.get("for", 3600))
            self._forget("lamp_fast", lamp.unit.key)
            self._at(now + 0.1, "lamp_fast", lamp.unit.key)
        else:
            self._at(now + 0.1, "answer", lamp.unit.key)

    def _forget(self, kind: str, key: str) -> None:
        """A part that is played again begins anew: two of them would speak at once and contradict each other."""
        self.agenda = [each for each in self.agenda if each[2:] != (kind, key)]
        heapq.heapify(self.agenda)

    def _at(self, when: float, kind: str, key: str) -> None:
        self._ticket += 1
        heapq.heappush(self.agenda, (when, self._ticket, kind, key))

    def _lamp(self, key: str, now: float) -> Said | None:
        self._at(now + LAMP_EVERY_S * self.rng.uniform(0.98, 1.02), "lamp", key)
        return self._lamp_says(self.lamps[key], now)

    def _lamp_fast(self, key: str, now: float) -> Said | None:
        lamp = self.lamps[key]
        if now < lamp.every_until:
            self._at(now + lamp.every, "lamp_fast", key)
        return self._lamp_says(lamp, now)

    def _answer(self, key: str, now: float) -> Said | None:
        return self._lamp_says(self.lamps[key], now)

    def _lamp_says(self, lamp: Lamp, now: float) -> Said | None:
        circuit = self.circuits[lamp.unit.group]
        if circuit.tripped or self.cabinets[lamp.unit.gateway].silent:
            return None
        ack = lamp.acks.pop(0) if lamp.acks else None
        if lamp.acks:
            self._at(now, "answer", lamp.unit.key)
        return Said(lamp.unit.gateway, lamp.unit.key, self.lamp_values(lamp, now), ack)

    def lamp_values(self, lamp: Lamp, now: float) -> dict[str, float]:
        """Readings of a lamp; also counts its energy."""
        voltage = self.voltage(lamp.unit.gateway, now) - 6.0 * lamp.reach + self.rng.gauss(0, 0.4)
        dim = lamp.dim if lamp.dim is not None else self._programme(now)
        burning = lamp.on and not lamp.dark
        power = lamp.rated * dim / 100 * (voltage / 220) ** 0.4 * self.rng.gauss(1, 0.008) if burning else STANDBY_W + self.rng.uniform(0, 0.2)
        factor = 0.96 if burning else 0.12
        lamp.energy += power / 1000 * max(0.0, now - (lamp.spoke or now)) / 3600
        lamp.spoke = now
        return {
            "on": int(lamp.on),
            "dim": dim if lamp.on else 0,
            "power": round(power, 1),
            "voltage": round(voltage, 1),
            "current": round(power / (voltage * factor), 3),
            "power_factor": round(factor + self.rng.uniform(-0.01, 0.01), 2),
            "energy": round(lamp.energy, 2),
            "temperature": round((42 if burning else 14) + self.rng.gauss(0, 1.5), 1),
        }

    def voltage(self, gateway: str, now: float) -> float:
        """Of the supply at the cabinet: sags in the evening, a little different at each."""
        hours = datetime.fromtimestamp(now, ZONE).hour + now % 3600 / 3600
        own = crc32(gateway.encode()) % 700 / 100 - 3.5
        return 228.0 + own - 5.0 * math.exp(-(((hours - 20) / 2.5) ** 2)) + 1.5 * math.sin(now / 97)

    def _programme(self, now: float) -> int:
        local = datetime.fromtimestamp(now, ZONE)
        minute = local.hour * 60 + local.minute
        return LATE_DIM if minute >= 23 * 60 + 30 or minute < 5 * 60 + 30 else 100

    def _circuit(self, key: str, now: float) -> Said | None:
        self._at(now + CIRCUIT_EVERY_S, "circuit", key)
        return self._circuit_once(key, now)

    def _circuit_once(self, key: str, now: float) -> Said | None:
        circuit = self.circuits[key]
        if self.cabinets[circuit.unit.gateway].silent:
            return None
        voltage = 0.0 if circuit.tripped else self.voltage(circuit.unit.gateway, now)
        power = 0.0 if circuit.tripped else self.load(circuit, now)
        leakage = 420 + self.rng.gauss(0, 15) if circuit.leaking else 12 + len(circuit.lamps) * 0.6 + self.rng.gauss(0, 2)
        values = {
            "contactor": 0 if circuit.tripped else 1,
            "breaker": 0 if circuit.tripped else 1,
            "circuit_voltage": round(voltage, 1),
            "circuit_current": round(power / (voltage * 0.95), 2) if voltage else 0.0,
            "circuit_power": round(power),
            "leakage": 0 if circuit.tripped else round(max(leakage, 0)),
        }
        return Said(circuit.unit.gateway, circuit.unit.key, values)

    def load(self, circuit: Circuit, now: float) -> float:
        """Watts that the circuit's lamps draw."""
        dim = self._programme(now)
        return sum(
            lamp.rated * (lamp.dim if lamp.dim is not None else dim) / 100 if lamp.on and not lamp.dark else STANDBY_W for lamp in circuit.lamps
        )

    def _cabinet(self, key: str, now: float) -> Said | None:
        self._at(now + CABINET_EVERY_S, "cabinet", key)
        return self._cabinet_once(key, now)

    def _cabinet_once(self, key: str, now: float) -> Said | None:
        cabinet = self.cabinets[key]
        if cabinet.silent:
            return None
        loads = [0.0, 0.0, 0.0]
        for n, circuit in enumerate(cabinet.circuits):
            loads[n % 3] += 0 if circuit.tripped else self.load(circuit, now)
        cabinet.energy += sum(loads) / 1000 * CABINET_EVERY_S / 3600
        values: dict[str, float] = {}
        for n, phase in enumerate("abc"):
            voltage = self.voltage(key, now) + self.rng.gauss(0, 0.6)
            values[f"voltage_{phase}"] = round(voltage, 1)
            values[f"current_{phase}"] = round(loads[n] / (voltage * 0.95), 2)
        values |= {"door": int(cabinet.door), "signal": round(-71 + self.rng.gauss(0, 3)), "energy": round(cabinet.energy, 2)}
        return Said(key, cabinet.unit.key, values)

    def _status(self, key: str, now: float) -> Said | None:
        self._at(now + STATUS_EVERY_S, "status", key)
        return None if self.cabinets[key].silent else Said(key)
