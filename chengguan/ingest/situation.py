"""Everything the *now* sink keeps in memory between batches, made from the database alone.

After any failure it is thrown away and made again, so memory never differs from what was committed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

import numpy as np
from django.utils import timezone

from chengguan.ingest.batch import Batch
from chengguan.ingest.checks import Buckets, check_clock, check_range, find_contradictions
from chengguan.ingest.decode import decode, identify
from chengguan.ingest.directory import CODES, Directory, fingerprint
from chengguan.ingest.rules import Watch
from chengguan.ingest.sequences import REMEMBER_MS, Counter, Sequences
from chengguan.ingest.state import State
from chengguan.observations.models import FrameCounter, Quarantine, Uplink

ENTRIES_RATE, ENTRIES_BURST = 0.2, 600
"""Quarantine entries of one gateway: what comes beyond is only counted."""

Step = Callable[[Batch], Any]


class Situation:
    """Register, latest values, numbers of gateways, what rules remember, and the steps a batch passes."""

    def __init__(self) -> None:
        self.fingerprint = fingerprint()
        self.directory = Directory()
        self.state = State(self.directory)
        self.sequences = Sequences(row[1] for row in self.directory.gateways)
        self.buckets = Buckets(len(self.directory.devices))
        self.entries = Buckets(len(self.directory.gateways) + 1, ENTRIES_RATE, ENTRIES_BURST)
        self.watch = Watch(self.directory, self.state, self.sequences)
        since = timezone.now() - timedelta(milliseconds=REMEMBER_MS)
        seen = Uplink.objects.filter(seen_at__gte=since).order_by("seen_at").values_list("deduplication", "seen_at")
        self.uplinks = {str(key): round(at.timestamp() * 1000) for key, at in seen}
        """deduplicationId -> when it came (ms), oldest first"""
        index = self.directory.index_of_pk
        self.frames = {index[row.device_id]: row for row in FrameCounter.objects.all() if row.device_id in index}
        self.steps: tuple[tuple[str, Step], ...] = (
            ("identify", lambda batch: identify(batch, self.directory)),
            ("decode", lambda batch: decode(batch, self.directory)),
            ("check_range", lambda batch: check_range(batch, self.directory)),
            ("check_clock", check_clock),
            ("throttle", self.throttle),
            ("drop_repeats", self.drop_repeats),
            ("find_contradictions", self.find_contradictions),
        )

    def throttle(self, batch: Batch) -> None:
        batch.flooding = self.buckets.throttle(batch)

    def drop_repeats(self, batch: Batch) -> None:
        self.sequences.drop_repeats(batch)
        known = self.uplinks
        for at, key in batch.uplinks.items():
            if at in batch.redriven or batch.reason[at]:
                continue
            if key in known:
                batch.refuse(at, "repeat")
            else:
                known[key] = int(batch.at[at])
        if batch.redriven:
            self._drop_redriven_twice(batch)
        batch.keep_taken()

    def forget(self, now: int) -> list[Counter]:
        """Let go of what is older than any repeat; the counters of gateways that gave up numbers."""
        for key in list(takewhile(lambda key: now - self.uplinks[key] > REMEMBER_MS, self.uplinks)):
            del self.uplinks[key]
        return self.sequences.forget(now)

    def _drop_redriven_twice(self, batch: Batch) -> None:
        entries = Quarantine.objects.filter(pk__in=batch.redriven.values(), redriven_sequence__isnull=True)
        open_entries = set(entries.values_list("pk", flat=True))
        for at, entry in list(batch.redriven.items()):
            if entry in open_entries:
                open_entries.discard(entry)
            else:
                batch.refuse(at, "repeat")

    def find_contradictions(self, batch: Batch) -> None:
        find_contradictions(batch, self.directory, self.state.values, self.state.times)

    def count_frames(self, batch: Batch) -> list[FrameCounter]:
        """Frames missed on the air, by fCnt: shown, since nobody can send them again."""
        changed: dict[int, FrameCounter] = {}
        for at in batch.joins:
            if not batch.reason[at]:
                row = changed[int(batch.device[at])] = self._frame(int(batch.device[at]))
                row.counter, row.joined_at = -1, datetime.fromtimestamp(int(batch.at[at]) / 1000, UTC)
        for at, counter in batch.counters.items():
            if batch.reason[at] or at in batch.redriven:
                continue
            row = changed[int(batch.device[at])] = self._frame(int(batch.device[at]))
            missed = counter - row.counter - 1
            if missed > 0 and row.counter >= 0:
                row.missed += missed
                row.last_gap_at = datetime.fromtimestamp(int(batch.at[at]) / 1000, UTC)
            row.received += 1
            row.counter = counter
        return list(changed.values())

    def _frame(self, device: int) -> FrameCounter:
        if device not in self.frames:
            self.frames[device] = FrameCounter(device_id=int(self.directory.device_pk[device]))
        return self.frames[device]

    def quarantined(self, batch: Batch) -> np.ndarray:
        """Refused messages that get an entry: not the dropped ones, and of each gateway no more than its share."""
        dropped = np.isin(batch.reason, [0, CODES["repeat"], CODES["flood"]])
        rows = np.flatnonzero(~dropped)
        if not len(rows):
            return rows
        buckets, keep = self.entries, []
        now = int(batch.at[rows].max())
        for at in rows.tolist():
            gateway = int(batch.gateway[at])  # -1 is the last: all unknown ones together
            filled = buckets.tokens[gateway] + max(now - buckets.filled[gateway], 0) * buckets.rate / 1000
            buckets.filled[gateway] = max(now, buckets.filled[gateway])
            buckets.tokens[gateway] = min(buckets.burst, filled)
            if buckets.tokens[gateway] >= 1:
                buckets.tokens[gateway] -= 1
                keep.append(at)
        return np.array(keep, np.int64)

    def is_stale(self) -> bool:
        """Whether devices, gateways or metrics changed since."""
        return fingerprint() != self.fingerprint
