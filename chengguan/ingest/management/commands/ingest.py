"""The role `ingest`: both sinks over all partitions, or over some."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from chengguan.engines import processes, signs
from chengguan.engines.nats import PARTITIONS
from chengguan.ingest.role import Ingest

LEAVE_S = 8.0


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partitions", default=f"0-{PARTITIONS - 1}", help="0-15, or 0-7, or 3,4")

    def handle(self, *args: Any, **options: Any) -> None:
        connections["default"].settings_dict.setdefault("OPTIONS", {}).pop("pool", None)  # its threads keep their own
        role = Ingest(partitions(options["partitions"]))
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        role.start(ended)
        while not ended.wait(1.0):
            if role.moves():
                signs.give("ingest")
            if not role.alive():
                raise SystemExit("a sink ended by itself; see the log")
        processes.leave_within(LEAVE_S)
        role.stop()


def partitions(text: str) -> list[int]:
    """`0-3,7` as numbers."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return sorted(found)
