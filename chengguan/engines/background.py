"""An event loop on a thread of its own, for ordinary code that must not wait for the network."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

MOST_WAITING = 2_000


class Background:
    """Started by its first use; its thread ends with the process."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._waiting = 0

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True).start()
            return self._loop

    def tell(self, work: Callable[[], Awaitable[None]]) -> None:
        """Have `work` done some time; dropped when too much waits already."""
        if self._waiting >= MOST_WAITING:
            return
        self._waiting += 1

        async def counted() -> None:
            try:
                await work()
            finally:
                self._waiting -= 1

        asyncio.run_coroutine_threadsafe(counted(), self._running())

    def ask(self, work: Callable[[], Awaitable[T]], timeout_s: float) -> T | None:
        """The result of `work`; None, and a line in the log, when it failed or took longer."""

        async def bounded() -> T:
            return await asyncio.wait_for(work(), timeout_s)

        future = asyncio.run_coroutine_threadsafe(bounded(), self._running())
        try:
            return future.result(timeout_s + 1)
        except (Exception, concurrent.futures.CancelledError) as error:  # noqa: BLE001
            logging.getLogger(__name__).warning("%s: %s", self._name, error or type(error).__name__)
            return None
