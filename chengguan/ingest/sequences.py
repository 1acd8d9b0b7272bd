"""Numbers of gateways: which arrived, which are missing, which came twice.

A gateway counts its messages from 1. All numbers up to `highest` have arrived but those in `gaps`; so a repeat is
recognised however late it comes, at the cost of one row a gateway. A gateway that begins again tells a new epoch; one
that does not is recognised by a number already seen under a device time newer than any before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chengguan.ingest.arrays import numbers, texts
from chengguan.ingest.batch import Batch
from chengguan.ingest.directory import CODES
from chengguan.observations.models import GatewaySequence

FORGET_MS = 15 * 60 * 1000
"""Gateways keep ten minutes; a number not sent again after this is lost."""
FIRST_GAP = 1000
"""A counter heard for the first time above this was running long before: what went before is not asked for."""
MOST_GAPS = 1000
REMEMBER_MS = 24 * 3600 * 1000
"""Repeats are recognised for this long."""


@dataclass
class Counter:
    """The numbers of one gateway in one epoch."""

    gateway: str
    epoch: int = 0
    restart: int = 0
    highest: int = 0
    newest: int = 0
    lost: int = 0
    gaps: list[list[int]] = field(default_factory=list)
    seen: int = 0  # ms
    pk: int | None = None

    def take(self, seq: int, t: int, at: int) -> bool:
        """Whether number `seq` is new; remembers it."""
        if seq == self.highest + 1:
            self.highest = seq
        elif seq > self.highest:
            first = self.highest + 1
            if self.highest or seq <= FIRST_GAP:
                self.gaps.append([first, seq - 1, at])
                self._bound()
            self.highest = seq
        elif not self._fill(seq):
            if t <= self.newest:
                return False
            self._begin_again(seq, at)
        self.newest = max(self.newest, t)
        return True

    def _fill(self, seq: int) -> bool:
        for index, (first, last, at) in enumerate(self.gaps):
            if first <= seq <= last:
                pieces = [[first, seq - 1, at], [seq + 1, last, at]]
                self.gaps[index : index + 1] = [piece for piece in pieces if piece[0] <= piece[1]]
                return True
        return False

    def _begin_again(self, seq: int, at: int) -> None:
        self.lost += self.missing
        self.restart += 1
        self.gaps = [[1, seq - 1, at]] if 1 < seq <= FIRST_GAP else []
        self.highest = seq

    def _bound(self) -> None:
        while len(self.gaps) > MOST_GAPS:
            first, last, _ = self.gaps.pop(0)
            self.lost += last - first + 1

    def forget(self, now: int) -> bool:
        """Give up numbers missed too long ago; whether there were any."""
        old = [gap for gap in self.gaps if now - gap[2] > FORGET_MS]
        if old:
            self.lost += sum(last - first + 1 for first, last, _ in old)
            self.gaps = [gap for gap in self.gaps if now - gap[2] <= FORGET_MS]
        return bool(old)

    @property
    def missing(self) -> int:
        return sum(last - first + 1 for first, last, _ in self.gaps)

    @property
    def recorded(self) -> int:
        """All numbers up to this one have arrived or are given up."""
        return self.gaps[0][0] - 1 if self.gaps else self.highest


class Sequences:
    """Counters of all gateways, by dense index; the current epoch's apart from older ones."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = list(keys)
        self.current: list[Counter | None] = [None] * len(self.keys)
        self.older: dict[tuple[int, int], Counter] = {}
        index = {key: at for at, key in enumerate(self.keys)}
        for row in GatewaySequence.objects.filter(gateway__in=self.keys).order_by("seen_at", "pk"):
            counter = Counter(row.gateway, row.epoch, row.restart, row.highest, row.newest, row.lost, list(row.gaps), pk=row.pk)
            counter.seen = round(row.seen_at.timestamp() * 1000) if row.seen_at else 0
            at = index[row.gateway]
            before = self.current[at]
            if before is not None:
                self.older[at, before.epoch] = before
            self.current[at] = counter
        self.highest = np.array([each.highest if each else -1 for each in self.current], np.int64)
        self.epoch = np.array([each.epoch if each else -1 for each in self.current], np.int64)
        self.changed: dict[int, Counter] = {}

    def drop_repeats(self, batch: Batch) -> None:
        """Refuse numbers already seen; what is refused for another reason counts as arrived all the same."""
        counted = (batch.gateway >= 0) & (batch.seq > 0)
        counted[list(batch.redriven)] = False
        rows = np.flatnonzero(counted)
        self.changed = {}
        if not len(rows):
            return
        rows = rows[np.argsort(batch.gateway[rows], kind="stable")]
        gateway, seq = batch.gateway[rows], batch.seq[rows]
        t = np.where(batch.clocked[rows], batch.t[rows], 0)
        starts = np.flatnonzero(np.concatenate([[True], gateway[1:] != gateway[:-1]]))
        ends = np.append(starts[1:], len(rows))
        before = np.concatenate([[0], seq[:-1]])
        before[starts] = self.highest[gateway[starts]]
        smooth = (seq == before + 1) & (batch.epoch[rows] == self.epoch[gateway]) & (batch.reason[rows] == 0)
        rough = np.add.reduceat(~smooth, starts) > 0
        newest = np.maximum.reduceat(t, starts)
        heard = np.maximum.reduceat(batch.at[rows], starts)
        for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            at = int(gateway[start])
            counter = self.current[at]
            if counter is not None and not rough[place]:
                counter.highest = int(seq[end - 1])
                counter.newest = max(counter.newest, int(newest[place]))
                counter.seen = int(heard[place])
                self._note(at, counter)
            else:
                self._one_by_one(batch, at, rows[start:end].tolist())

    def _one_by_one(self, batch: Batch, at: int, rows: list[int]) -> None:
        wrong_clock = CODES["clock_future"], CODES["clock_past"]
        for row in rows:
            counter = self._counter(at, int(batch.epoch[row]))
            moment = int(batch.t[row]) if batch.clocked[row] and batch.reason[row] not in wrong_clock else 0
            counter.seen = max(counter.seen, int(batch.at[row]))
            if not counter.take(int(batch.seq[row]), moment, int(batch.at[row])):
                batch.reason[row] = CODES["repeat"]
                batch.detail.pop(row, None)
            self._note(at, counter)

    def _counter(self, at: int, epoch: int) -> Counter:
        counter = self.current[at]
        if counter is not None and counter.epoch == epoch:
            return counter
        other = self.older.pop((at, epoch), None)
        if other is None:
            other = Counter(self.keys[at], epoch)
        elif counter is not None:  # a late message of an epoch gone by
            self.older[at, epoch] = other
            return other
        if counter is not None:
            self.older[at, counter.epoch] = counter
        self.current[at] = other
        return other

    def _note(self, at: int, counter: Counter) -> None:
        if counter is self.current[at]:
            self.highest[at], self.epoch[at] = counter.highest, counter.epoch
        self.changed[id(counter)] = counter

    def all(self) -> list[Counter]:
        return [each for each in self.current if each is not None]

    def forget(self, now: int) -> list[Counter]:
        """Counters that gave up numbers. Epochs gone by are known for as long as repeats are recognised."""
        self.older = {key: each for key, each in self.older.items() if now - each.seen <= REMEMBER_MS}
        return [each for each in self.all() if each.forget(now)]

    def save(self, counters: Iterable[Counter], cursor: Any) -> None:
        """Write these counters; one statement."""
        rows = list(counters)
        if not rows:
            return
        columns = ([getattr(each, name) for each in rows] for name in ("epoch", "restart", "highest", "newest", "lost", "seen"))
        epoch, restart, highest, newest, lost, seen = (numbers(np.array(column)) for column in columns)
        gaps = texts([json.dumps(each.gaps) if each.gaps else "[]" for each in rows])
        keys = texts([each.gateway for each in rows])
        cursor.execute(SAVE, (keys, epoch, restart, highest, gaps, newest, lost, seen))


SAVE = """
INSERT INTO observations_gatewaysequence AS s (gateway, epoch, restart, highest, gaps, newest, lost, seen_at)
SELECT gateway, epoch, restart, highest, gaps, newest, lost, to_timestamp(seen / 1000.0)
FROM unnest(%s::text[], %s::bigint[], %s::int[], %s::bigint[], %s::jsonb[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS u(gateway, epoch, restart, highest, gaps, newest, lost, seen)
ON CONFLICT (gateway, epoch) DO UPDATE SET restart = excluded.restart, highest = excluded.highest, gaps = excluded.gaps,
    newest = excluded.newest, lost = excluded.lost, seen_at = excluded.seen_at
"""
