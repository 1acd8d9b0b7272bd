"""What the river does on the clock."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from chengguan.alarms.services import clear_platform, raise_platform
from chengguan.engines import nats
from chengguan.ingest import ledger
from chengguan.observations.models import (
    GatewaySequence,
    LeftBehind,
    Quarantine,
    Rejection,
    SinkReport,
    Throttling,
    Uplink,
)
from chengguan.observations.selectors import lost_readings

logger = logging.getLogger(__name__)
KEEP_DECIDED = timedelta(days=180)
FRESH = timedelta(seconds=30)
TOLD_FOR = timedelta(days=1)
CALM = timedelta(minutes=10)
"""How long a device that flooded must keep to its rate before its alarm is over."""


@app.periodic(cron="* * * * * */20")
@app.task(name="ingest.purge", queueing_lock="ingest.purge", pass_context=False)
def purge(timestamp: int = 0) -> None:
    """Give the stream's room back: what lies below the position of every sink."""
    lowest = ledger.lowest_position()
    if lowest is None or lowest[1] <= 1:
        return
    make_durable()
    try:
        asyncio.run(_purge(*lowest))
    except Exception as error:  # noqa: BLE001 - the broker is away; the next run does it
        logger.warning("the stream was not purged: %s", error)


def make_durable() -> None:
    """The *now* sink does not wait for the disk. Before messages are thrown away their positions must be on it: a commit
    that does wait brings all earlier ones along."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        cursor.execute("SELECT pg_logical_emit_message(true, 'chengguan', 'positions')")


async def _purge(incarnation: str, position: int) -> None:
    nc = await nats.connect("purge")
    try:
        js: Any = nc.jetstream()
        created = (await js.stream_info(nats.STREAM)).created
        if same_moment(str(created), incarnation.partition("#")[0]):
            await nats.purge_below(js, position)
    finally:
        await nc.close()


def same_moment(told: str, recorded: str) -> bool:
    """Times of creation written in two ways: to the second they must agree."""
    return told.replace("T", " ")[:19] == recorded.replace("T", " ")[:19]


@app.periodic(cron="* * * * * */10")
@app.task(name="ingest.watch", queueing_lock="ingest.watch", pass_context=False)
def watch(timestamp: int = 0) -> None:
    """Alarms about the river itself: a history that does not take readings, a device that floods."""
    now = timezone.now()
    told = SinkReport.objects.filter(sink=ledger.HISTORY, at__gt=now - FRESH).values_list("figures", flat=True)
    reasons = sorted({figures["paused"] for figures in told if figures.get("paused")})
    if reasons:
        raise_platform("history_paused", "history", " ".join(reasons))
    elif told:
        clear_platform("history_paused", "history")
    _tell_what_is_missing(now)
    lately = Throttling.objects.filter(until__gt=now - 2 * CALM).select_related("device__component")
    for row in lately:
        if row.until > now:
            words = _("%(device)s 上报过于频繁，已限速，已略去 %(n)d 条") % {"device": row.device.name, "n": row.dropped}
            raise_platform("device_flooding", row.device.key, words, row.dropped, device=row.device)
        elif row.until < now - CALM:
            clear_platform("device_flooding", row.device.key)


def _tell_what_is_missing(now: datetime) -> None:
    """For a day after the last of it: it cannot be mended, only known."""
    missing = lost_readings()
    if not missing:
        return
    if missing[0].created_at > now - TOLD_FOR:
        raise_platform("history_lacking", "history", missing[0].in_words(), missing[0].missing)
    else:
        clear_platform("history_lacking", "history")


@app.periodic(cron="7 * * * *")
@app.task(name="ingest.forget", queueing_lock="ingest.forget", pass_context=False)
def forget(timestamp: int = 0) -> None:
    """Repeats are recognised for 24 hours, in the epochs of a gateway gone by too; decided quarantine entries are kept half a year."""
    now = timezone.now()
    Uplink.objects.filter(seen_at__lt=now - timedelta(hours=25)).delete()
    newer = GatewaySequence.objects.filter(gateway=OuterRef("gateway"), seen_at__gt=OuterRef("seen_at"))
    GatewaySequence.objects.filter(Exists(newer), seen_at__lt=now - timedelta(hours=25)).delete()
    SinkReport.objects.filter(at__lt=now - timedelta(days=1)).delete()
    Rejection.objects.filter(created_at__lt=now - timedelta(days=3)).delete()
    LeftBehind.objects.filter(settled_at__lt=now - KEEP_DECIDED).delete()
    Quarantine.objects.exclude(state=Quarantine.State.WAITING).filter(decided_at__lt=now - KEEP_DECIDED).delete()
