"""The *history* sink: readings into the history engine, each once.

An intent (first, last) is committed before the insert and taken away with the new position after it; a crash between
leads to the same insert with the same range and token, which the engine recognises. One insert never crosses a
partition of the table (a month), because only then it is atomic. The sink takes what *now* hands it in memory and is
never ahead of it; what memory does not have (after a restart, a pause, a full queue) is read from the stream again and
decoded again, without what *now* rejected.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg_pool import PoolTimeout

from chengguan.engines import history
from chengguan.ingest import ledger
from chengguan.ingest.batch import Batch, Captured
from chengguan.ingest.checks import check_range
from chengguan.ingest.decode import decode, identify
from chengguan.ingest.directory import Directory
from chengguan.ingest.ledger import HISTORY, NOW, Place, SupersededError
from chengguan.ingest.piece import Piece, arrow, join
from chengguan.ingest.reports import Meter
from chengguan.ingest.stream import read_range
from chengguan.observations.models import HistoryIntent, Rejection

logger = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError, PoolTimeout)
BATCH_S = 3.0
MOST_ROWS = 300_000
QUEUE_ROWS = 3_000_000
"""Readings kept in memory while the engine is away (about 90 MB); beyond that they are read from the stream again."""
CHUNK = 100_000
"""Messages of one insert while catching up."""


class PausedError(Exception):
    """The history engine does not take readings; the words are for the operator."""


class History:
    """The sink over some partitions; `run` ends when `stop` is set and what is queued is written."""

    def __init__(self, partitions: Sequence[int]) -> None:
        self.partitions = tuple(partitions)
        self.stop = threading.Event()
        self.moved_at = time.monotonic()
        self.meter = Meter(HISTORY)
        self.queue: deque[Piece] = deque()
        self.rows = 0
        self.place: Place | None = None
        self._flushed_at = time.monotonic()
        self._lock = threading.Lock()

    def hand_on(self, piece: Piece) -> None:
        """Called by *now* after its commit."""
        with self._lock:
            self.queue.append(piece)
            self.rows += len(piece)
            while self.rows > QUEUE_ROWS:
                self.rows -= len(self.queue.popleft())

    def run(self) -> None:
        wait = 0.5
        while not self.stop.is_set():
            try:
                self._begin()
                wait = 0.5
                while not self.stop.is_set():
                    self.step()
                    self._report()
                self.step(final=True)
            except PausedError as pause:
                self._pause(str(pause), wait)
            except AWAY as error:
                self._pause(f"PostgreSQL: {error}", wait)
                connection.close()
            except (OSError, SupersededError) as error:
                self._pause(f"{type(error).__name__}: {error}", wait)
            wait = min(wait * 2, 10.0)
        connection.close()

    def _pause(self, words: str, wait: float) -> None:
        self.moved_at = time.monotonic()
        if words != self.meter.paused:
            logger.warning("history: %s", words)
        self.meter.paused = words
        try:
            self._report()
        except AWAY:
            connection.close()
        self.stop.wait(wait)

    def _begin(self) -> None:
        """Own the partitions, stand where we left off, finish what a crash left half done."""
        while not ledger.own(HISTORY, self.partitions):
            self.moved_at = time.monotonic()
            if self.stop.wait(1.0):
                return
        while (leader := ledger.place(NOW, self.partitions)) is None:
            self.moved_at = time.monotonic()
            if self.stop.wait(0.5):
                return
        for intent in HistoryIntent.objects.filter(partitions__overlap=list(self.partitions)).order_by("pk"):
            self._finish(intent)
        place = ledger.place(HISTORY, self.partitions)
        if place is None or (place.incarnation != leader.incarnation and not self._expects(place.incarnation)):
            place = Place(leader.incarnation, dict.fromkeys(self.partitions, 0))
            ledger.set_place(HISTORY, place)
        self.place = place

    def _expects(self, incarnation: str) -> bool:
        with self._lock:
            return any(piece.incarnation == incarnation for piece in self.queue)

    def _finish(self, intent: HistoryIntent) -> None:
        """Make the insert of a crashed process again, exactly; when the stream lost it, only the intent goes."""
        where = ledger.place(HISTORY, intent.partitions)
        leader = ledger.place(NOW, intent.partitions)
        kept = self._queued(intent)
        if where is None or leader is None or (leader.incarnation != intent.incarnation and not kept):
            logger.error("history: %s of stream %s cannot be read again", intent, intent.incarnation)
            intent.delete()
            return
        if kept:
            piece = kept
        else:
            found = list(self._read(intent.partitions, intent.first - 1, intent.last, intent.incarnation))
            piece = join(found) if found else nothing(intent.incarnation, intent.first - 1, intent.last)
            piece = replace(piece, after=intent.first - 1, last=intent.last)
        self._write(piece, where, intent)

    def _queued(self, intent: HistoryIntent) -> Piece | None:
        """The intent's readings, when this very process still has them in memory."""
        with self._lock:
            mine = [p for p in self.queue if p.incarnation == intent.incarnation and p.last <= intent.last and p.after >= intent.first - 1]
        whole = mine and mine[0].after == intent.first - 1 and mine[-1].last == intent.last
        return join(mine) if whole else None

    def step(self, final: bool = False) -> None:
        """Write what is there, or wait a little."""
        self.moved_at = time.monotonic()
        self._skip_written()
        with self._lock:
            head, rows = (self.queue[0] if self.queue else None), self.rows
        assert self.place is not None
        if head is not None and head.incarnation != self.place.incarnation:
            self.place = Place(head.incarnation, dict.fromkeys(self.partitions, head.after if head.after == 0 else 0))
            ledger.set_place(HISTORY, self.place)
            return
        due = final or rows >= MOST_ROWS or time.monotonic() - self._flushed_at >= BATCH_S
        if head is not None and head.after == self.place.lowest:
            if due:
                self._write(self._gather(), self.place)
                self._flushed_at = time.monotonic()
                return
        elif due:
            self._flushed_at = time.monotonic()
            if self._catch_up(head):
                return
        self.stop.wait(0.2)

    def _skip_written(self) -> None:
        """Drop pieces that are in, and one that begins in the middle: it is read again from the stream."""
        with self._lock:
            while self.queue and self.place is not None:
                head = self.queue[0]
                if head.incarnation != self.place.incarnation or head.after >= self.place.lowest:
                    return
                self.rows -= len(self.queue.popleft())

    def _gather(self) -> Piece:
        """Pieces that follow one another, up to the size of one insert; they stay queued until written."""
        with self._lock:
            pieces = [self.queue[0]]
            rows = len(pieces[0])
            for each in list(self.queue)[1:]:
                follows = each.incarnation == pieces[0].incarnation and each.after == pieces[-1].last
                if not follows or rows + len(each) > MOST_ROWS:
                    break
                pieces.append(each)
                rows += len(each)
        return join(pieces)

    def _catch_up(self, head: Piece | None) -> bool:
        """Read from the stream up to where memory begins, or up to *now*. Whether there was anything."""
        assert self.place is not None
        leader = ledger.place(NOW, self.partitions)
        if leader is None or leader.incarnation != self.place.incarnation:
            return False
        last = head.after if head is not None else leader.lowest
        if last <= self.place.lowest:
            return False
        pieces: list[Piece] = []
        messages = 0
        for piece in self._read(self.partitions, self.place.lowest, last, self.place.incarnation):
            pieces.append(piece)
            messages += 5000
            if messages >= CHUNK or sum(map(len, pieces)) >= MOST_ROWS:
                self._write(replace(join(pieces), after=self.place.lowest), self.place)
                pieces, messages = [], 0
                self._report()
                if self.stop.is_set():
                    return True
        rest = join(pieces) if pieces else nothing(self.place.incarnation, self.place.lowest, last)
        stamp = rest.stamp or self.place.stamp
        self._write(replace(rest, after=self.place.lowest, last=last, stamp=stamp), self.place)
        return True

    def _read(self, partitions: Sequence[int], after: int, last: int, incarnation: str) -> Iterable[Piece]:
        """Pieces of a range of the stream, decoded again, without what *now* rejected."""
        directory = Directory()
        with self.meter.step("read_again"):
            rejected: set[int] = set()
            for sequences in Rejection.objects.filter(incarnation=incarnation, last__gt=after, first__lte=last).values_list(
                "sequences", flat=True
            ):
                rejected.update(sequences)
        for messages in read_range("history", partitions, after, last):
            self.moved_at = time.monotonic()
            if messages:
                yield read_again(messages, directory, rejected, incarnation, after)
                after = messages[-1].position

    def _write(self, piece: Piece, where: Place, intent: HistoryIntent | None = None) -> None:
        """Intent, insert, position."""
        if len(piece) and intent is None:
            intent = HistoryIntent.objects.create(
                incarnation=piece.incarnation, partitions=list(where.positions), first=piece.after + 1, last=piece.last
            )
        with self.meter.step("insert"):
            insert(piece)
        with self.meter.step("position"), transaction.atomic(), connection.cursor() as cursor:
            ledger.move(HISTORY, where, piece.last, piece.stamp or where.stamp, cursor)
            if intent is not None:
                intent.delete()
            Rejection.objects.filter(incarnation=piece.incarnation, last__lte=piece.last).delete()
        if self.place is not None and where == self.place:
            self.place = where.at(piece.last, piece.stamp or where.stamp)
        self.meter.wrote(len(piece))
        self.meter.paused = ""

    def _report(self) -> None:
        if self.place is None:
            return
        with self._lock:
            self.meter.backlog = self.rows
            oldest = self.queue[0].stamp if self.queue else 0
        self.meter.age = max(time.time() - oldest / 1e9, 0.0) if oldest else 0.0
        self.meter.report(self.partitions, self.place, self.place.stamp // 1_000_000)


def nothing(incarnation: str, after: int, last: int) -> Piece:
    """A range without readings."""
    none = np.zeros(0, np.int64)
    return Piece(incarnation, after, last, 0, none, none, none, np.zeros(0))


def read_again(messages: list[Captured], directory: Directory, rejected: set[int], incarnation: str, after: int) -> Piece:
    """The columns *now* made of these messages, made again. What it rejected is left out before anything reads it: a
    message that broke its batch there would break it here too."""
    last = messages[-1]
    taken = [each for each in messages if each.position not in rejected]
    if not taken:
        return replace(nothing(incarnation, after, last.position), stamp=last.stamp)
    batch = Batch(taken)
    identify(batch, directory)
    decode(batch, directory)
    check_range(batch, directory)
    device = directory.device_pk[batch.device[batch.owner]]
    return Piece(incarnation, after, last.position, last.stamp, device, batch.metric, batch.t[batch.owner], batch.value)


def insert(piece: Piece) -> None:
    """The piece's rows, month by month, each under a token that names its range. PausedError when it cannot be done now."""
    if not len(piece):
        return
    months = piece.t.astype("datetime64[ms]").astype("datetime64[M]")
    for month in np.unique(months):
        rows = np.flatnonzero(months == month)
        for chunk, start in enumerate(range(0, len(rows), 500_000)):
            token = f"{piece.incarnation}/{piece.after + 1}-{piece.last}/{month}/{chunk}"
            settings = {"insert_deduplication_token": token, "insert_deduplicate": 1, "max_insert_block_size": 1_048_576}
            try:
                history.client().insert_arrow("readings", arrow(piece, rows[start : start + 500_000]), settings=settings)
            except (ClickHouseError, OSError) as error:
                raise PausedError(in_words(error)) from error


def in_words(error: Exception) -> str:
    """What the operator reads."""
    text = str(error)
    if "NOT_ENOUGH_SPACE" in text or "No space left" in text or "NOT_ENOUGH" in text:
        return _("历史库磁盘已满，历史数据暂停写入；告警照常。腾出空间后自动补写。")
    if isinstance(error, OSError) or "onnect" in text or "refused" in text:
        return _("历史库连接不上，历史数据暂停写入；告警照常。恢复后自动补写。")
    return _("历史库拒绝写入，历史数据暂停：%(text)s") % {"text": text[:200]}
