"""Questions about what was measured; each answers only for devices that the person asking may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from chengguan.engines import history, nats
from chengguan.observations.models import (
    GatewaySequence,
    LatestState,
    LeftBehind,
    Metric,
    Quarantine,
    SinkReport,
    Throttling,
)
from chengguan.people.selectors import Who, may
from chengguan.things import selectors as things

DEAD_AFTER_S = 15
"""A sink that has not reported for this long does not run."""


@dataclass(frozen=True)
class Latest:
    """A device's last known values: metric slug -> value; `times` where a metric is older than `measured_at`."""

    device: int
    values: Mapping[str, float]
    measured_at: datetime | None
    seen_at: datetime | None
    battery: float | None
    times: Mapping[str, datetime]


def latest(who: Who, device_ids: Iterable[int]) -> dict[int, Latest]:
    """Latest state by device, of those that exist and may be seen."""
    rows = LatestState.objects.filter(device__in=things.devices(who).filter(pk__in=list(device_ids)))
    return {
        row.device_id: Latest(
            row.device_id,
            row.values,
            row.measured_at,
            row.seen_at,
            row.battery,
            {slug: datetime.fromtimestamp(ms / 1000, UTC) for slug, ms in row.times.items()},
        )
        for row in rows
    }


class Point(NamedTuple):
    """One bucket of a series. A bucket in which nothing was measured is absent."""

    t: datetime
    mean: float
    low: float
    high: float
    n: int


def series(who: Who, device_id: int, metric: str, start: datetime, end: datetime, points: int = 300) -> list[Point]:
    """A metric of a device over time, in at most `points` buckets; buckets in which nothing was measured are absent, so
    gaps stay gaps. Empty for a device that may not be seen. Raises clickhouse-connect's errors or ConnectionError when the
    history is away."""
    device = things.devices(who).filter(pk=device_id).first()
    number = Metric.objects.filter(subsystem=device.subsystem, slug=metric).values_list("pk", flat=True).first() if device else None
    if device is None or number is None or end <= start:
        return []
    return buckets(device.pk, number, start, end, points)


def buckets(device: int, metric: int, start: datetime, end: datetime, points: int) -> list[Point]:
    """The history's own answer, by the numbers of device and metric."""
    first, last = (int(moment.timestamp() * 1000) for moment in (start, end))
    step = max(-(-(last - first) // max(points, 1)), 1)
    table = history.client().query_arrow(
        SERIES,
        parameters={"device": device, "metric": metric, "first": first, "last": last, "step": step},
        settings={"max_execution_time": 5},
    )
    columns = (table.column(name).to_pylist() for name in ("bucket", "mean", "low", "high", "n"))
    return [
        Point(datetime.fromtimestamp((first + bucket * step) / 1000, UTC), mean, low, high, n)
        for bucket, mean, low, high, n in zip(*columns, strict=True)
    ]


SERIES = """
SELECT intDiv(toUnixTimestamp64Milli(t) - {first:Int64}, {step:Int64}) AS bucket,
       avg(value) AS mean, min(value) AS low, max(value) AS high, count() AS n
FROM readings
WHERE device = {device:UInt32} AND metric = {metric:UInt16}
  AND t >= fromUnixTimestamp64Milli({first:Int64}) AND t < fromUnixTimestamp64Milli({last:Int64})
GROUP BY bucket ORDER BY bucket
"""


def lost_readings() -> list[LeftBehind]:
    """Where the history lacks messages that nobody has any more, the newest first; kept for half a year."""
    return list(LeftBehind.objects.filter(missing__gt=0).order_by("-pk")[:20])


def quarantine(who: Who, state: str = Quarantine.State.WAITING) -> QuerySet[Quarantine]:
    """Messages not taken, newest first; empty for those who may not decide about them."""
    if not may(who, "observations.quarantine"):
        return Quarantine.objects.none()
    found = Quarantine.objects.select_related("decided_by")
    return found.filter(state=state) if state else found


def quarantine_counts() -> dict[str, int]:
    """reason -> waiting entries, most first."""
    rows = Quarantine.objects.filter(state=Quarantine.State.WAITING).values("reason").annotate(n=Count("id")).order_by("-n")
    return {row["reason"]: row["n"] for row in rows}


def sinks() -> list[dict[str, Any]]:
    """What each running sink last reported: sink, owner, at, alive, and the figures of `ingest.reports`."""
    now = timezone.now()
    fresh = SinkReport.objects.filter(at__gte=now - timedelta(minutes=10)).order_by("-sink", "-at")
    reports = [(row, (now - row.at).total_seconds() < DEAD_AFTER_S) for row in fresh]
    running = {row.sink for row, alive in reports if alive}
    return [
        {"sink": row.sink, "owner": row.owner, "at": row.at, "alive": alive, **row.figures}
        for row, alive in reports
        if alive or row.sink not in running
    ]


def health(with_broker: bool = True) -> dict[str, Any]:
    """How the river runs, for the operations page and `check`. Everything in it is cheap but the broker's answer.

    sinks: see `sinks`; paused: words for the operator when history waits; stream_fill: 0 to 1, None when the broker does
    not answer; refused: what the broker refused by account; gaps, lost: numbers of gateways missing now, given up."""
    reported = sinks()
    told = GatewaySequence.objects.exclude(gaps=[])
    throttled = Throttling.objects.filter(until__gte=timezone.now() - timedelta(minutes=10)).select_related("device")
    return {
        "sinks": reported,
        "running": {name: any(each["sink"] == name and each["alive"] for each in reported) for name in ("now", "history")},
        "paused": next((each["paused"] for each in reported if each.get("paused")), ""),
        "trouble": next((each["trouble"] for each in reported if each.get("trouble")), ""),
        "stream_fill": nats.fill() if with_broker else None,
        "refused": [vars(each) for each in nats.refused()] if with_broker else [],
        "quarantine": quarantine_counts(),
        "gaps": [
            {"gateway": row.gateway, "missing": sum(last - first + 1 for first, last, _ in row.gaps), "asked_at": row.asked_at}
            for row in told[:20]
        ],
        "lost": GatewaySequence.objects.aggregate(total=Sum("lost"))["total"] or 0,
        "throttled": [
            {"device": row.device_id, "key": row.device.key, "name": row.device.name, "dropped": row.dropped, "until": row.until}
            for row in throttled[:20]
        ],
    }
