"""Both sinks as threads of one process."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Sequence

from django.db import connection

from chengguan.engines import history as engine
from chengguan.engines import nats, signs
from chengguan.ingest.history import History
from chengguan.ingest.now import AWAY, Now
from chengguan.observations.services import sync_metrics

logger = logging.getLogger(__name__)
STILL_S = 600.0
"""A sink may stand in one piece of work for so long: an insert, a lock somebody holds. One that waits for an engine moves."""


class Ingest:
    """Starts and ends the sinks. Nothing is lost by killing it at any moment."""

    def __init__(self, partitions: Sequence[int], with_history: bool = True) -> None:
        self.history = History(partitions) if with_history else None
        self.now = Now(partitions, self.history.hand_on if self.history else lambda piece: None)
        runs = [("now", self.now.run), *([("history", self.history.run)] if self.history else [])]
        self.threads = [threading.Thread(target=run, name=name, daemon=True) for name, run in runs]

    def start(self, ended: threading.Event) -> None:
        """Engines that are away are waited for, PostgreSQL here and the others by the sinks themselves."""
        while not self._knows_metrics() and not ended.wait(1.0):
            signs.give("ingest")
        if ended.is_set():
            return
        for make in (lambda: asyncio.run(nats.ensure_stream()), engine.ensure_tables):
            try:
                make()
            except Exception as error:  # noqa: BLE001 - whichever engine is away, its sink says so and waits
                logger.warning("not yet: %s", error)
        self.now.moved_at = time.monotonic()  # PostgreSQL may have been waited for
        if self.history is not None:
            self.history.moved_at = self.now.moved_at
        for thread in self.threads:
            thread.start()

    def _knows_metrics(self) -> bool:
        try:
            sync_metrics()
        except AWAY as error:
            logger.warning("waiting for PostgreSQL: %s", error)
            connection.close()
            return False
        return True

    def alive(self) -> bool:
        return all(thread.is_alive() for thread in self.threads)

    def moves(self) -> bool:
        """Whether no sink has stood still for too long."""
        return all(time.monotonic() - sink.moved_at < STILL_S for sink in (self.now, self.history) if sink is not None)

    def stop(self) -> None:
        """*now* first, so that the history gets what it still hands on; about three seconds each at most."""
        for sink, thread in zip((self.now, self.history), self.threads, strict=False):
            if sink is not None and thread.ident is not None:
                sink.stop.set()
                thread.join(3)
