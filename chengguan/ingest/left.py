"""What the history had not written of a stream when *now* went over to another one, or when it grew too old to be kept.

Whatever memory or the stream still has is written; for the rest there is a row that `check`, the operations page and an
alarm tell. Nothing is passed over in silence.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.ingest import ledger
from chengguan.ingest.ledger import HISTORY, Place
from chengguan.ingest.stream import ReplacedError, Stream
from chengguan.observations.models import LeftBehind, SinkPosition

logger = logging.getLogger(__name__)


def _open(partitions: Sequence[int]) -> QuerySet[LeftBehind]:
    return LeftBehind.objects.filter(partitions__overlap=list(partitions), settled_at=None).order_by("pk")


def of(partitions: Sequence[int], incarnation: str) -> LeftBehind | None:
    """What is not settled yet of that stream."""
    return _open(partitions).filter(incarnation=incarnation).first()


def first_kept(leader: Place) -> int:
    """The first position the stream keeps; ReplacedError while *now* has not noticed yet that it is another stream."""
    with Stream("history-place") as stream:
        created, first, last = stream.info()
        if not ledger.same_stream(leader, created, last, stream):
            raise ReplacedError(_("消息流已经换新，等即时入库先认出来"))
    return first


def too_old(place: Place, end: int) -> LeftBehind:
    """A row for what the stream keeps no longer, up to `end`."""
    with Stream("history-place") as stream:
        stamp = stream.stamp(end + 1)
    return LeftBehind(
        incarnation=place.incarnation, partitions=list(place.positions), why=LeftBehind.Why.EXPIRED, last=end, stamp=stamp or 0,
        begins=end, settled_at=timezone.now(),
    )  # fmt: skip


def give_up(place: Place, end: int, gone: LeftBehind) -> Place:
    """Nobody has the messages behind `place` up to `end`: the history goes on behind them."""
    with transaction.atomic(), connection.cursor() as cursor:
        note_missing(gone, end - place.lowest)
        ledger.move(HISTORY, place, end, 0, cursor)
    logger.error("history: %s", gone.in_words())
    return place.at(end, 0)


def note_missing(gone: LeftBehind, messages: int) -> None:
    if gone.since is None:
        written = SinkPosition.objects.filter(sink=HISTORY, partition__in=gone.partitions)
        gone.since = written.aggregate(at=Max("watermark"))["at"]
    gone.until = datetime.fromtimestamp(gone.stamp / 1e9, UTC) if gone.stamp else None
    gone.missing += messages
    gone.save()


def go_over(place: Place, gone: LeftBehind | None, leader: Place) -> Place:
    """To the beginning of the stream that followed the one of `place`, which is at its end."""
    if gone is None:  # nobody noted how it ended: the newest one it is
        logger.error("history: nothing says how stream %s ended behind %d", place.incarnation, place.lowest)
        behind = Place(leader.incarnation, dict.fromkeys(place.positions, first_kept(leader) - 1))
    else:
        following = _open(gone.partitions).filter(pk__gt=gone.pk).first()
        behind = Place(following.incarnation if following else leader.incarnation, dict.fromkeys(place.positions, gone.begins))
    with transaction.atomic():
        ledger.set_place(HISTORY, behind)
        if gone is not None and gone.missing:
            gone.settled_at = timezone.now()
            gone.save(update_fields=["settled_at"])
        elif gone is not None:
            gone.delete()
    return behind
