"""All trades' simulators at once, through the MQTT door only. Trades are found through the registry."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from chengguan import registry
from chengguan.demo.gateways import Door, Line, Outbox, fresh_epoch
from chengguan.demo.keys import password
from chengguan.engines import signs
from chengguan.registry import Said, Simulator, Unit
from chengguan.things.models import Device, Gateway

log = logging.getLogger(__name__)
STEP_S = 0.1
AT_ONCE = 20
"""Gateways that connect at the same time at the start."""


def units(subsystem: str) -> list[Unit]:
    """The devices of a trade behind enabled gateways."""
    rows = Device.objects.filter(subsystem=subsystem, enabled=True, gateway__enabled=True).order_by("pk")
    return [
        Unit(key, model, gateway, group or "", attributes or {})
        for key, model, gateway, group, attributes in rows.values_list("key", "model", "gateway__key", "group__key", "attributes")
    ]


def simulators(now: float) -> dict[str, Simulator]:
    """One for every trade present that has a simulator and devices."""
    found: dict[str, Simulator] = {}
    for slug, present in registry.present().items():
        name = f"{present.module}.simulator"
        fleet = units(slug)
        if fleet and importlib.util.find_spec(name) is not None:
            found[slug] = importlib.import_module(name).Simulator(fleet, now)
    return found


class Simulation:
    """The trades' simulators and the lines of their gateways."""

    def __init__(self, door: Door) -> None:
        self.simulators = simulators(time.time())
        epoch = fresh_epoch()
        self.lines: dict[str, Line] = {}
        self.trade: dict[str, str] = {}
        for key, subsystem, kind in Gateway.objects.filter(enabled=True).values_list("key", "subsystem", "kind"):
            if subsystem in self.simulators:
                self.trade[key] = subsystem
                self.lines[key] = Line(Outbox(key, subsystem, epoch), password(key), door, self.heard, kind == Gateway.Kind.CHIRPSTACK)

    def heard(self, gateway: str, place: str, word: str, told: Mapping[str, Any]) -> None:
        """Something came down for a gateway: a part to play, or a command."""
        simulator, now = self.simulators[self.trade[gateway]], time.time()
        try:
            if place == "_" and word == "play":
                simulator.play(told, now)
            elif place != "_":
                simulator.command(gateway, word, told, now)
        except (KeyError, TypeError, ValueError) as trouble:
            log.warning("%s does not understand %s/%s %s: %r", gateway, place, word, told, trouble)

    async def run(self) -> None:
        """Until cancelled."""
        log.info("%d gateways, %s", len(self.lines), "、".join(self.simulators))
        async with asyncio.TaskGroup() as group:
            group.create_task(signs.keep_giving("simulate"))
            for n, line in enumerate(self.lines.values()):
                group.create_task(_later(n / AT_ONCE, line))
            while True:
                now = time.time()
                for simulator in self.simulators.values():
                    self.say(simulator.due(now), now)
                await asyncio.sleep(STEP_S)

    def say(self, spoken: Iterable[Said], now: float) -> None:
        for said in spoken:
            line = self.lines.get(said.gateway)
            if line is not None:
                line.say(said, now)


async def _later(seconds: float, line: Line) -> None:
    await asyncio.sleep(seconds)
    await line.run()
