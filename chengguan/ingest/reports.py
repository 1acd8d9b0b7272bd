"""What a sink says about itself every other second: each step's rate, backlog, age, slowest rule, noisiest device."""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.utils import timezone

from chengguan.ingest import ledger
from chengguan.ingest.batch import Batch
from chengguan.ingest.directory import NAMES, Directory
from chengguan.ingest.ledger import Place
from chengguan.observations.models import SinkReport

EVERY_S = 2.0
WINDOW_S = 10.0


class Meter:
    """Sums over a window of ten seconds, reported every two."""

    def __init__(self, sink: str) -> None:
        self.sink = sink
        self.owner = f"{socket.gethostname()}:{os.getpid()}"
        self.backlog, self.age = 0, 0.0
        self.trouble = ""
        self.paused = ""
        self.listening_since = 0
        self.timings: dict[str, float] = {}
        self.totals: Counter[str] = Counter()
        self._reported_at = 0.0
        self._begin()

    def _begin(self) -> None:
        self.since = time.monotonic()
        self.seconds: dict[str, float] = {}
        self.passed: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.devices: Counter[int] = Counter()
        self.messages = self.readings = self.batches = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

    def count(self, batch: Batch, directory: Directory) -> None:
        self.batches += 1
        self.messages += len(batch.messages)
        self.readings += len(batch.owner)
        if batch.reason.any():
            codes, counts = np.unique(batch.reason[batch.reason > 0], return_counts=True)
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                self.refused[NAMES[code]] += count
                self.totals[NAMES[code]] += count
        heard = batch.device[batch.device >= 0]
        if len(heard):
            counts = np.bincount(heard)
            noisiest = int(counts.argmax())
            self.devices[int(directory.device_pk[noisiest])] += int(counts[noisiest])

    def wrote(self, readings: int) -> None:
        self.batches += 1
        self.readings += readings

    def figures(self, partitions: Sequence[int], where: Place, watermark: int) -> dict[str, Any]:
        elapsed = max(time.monotonic() - self.since, 0.001)
        slowest = max(self.timings.items(), key=lambda item: item[1], default=("", 0.0))
        return {
            "partitions": list(partitions),
            "incarnation": where.incarnation,
            "positions": {str(key): value for key, value in where.positions.items()},
            "watermark": watermark,
            "listening_since": self.listening_since,
            "backlog": self.backlog,
            "age_s": round(self.age, 2),
            "messages_s": round(self.messages / elapsed, 1),
            "readings_s": round(self.readings / elapsed, 1),
            "batches_s": round(self.batches / elapsed, 2),
            "steps": {
                name: {
                    "busy": round(seconds / elapsed, 4),
                    "rate": round(self.messages / seconds, 1) if seconds else None,
                }
                for name, seconds in self.seconds.items()
            },
            "refused": dict(self.refused),
            "refused_total": dict(self.totals),
            "slowest_rule": {"rule": slowest[0], "busy": round(slowest[1] / elapsed, 5)},
            "noisiest": [{"device": device, "messages": count} for device, count in self.devices.most_common(3)],
            "trouble": self.trouble,
            "paused": self.paused,
        }

    def report(self, partitions: Sequence[int], where: Place, watermark: int) -> None:
        """Write it when it is time."""
        if time.monotonic() - self._reported_at < EVERY_S:
            return
        self._reported_at = time.monotonic()
        SinkReport.objects.update_or_create(
            sink=self.sink,
            owner=self.owner,
            defaults={"at": timezone.now(), "figures": self.figures(partitions, where, watermark)},
        )
        if time.monotonic() - self.since > WINDOW_S:
            self._begin()
            self.timings.clear()


def last_listening() -> int:
    """Before it (ms) nobody could be heard, as any *now* sink said last."""
    told = SinkReport.objects.filter(sink=ledger.NOW).values_list("figures", flat=True)
    return max((figures.get("listening_since", 0) for figures in told), default=0)
