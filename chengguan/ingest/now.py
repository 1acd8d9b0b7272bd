"""The *now* sink: batches of at most 100 ms, each one transaction.

A batch that fails is halved until the message that breaks it stands alone; that one is quarantined and the rest goes on.
After any failure the memory is made again from the database.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg_pool import PoolTimeout

from chengguan.engines import announce
from chengguan.ingest import ledger
from chengguan.ingest.batch import Batch, Captured
from chengguan.ingest.commit import commit, entry
from chengguan.ingest.directory import CODES
from chengguan.ingest.gateways import Outbox
from chengguan.ingest.ledger import Place, SupersededError
from chengguan.ingest.piece import Piece
from chengguan.ingest.reports import Meter, last_listening
from chengguan.ingest.situation import Situation
from chengguan.ingest.stream import Feed, Stream
from chengguan.observations.columns import READING_SCHEMA, Columns
from chengguan.observations.models import Rejection

logger = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError, PoolTimeout)
BATCH_S = 0.1
MOST = 5000
TICK_S = 1.0
STALE_S = 3.0
YOUNG_S = 10.0
GAP_MS = 60_000
"""A stream without any message for so long: the broker, or the way to it, was away."""


class Now:
    """The sink over some partitions; `run` ends when `stop` is set."""

    def __init__(self, partitions: Sequence[int], hand_on: Callable[[Piece], None]) -> None:
        self.partitions, self.hand_on = tuple(partitions), hand_on
        self.stop = threading.Event()
        self.moved_at = time.monotonic()
        self.meter = Meter(ledger.NOW)
        self.feed = Feed(ledger.NOW, partitions)
        self.outbox = Outbox(self.feed)
        self.situation: Situation | None = None
        self.place: Place | None = None
        self.held: list[Captured] = []  # taken from the feed, not committed
        self.listening_since = 0
        """Before it (ms) nobody could be heard; kept in the reports, so that a restart does not forget it."""
        self._back_at: int | None = None  # the feed is well since then (ms), and nothing sent since has come; 0: it is not well yet
        self._watermark = 0
        self._checked_at = self._ticked_at = self._hinted_at = 0.0

    def run(self) -> None:
        wait = 0.2
        while not self.stop.is_set():
            try:
                self._begin()
                wait = 0.2
                self._go_on()
            except AWAY as error:
                self._pause(f"PostgreSQL: {error}", wait)
                connection.close()
            except (OSError, SupersededError) as error:
                self._pause(f"{type(error).__name__}: {error}", wait)
            wait = min(wait * 2, 5.0)
        self.feed.stop()
        connection.close()

    def _pause(self, trouble: str, wait: float) -> None:
        self.situation = None
        self.moved_at = time.monotonic()
        self.meter.trouble = trouble.strip()
        logger.warning("now: %s; again in %.1f s", self.meter.trouble, wait)
        self.stop.wait(wait)

    def _begin(self) -> None:
        """Own the partitions, find the position, make the memory, read on from there."""
        while not ledger.own(ledger.NOW, self.partitions):
            self.meter.trouble = "another process reads these partitions"
            self.moved_at = time.monotonic()
            if self.stop.wait(1.0):
                return
        with Stream("now-place") as stream:
            place = ledger.resolve(self.partitions, stream)
        self.situation = Situation()
        self.listening_since = max(self.listening_since, last_listening())
        self._back_at = 0
        if place != self.place or self.feed.replaced:  # or a commit was lost, or went through unheard
            self.feed.stop()
            self.held = []
            self.feed = Feed(ledger.NOW, self.partitions)
            self.feed.start(place.lowest, place.stamp)
            self.outbox.feed = self.feed
        self.place = place
        self.meter.trouble = ""

    def _go_on(self) -> None:
        began = 0.0
        while not self.stop.is_set():
            rest = BATCH_S - (time.monotonic() - began)
            if rest > 0 and len(self.feed.items) < MOST:
                self.stop.wait(rest)
            if not self.held:
                self.feed.arrived.wait(TICK_S / 2)
            self.moved_at = began = time.monotonic()
            self.held += self.feed.take(MOST - len(self.held))
            self._settle_held()
            if self.feed.replaced and not self.held and not self.feed.items:
                raise ConnectionError("the stream is another one than before")
            self._tick()
            self._stay_current()

    def _settle_held(self) -> None:
        """Bring what is held through, in halves where it fails."""
        assert self.place is not None
        positions, lowest = self.place.positions, self.place.lowest
        if self.held and self.held[0].position <= self.place.highest:  # committed before a reconnect
            self.held = [each for each in self.held if each.position > positions.get(partition_of(each), lowest)]
        if any(each.headers for each in self.held):  # re-driven, perhaps because its device is registered now
            self._checked_at = 0.0
            self._stay_current()
        parts = [self.held] if self.held else []
        while parts:
            part = parts.pop()
            self.moved_at = time.monotonic()
            try:
                self._take(part)
            except (*AWAY, SupersededError):
                raise
            except Exception as error:
                logger.exception("a batch of %d failed", len(part))
                self.situation = Situation()
                if len(part) > 1:
                    parts += [part[len(part) // 2 :], part[: len(part) // 2]]
                    continue
                self._set_aside(part[0], error)
            self.held = self.held[len(part) :]

    def _take(self, messages: list[Captured]) -> None:
        """One batch through all steps and its transaction."""
        situation, place, meter = self.situation, self.place, self.meter
        assert situation is not None
        assert place is not None
        batch = Batch(messages)
        for name, step in situation.steps:
            with meter.step(name):
                step(batch)
        with meter.step("rules"):
            situation.watch.read_again()
            self._note_gaps(messages)
            outcome = situation.watch.judge(self._columns(batch, situation))
        with meter.step("state"):
            touched = situation.state.take(batch)
        with meter.step("commit"):
            self.place = commit(batch, situation, outcome, touched, place)
        self._watermark = int(batch.at[-1])
        directory = situation.directory
        device = directory.device_pk[batch.device[batch.owner]]
        self.hand_on(Piece.of(batch, place, self.place, device))
        meter.count(batch, directory)
        if len(touched) and time.monotonic() - self._hinted_at > 0.5:
            self._hinted_at = time.monotonic()
            announce.hint("devices", ids=directory.device_pk[touched[:200]].tolist())

    def _columns(self, batch: Batch, situation: Situation) -> Columns:
        owner = batch.owner
        readings = pl.DataFrame(
            {
                "message": owner,
                "device": situation.directory.device_pk[batch.device[owner]],
                "metric": batch.metric,
                "t": batch.t[owner],
                "value": batch.value,
                "seen": batch.at[owner],
                "late": batch.late,
            },
            schema=dict(READING_SCHEMA),
        )
        known = batch.gateway >= 0
        pks = situation.directory.gateway_pk[batch.gateway[known]].tolist()
        return Columns(readings, int(batch.at[-1]), gateways=dict(zip(pks, batch.at[known].tolist(), strict=True)))

    def _note_gaps(self, messages: Sequence[Captured]) -> None:
        """After an absence of ours or the broker's: nobody could be heard before the first message behind a gap."""
        if self._back_at is None or self.place is None:
            return
        stamps = np.array([self.place.stamp or messages[0].stamp, *(each.stamp for each in messages)]) // 1_000_000
        behind = np.flatnonzero(np.diff(stamps) > GAP_MS)
        if len(behind):
            self.listening_since = max(self.listening_since, int(stamps[behind[-1] + 1]))
        if 0 < self._back_at <= stamps[-1]:
            self._back_at = None

    def _heard_since(self, wall: int) -> int:
        """Since when (ms) silence means something: while nothing came after an absence, since the feed is well again."""
        if self._back_at is None:
            return self.listening_since
        self._back_at = self._back_at or wall
        return max(self.listening_since, self._back_at)

    def _tick(self) -> None:
        """Once a second: silence, numbers to ask for again, the report."""
        if time.monotonic() - self._ticked_at < TICK_S or self.situation is None:
            return
        self._ticked_at = time.monotonic()
        situation, feed = self.situation, self.feed
        if not feed.healthy:
            self._back_at = 0
        age = self.age()
        wall = int(time.time() * 1000)
        if feed.healthy and age < YOUNG_S:
            watermark = self._watermark if feed.backlog else wall
            with self.meter.step("silence"):
                self._judge_silence(situation, watermark, self._heard_since(wall))
            self.outbox.send(situation.sequences, wall)
            self._forget(situation, wall)
        self.meter.backlog, self.meter.age = feed.backlog, age
        self.meter.trouble = feed.trouble or "; ".join(f"{slug}: {words}" for slug, words in situation.watch.failing.items())
        self.meter.timings = situation.watch.timings
        self.meter.listening_since = self.listening_since
        assert self.place is not None
        self.meter.report(self.partitions, self.place, self._watermark)

    def _judge_silence(self, situation: Situation, watermark: int, listening_since: int) -> None:
        situation.watch.read_again()
        outcome = situation.watch.judge_silence(watermark, listening_since)
        if not outcome.transitions and not outcome.held:
            situation.watch.note_failures(outcome)
            situation.watch.settled()
            return
        with transaction.atomic(), connection.cursor() as cursor:
            situation.state.save_rules(situation.watch.rule_state(outcome), cursor)
            situation.watch.commit(outcome, watermark)
        situation.watch.committed(outcome)
        situation.watch.settled()

    def _forget(self, situation: Situation, wall: int) -> None:
        gave_up = situation.forget(wall)
        if gave_up:
            with transaction.atomic(), connection.cursor() as cursor:
                situation.sequences.save(gave_up, cursor)

    def age(self) -> float:
        """Seconds since the oldest message not taken was received."""
        try:
            oldest = self.held[0] if self.held else next((each for each in self.feed.items if isinstance(each, tuple)), None)
        except RuntimeError:  # it grew while we looked
            oldest = None
        if oldest is not None:
            return max(time.time() - oldest.stamp / 1e9, 0.0)
        return 0.0 if not self.feed.pending else max(time.time() - self._watermark / 1e3, 0.0)

    def _stay_current(self) -> None:
        """A device that was registered or changed is known seconds later."""
        if time.monotonic() - self._checked_at > STALE_S:
            self._checked_at = time.monotonic()
            if self.situation is not None and self.situation.is_stale():
                logger.info("now: devices changed, reading the register again")
                self.situation = Situation()

    def _set_aside(self, message: Captured, error: Exception) -> None:
        """Quarantine the one message that nothing can be done with."""
        situation, place = self.situation, self.place
        assert situation is not None
        assert place is not None
        batch = Batch([message])
        situation.steps[0][1](batch)
        where = traceback.extract_tb(error.__traceback__)[-1]
        batch.reason[0] = CODES["failed"]
        batch.detail[0] = f"{type(error).__name__}: {error} ({where.name})"
        with transaction.atomic(), connection.cursor() as cursor:
            ledger.move(ledger.NOW, place, message.position, message.stamp, cursor)
            entry(batch, situation, place, 0, "failed").save()
            Rejection.objects.create(
                incarnation=place.incarnation, first=message.position, last=message.position,
                sequences=[message.position], counts={"failed": 1},
            )  # fmt: skip
        self.place = place.at(message.position, message.stamp)
        self.hand_on(Piece.of(batch, place, self.place, situation.directory.device_pk[:0]))


def partition_of(message: Captured) -> int:
    return int(message.subject.split(".", 2)[1])
