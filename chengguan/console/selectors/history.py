"""A device's past for a chart: buckets for a long range, as measured for a short one, gaps left open."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms import selectors as alarm_questions
from chengguan.alarms.models import Alarm
from chengguan.console.selectors.devices import SILENT_BEATS, metrics_of, model_of
from chengguan.observations import selectors as readings
from chengguan.people.selectors import Who, may
from chengguan.registry import Metric
from chengguan.things.models import Device

RANGES = {
    "1h": timedelta(hours=1), "6h": timedelta(hours=6), "24h": timedelta(days=1), "7d": timedelta(days=7),
    "30d": timedelta(days=30), "365d": timedelta(days=365),
}  # fmt: skip
SHIFTS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=28)}
AROUND = timedelta(minutes=30)
AWAY = (OSError, ClickHouseError)
"""What reading raises while the history is away."""
Bucket = Sequence[Any]  # (t, mean, low, high, n)


def chart(
    who: Who, device: Device, metrics: Iterable[str], start: datetime, end: datetime, points: int = 600, compare: str = ""
) -> dict[str, Any]:
    """Lines of the metrics asked for between two moments, with what the device was silent about, the alarms of the time
    and, to compare, the same metrics a day, a week or four weeks earlier."""
    declared = metrics_of(device)
    chosen = [declared[slug] for slug in metrics if slug in declared] or list(declared.values())[:1]
    bucket = (end - start) / max(1, points)
    beat = _beat(device)
    lines: list[dict[str, Any]] = []
    gaps: list[list[int]] = []
    for metric in chosen:
        rows = _rows(who, device, metric, start, end, points)
        if not gaps:
            gaps = _gaps(rows, start, end, max(bucket * 1.5, SILENT_BEATS * beat))
        lines.append(_line(metric, rows, max(bucket * 1.5, SILENT_BEATS * beat)))
        if compare in SHIFTS:
            shift = SHIFTS[compare]
            before = _rows(who, device, metric, start - shift, end - shift, points)
            lines.append(_line(metric, before, max(bucket * 1.5, SILENT_BEATS * beat), shift, _before(compare)))
    return {
        "lines": lines,
        "start": _ms(start),
        "end": _ms(end),
        "bucket_ms": int(bucket.total_seconds() * 1000),
        "raw": bucket <= beat,
        "gaps": gaps,
        "gap_name": _("无数据"),
        "marks": _marks(who, device, start, end),
        "limits": [],
    }


def around_alarm(who: Who, alarm: Alarm, device: Device) -> dict[str, Any]:
    """The reading that the alarm is about, half an hour to both sides of its moment."""
    start = alarm.raised_at - AROUND
    end = min(timezone.now(), (alarm.returned_at or alarm.raised_at) + AROUND, alarm.raised_at + timedelta(hours=6))
    end = max(end, alarm.raised_at + timedelta(minutes=2))
    answer = chart(who, device, [_metric_of(alarm, device)], start, end, points=300)
    answer["marks"] = [{"at": _ms(alarm.raised_at), "name": _(alarm.name), "severity": alarm.severity}]
    if alarm.limit is not None:
        answer["limits"] = [{"value": alarm.limit, "name": _("限值"), "severity": alarm.severity}]
    return answer


def alarms_with_chart(who: Who, alarms: Iterable[Alarm]) -> set[int]:
    """Which of these this person may see with the readings around their moment."""
    if not may(who, "alarms.see"):
        return set()
    seen = alarm_questions.alarms(who).filter(pk__in=[alarm.pk for alarm in alarms])
    return set(seen.filter(Q(device__isnull=False) | Q(members__isnull=False)).values_list("pk", flat=True))


def _metric_of(alarm: Alarm, device: Device) -> str:
    """The metric of the rule; of a plain-Python rule its last one, which is what was measured rather than set."""
    try:
        rule = alarm_questions.declared(alarm.rule)
    except KeyError:
        return ""
    known = metrics_of(device)
    for slug in (rule.metric, *reversed(rule.metrics)):
        if slug in known:
            return slug
    return ""


def _rows(who: Who, device: Device, metric: Metric, start: datetime, end: datetime, points: int) -> list[Bucket]:
    return list(readings.series(who, device.pk, metric.slug, start, end, points))


def _line(metric: Metric, rows: Sequence[Bucket], silent: timedelta, shift: timedelta | None = None, suffix: str = "") -> dict[str, Any]:
    """Points in milliseconds, moved by `shift`; a point without value stands where the device was silent."""
    moved = _ms_of(shift) if shift else 0
    points: list[list[float | None]] = []
    for t, mean, low, high, *_n in rows:
        at = _ms(t) + moved
        before = points[-1][0] if points else None
        if before is not None and at - before > silent.total_seconds() * 1000:
            points.append([before + 1, None, None, None])
        points.append([at, mean, low, high])
    line: dict[str, Any] = {"name": f"{_(metric.name)}{suffix}", "unit": metric.unit, "points": points, "compare": shift is not None}
    if metric.states:
        line["states"] = {str(value): _(name) for value, name in metric.states.items()}
    return line


def _gaps(rows: Sequence[Bucket], start: datetime, end: datetime, silent: timedelta) -> list[list[int]]:
    """Stretches without any reading, longer than `silent`."""
    moments = [start, *(row[0] for row in rows), min(end, timezone.now())]
    return [[_ms(a), _ms(b)] for a, b in itertools.pairwise(moments) if _ms(b) - _ms(a) > silent.total_seconds() * 1000]


def _marks(who: Who, device: Device, start: datetime, end: datetime) -> list[dict[str, Any]]:
    found = [alarm for alarm in alarm_questions.alarms_of_device(who, device.pk) if start <= alarm.raised_at <= end]
    return [{"at": _ms(alarm.raised_at), "name": _(alarm.name), "severity": alarm.severity} for alarm in found[:20]]


def _before(compare: str) -> str:
    return {"day": _("（前一天）"), "week": _("（前一周）"), "month": _("（四周前）")}[compare]


def _beat(device: Device) -> timedelta:
    model = model_of(device)
    return timedelta(seconds=model.heartbeat_s if model else 600)


def _ms(moment: Any) -> int:
    return int(moment.timestamp() * 1000) if hasattr(moment, "timestamp") else int(moment)


def _ms_of(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
