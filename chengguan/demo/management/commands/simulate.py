"""The role that speaks for the sample county's devices."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from chengguan.demo.gateways import Door
from chengguan.demo.simulation import Simulation
from chengguan.engines import signs
from chengguan.things.models import Device


class Command(BaseCommand):
    help = "Speak for the sample county's devices through the MQTT door (demo mode only)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.MQTT_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("simulators exist in demo mode only (CHENGGUAN_DEMO=1)")
        while not Device.objects.exists():
            signs.give("simulate")
            time.sleep(2)
        simulation = Simulation(Door(options["host"], options["port"]))
        connections.close_all()
        asyncio.run(_until_told(simulation))


async def _until_told(simulation: Simulation) -> None:
    running = asyncio.create_task(simulation.run())
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        return
