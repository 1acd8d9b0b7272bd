"""What the history reads from the stream again: the columns *now* made of these messages, made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from chengguan.ingest.batch import Batch, Captured
from chengguan.ingest.checks import check_range
from chengguan.ingest.decode import decode, identify
from chengguan.ingest.directory import Directory
from chengguan.ingest.ledger import Place
from chengguan.ingest.piece import Piece
from chengguan.ingest.stream import read_range
from chengguan.observations.models import Rejection


def pieces_behind(where: Place, last: int, until: int = 0) -> Iterator[tuple[int, Piece]]:
    """(messages, their piece), of all behind `where` up to `last`, without what *now* rejected; with `until` (ns) only as
    far as nothing was received later. ReplacedError when the stream does not hold any more what stood at `where`."""
    directory = Directory()
    rejected = _rejected(where, last)
    after = where.lowest
    for messages in read_range("history", tuple(where.positions), where.lowest, last, stamp=where.stamp, created=where.created):
        taken = [each for each in messages if each.stamp <= until] if until else messages
        if taken:
            yield len(taken), read_again(taken, directory, rejected, where.incarnation, after)
            after = taken[-1].position
        if len(taken) < len(messages):
            return


def _rejected(where: Place, last: int) -> set[int]:
    ranges = Rejection.objects.filter(incarnation=where.incarnation, last__gt=where.lowest, first__lte=last)
    return {sequence for sequences in ranges.values_list("sequences", flat=True) for sequence in sequences}


def read_again(messages: Sequence[Captured], directory: Directory, rejected: set[int], incarnation: str, after: int) -> Piece:
    """What *now* rejected is left out before anything reads it: a message that broke its batch there would break it here
    too."""
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


def nothing(incarnation: str, after: int, last: int) -> Piece:
    """A range without readings."""
    none = np.zeros(0, np.int64)
    return Piece(incarnation, after, last, 0, none, none, none, np.zeros(0))
