"""Positions of the sinks: where each stands in which stream, moved in the same transaction as what was done.

A position belongs to an *incarnation* of the stream. A stream made anew begins at 1; one whose broker lost its tail in a
crash gives the same numbers to other messages. Both are recognised (by its time of creation; by the time stamp of the
message at the position) and start a new incarnation from the beginning of what the stream keeps: repeats are
recognised by the gateways' numbers, so nothing is taken twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from chengguan.ingest.stream import Stream
from chengguan.observations.models import LeftBehind, SinkPosition

logger = logging.getLogger(__name__)
NOW, HISTORY = "now", "history"


class SupersededError(Exception):
    """Somebody else moved the position: this process's memory is stale."""


@dataclass(frozen=True)
class Place:
    """Where a sink stands: the incarnation, and the position in each partition."""

    incarnation: str
    positions: dict[int, int]
    stamp: int = 0

    @property
    def created(self) -> str:
        """When its stream was made: the same for all incarnations of one stream."""
        return self.incarnation.partition("#")[0]

    @property
    def lowest(self) -> int:
        return min(self.positions.values())

    @property
    def highest(self) -> int:
        return max(self.positions.values())

    def at(self, position: int, stamp: int) -> Place:
        return Place(self.incarnation, dict.fromkeys(self.positions, position), stamp)


def place(sink: str, partitions: Sequence[int]) -> Place | None:
    """As recorded; None before the first start, or when partitions disagree about the incarnation."""
    rows = list(SinkPosition.objects.filter(sink=sink, partition__in=partitions))
    if len(rows) != len(partitions) or len({row.incarnation for row in rows}) != 1:
        return None
    top = max(rows, key=lambda row: row.position)
    return Place(top.incarnation, {row.partition: row.position for row in rows}, top.stamp)


def set_place(sink: str, where: Place) -> None:
    """Begin there."""
    with transaction.atomic():
        for partition, position in where.positions.items():
            SinkPosition.objects.update_or_create(
                sink=sink,
                partition=partition,
                defaults={"incarnation": where.incarnation, "position": position, "stamp": where.stamp},
            )


def resolve(partitions: Sequence[int], stream: Stream) -> Place:
    """Where the *now* sink goes on, after comparing its position with the stream itself."""
    created, first, last = stream.info()
    known = place(NOW, partitions)
    if known is not None and same_stream(known, created, last, stream):
        return known
    incarnation = created
    if known is not None:
        _base, _mark, generation = known.incarnation.partition("#")
        if known.created == created:
            incarnation = f"{created}#{int(generation or 0) + 1}"
            logger.warning("the stream lost messages behind %d: reading it again from %d", known.highest, first)
    fresh = Place(incarnation, dict.fromkeys(partitions, max(first - 1, 0)))
    with transaction.atomic():
        if known is not None:
            _leave_behind(known, fresh)
        set_place(NOW, fresh)
    return fresh


def _leave_behind(known: Place, fresh: Place) -> None:
    """How far *now* came in the stream it leaves, and where the next begins: the history may be further back, and settles it."""
    if SinkPosition.objects.filter(sink=HISTORY, partition__in=known.positions).exists():
        LeftBehind.objects.create(
            incarnation=known.incarnation, partitions=list(known.positions), last=known.highest, stamp=known.stamp, begins=fresh.lowest
        )


def same_stream(known: Place, created: str, last: int, stream: Stream) -> bool:
    """Whether the stream, as it describes itself, still is the one of that place."""
    if known.created != created or known.highest > last:
        return False
    if not known.stamp:
        return True
    stamp = stream.stamp(known.highest)
    return stamp is None or stamp == known.stamp


def move(sink: str, before: Place, position: int, stamp: int, cursor: Any) -> None:
    """Inside a transaction: from where `before` says to `position` in all its partitions, received at `stamp` (0: not known).
    SupersededError when it is not there any more."""
    partitions = list(before.positions)
    cursor.execute(
        "UPDATE observations_sinkposition AS p SET position = %s, stamp = %s, watermark = COALESCE(%s, p.watermark) "
        "FROM unnest(%s::int[], %s::bigint[]) AS u(partition, position) "
        "WHERE p.sink = %s AND p.partition = u.partition AND p.position = u.position AND p.incarnation = %s",
        (
            position,
            stamp,
            datetime.fromtimestamp(stamp / 1e9, UTC) if stamp else None,
            partitions,
            [before.positions[each] for each in partitions],
            sink,
            before.incarnation,
        ),
    )
    if cursor.rowcount != len(partitions):
        raise SupersededError(f"{sink}: no longer at {before.positions}")


def own(sink: str, partitions: Sequence[int]) -> bool:
    """Take the partitions for this connection; False while another process has one of them."""
    with connection.cursor() as cursor:
        for partition in sorted(partitions):
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('chengguan sink ' || %s), %s)", (sink, partition))
            if not cursor.fetchone()[0]:
                cursor.execute("SELECT pg_advisory_unlock_all()")
                return False
    return True


def lowest_position() -> tuple[str, int] | None:
    """(incarnation, position) below which no sink needs the stream; None while sinks disagree or some never started."""
    rows = list(SinkPosition.objects.values_list("sink", "incarnation", "position"))
    if {row[0] for row in rows} != {NOW, HISTORY} or len({row[1] for row in rows}) != 1:
        return None
    return rows[0][1], min(row[2] for row in rows)
