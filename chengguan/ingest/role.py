"""Both sinks as threads of one process."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence

from chengguan.engines import history as engine
from chengguan.engines import nats
from chengguan.ingest.history import History
from chengguan.ingest.now import Now
from chengguan.observations.services import sync_metrics

logger = logging.getLogger(__name__)


class Ingest:
    """Starts and ends the sinks. Nothing is lost by killing it at any moment."""

    def __init__(self, partitions: Sequence[int], with_history: bool = True) -> None:
        self.history = History(partitions) if with_history else None
        self.now = Now(partitions, self.history.hand_on if self.history else lambda piece: None)
        runs = [("now", self.now.run), *([("history", self.history.run)] if self.history else [])]
        self.threads = [threading.Thread(target=run, name=name, daemon=True) for name, run in runs]

    def start(self) -> None:
        """Engines that are away are waited for by the sinks themselves."""
        sync_metrics()
        for make in (lambda: asyncio.run(nats.ensure_stream()), engine.ensure_tables):
            try:
                make()
            except Exception as error:  # noqa: BLE001 - whichever engine is away, its sink says so and waits
                logger.warning("not yet: %s", error)
        for thread in self.threads:
            thread.start()

    def alive(self) -> bool:
        return all(thread.is_alive() for thread in self.threads)

    def stop(self) -> None:
        """*now* first, so that the history gets what it still hands on; about three seconds each at most."""
        self.now.stop.set()
        self.threads[0].join(3)
        if self.history is not None:
            self.history.stop.set()
            self.threads[1].join(3)
