"""The *history* sink: readings into the history engine, each once.

An intent (first, last) is committed before the insert and taken away with the new position after it; a crash between
leads to the same insert with the same range and token, which the engine recognises. One insert never crosses a
partition of the table (a month), because only then it is atomic. The sink takes what *now* hands it in memory and is
never ahead of it; what memory does not have (after a restart, a pause, a full queue) is read from the stream again and
decoded again, without what *now* rejected. When *now* has gone over to another stream, the one it left is brought to
its end first (`left.py`): what nobody has any more is told.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg_pool import PoolTimeout

from chengguan.ingest import again, ledger, left
from chengguan.ingest.inserting import PausedError, insert
from chengguan.ingest.ledger import HISTORY, NOW, Place, SupersededError
from chengguan.ingest.piece import Piece, join
from chengguan.ingest.reports import Meter
from chengguan.ingest.stream import ReplacedError, Stream
from chengguan.observations.models import HistoryIntent, LeftBehind, Rejection

logger = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError, PoolTimeout)
BATCH_S = 3.0
MOST_ROWS = 300_000
QUEUE_ROWS = 3_000_000
"""Readings kept in memory while the engine is away (about 90 MB); beyond that they are read from the stream again."""
CHUNK = 100_000
"""Messages of one insert while catching up."""


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
        self._watermark = 0
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
        """Own the partitions, finish what a crash left half done, stand where we left off."""
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
        self.place = ledger.place(HISTORY, self.partitions)
        if self.place is None:
            with Stream("history-place") as stream:
                _created, first, _last = stream.info()
            self.place = Place(leader.incarnation, dict.fromkeys(self.partitions, max(first - 1, 0)))
            ledger.set_place(HISTORY, self.place)

    def _finish(self, intent: HistoryIntent) -> None:
        """Make the insert of a crashed process again, exactly; when the stream lost it, only the intent goes."""
        where = ledger.place(HISTORY, intent.partitions)
        leader = ledger.place(NOW, intent.partitions)
        piece = self._queued(intent)
        if piece is None and where is not None and leader is not None:
            piece = self._read_for(intent, where, leader)
        if piece is None or where is None:
            logger.error("history: %s of stream %s cannot be read again", intent, intent.incarnation)
            intent.delete()
            return
        self._write(piece, where, intent)

    def _queued(self, intent: HistoryIntent) -> Piece | None:
        """The intent's readings, when this very process still has them in memory."""
        with self._lock:
            mine = [p for p in self.queue if p.incarnation == intent.incarnation and p.last <= intent.last and p.after >= intent.first - 1]
        whole = mine and mine[0].after == intent.first - 1 and mine[-1].last == intent.last
        return join(mine) if whole else None

    def _read_for(self, intent: HistoryIntent, where: Place, leader: Place) -> Piece | None:
        """The intent's readings from the stream, as far as it still has them; None when it has none of them."""
        after = Place(intent.incarnation, dict.fromkeys(intent.partitions, intent.first - 1))
        after = replace(after, stamp=where.stamp if where.lowest == after.lowest else 0)
        gone = left.of(intent.partitions, intent.incarnation)
        if leader.incarnation == intent.incarnation:
            left.first_kept(leader)
        elif gone is None:
            return None
        try:
            read = list(self._read(after, intent.last, gone.stamp if gone else 0))
        except ReplacedError:
            return None
        found = join([piece for _count, piece in read]) if read else again.nothing(intent.incarnation, after.lowest, intent.last)
        lacking = intent.last - found.last if read else intent.last - after.lowest
        if gone is not None and lacking > 0:
            left.note_missing(gone, lacking)
        return replace(found, after=after.lowest, last=intent.last, stamp=found.stamp if found.last == intent.last else 0)

    def step(self, final: bool = False) -> None:
        """Write what is there, or wait a little."""
        self.moved_at = time.monotonic()
        self._skip_written()
        with self._lock:
            head, rows = (self.queue[0] if self.queue else None), self.rows
        assert self.place is not None
        if head is not None and head.incarnation != self.place.incarnation:
            head = None
        if final or rows >= MOST_ROWS or time.monotonic() - self._flushed_at >= BATCH_S:
            self._flushed_at = time.monotonic()
            if head is not None and head.after == self.place.lowest:
                self._write(self._gather(), self.place)
                return
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
        """Read from the stream up to where memory begins, or up to *now*; then to the stream *now* has gone over to. Whether
        there was anything to do."""
        assert self.place is not None
        leader = ledger.place(NOW, self.partitions)
        if leader is None:
            return False
        if leader.incarnation != self.place.incarnation:
            self._end_of_stream(leader, head)
            return True
        last = head.after if head is not None else leader.lowest
        if last <= self.place.lowest:
            return False
        expired = min(left.first_kept(leader) - 1, last)
        if expired > self.place.lowest:
            self.place = left.give_up(self.place, expired, left.too_old(self.place, expired))
        else:
            self._read_on(last)
        return True

    def _end_of_stream(self, leader: Place, head: Piece | None) -> None:
        """One step towards the end of a stream that *now* has left: from memory, from what the stream still has of it, over
        what nobody has; at its end over to the next one."""
        assert self.place is not None
        gone = left.of(self.partitions, self.place.incarnation)
        end = gone.last if gone is not None else 0
        if gone is not None and self.place.lowest < end:
            end = min(end, head.after) if head is not None else end
            self._read_what_is_left(gone, end)
            if self.place.lowest < end and not self.stop.is_set():
                self.place = left.give_up(self.place, end, gone)
            return
        former, self.place = self.place, left.go_over(self.place, gone, leader)
        with self._lock:
            while self.queue and self.queue[0].incarnation == former.incarnation:
                self.rows -= len(self.queue.popleft())

    def _read_what_is_left(self, gone: LeftBehind, end: int) -> None:
        try:
            self._read_on(end, gone.stamp)
        except ReplacedError as none:
            logger.warning("history: stream %s has nothing more behind %d: %s", gone.incarnation, self.place.lowest if self.place else 0, none)

    def _read_on(self, last: int, until: int | None = None) -> None:
        """Write what the stream has up to `last`; with `until` (ns) only what was received by then."""
        assert self.place is not None
        pieces: list[Piece] = []
        messages = 0
        for count, piece in self._read(self.place, last, until or 0):
            pieces.append(piece)
            messages += count
            if messages >= CHUNK or sum(map(len, pieces)) >= MOST_ROWS:
                self._write(replace(join(pieces), after=self.place.lowest), self.place)
                pieces, messages = [], 0
                self._report()
                if self.stop.is_set():
                    return
        if until is not None and not pieces:
            return
        rest = join(pieces) if pieces else again.nothing(self.place.incarnation, self.place.lowest, last)
        if until is None:
            rest = replace(rest, last=last, stamp=rest.stamp if rest.last == last else 0)
        self._write(replace(rest, after=self.place.lowest), self.place)

    def _read(self, where: Place, last: int, until: int) -> Iterator[tuple[int, Piece]]:
        reading = again.pieces_behind(where, last, until)
        while True:
            with self.meter.step("read_again"):
                read = next(reading, None)
            if read is None:
                return
            self.moved_at = time.monotonic()
            yield read

    def _write(self, piece: Piece, where: Place, intent: HistoryIntent | None = None) -> None:
        """Intent, insert, position."""
        if len(piece) and intent is None:
            intent = HistoryIntent.objects.create(
                incarnation=piece.incarnation, partitions=list(where.positions), first=piece.after + 1, last=piece.last
            )
        with self.meter.step("insert"):
            insert(piece)
        with self.meter.step("position"), transaction.atomic(), connection.cursor() as cursor:
            ledger.move(HISTORY, where, piece.last, piece.stamp, cursor)
            if intent is not None:
                intent.delete()
            Rejection.objects.filter(incarnation=piece.incarnation, last__lte=piece.last).delete()
        if self.place is not None and where == self.place:
            self.place = where.at(piece.last, piece.stamp)
        self.meter.wrote(len(piece))
        self.meter.paused = ""

    def _report(self) -> None:
        if self.place is None:
            return
        with self._lock:
            self.meter.backlog = self.rows
            oldest = self.queue[0].stamp if self.queue else 0
        self._watermark = self.place.stamp or self._watermark
        self.meter.age = max(time.time() - oldest / 1e9, 0.0) if oldest else 0.0
        self.meter.report(self.partitions, self.place, self._watermark // 1_000_000)
