"""Open alarms for the duty map: everything once, then only what changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Count, IntegerField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.alarms import selectors as alarm_questions
from chengguan.alarms.models import Alarm, AlarmMember, AlarmStep
from chengguan.cases.models import CaseAlarm
from chengguan.people.selectors import Who
from chengguan.people.typed import whole_number

OVERLAP = 300
"""Steps are numbered when they are written and seen when they are committed: look back this far."""
MOST = 5000


def open_alarms(who: Who) -> QuerySet[Alarm]:
    """Every open alarm this person may see, shelved ones included."""
    members = (
        AlarmMember.objects.filter(alarm=OuterRef("pk"), until__isnull=True).order_by().values("alarm").annotate(n=Count("pk")).values("n")
    )
    return (
        alarm_questions.alarms(who)
        .filter(off_desk_at__isnull=True, folded_into__isnull=True)
        .annotate(member_count=Coalesce(Subquery(members, output_field=IntegerField()), 0))
        .select_related("device__component", "component", "group", "gateway", "acknowledged_by")
    )


def alarm_changes(who: Who, since: str = "", ids: Collection[int] = ()) -> dict[str, Any]:
    """All open alarms, or with `since` (an earlier `cursor`) only those that changed after it or are named in `ids`,
    and the ids of those that left the desk."""
    newest = AlarmStep.objects.aggregate(newest=Max("id"))["newest"] or 0
    last = whole_number(since)
    if last is None:
        rows = list(open_alarms(who).order_by("severity", "-raised_at")[:MOST])
        return {"cursor": str(newest), "full": True, "alarms": with_cases(rows), "gone": []}
    changed = set(AlarmStep.objects.filter(id__gt=max(0, last - OVERLAP)).values_list("alarm_id", flat=True)) | set(ids)
    rows = list(open_alarms(who).filter(pk__in=changed)) if changed else []
    return {
        "cursor": str(max(newest, last)),
        "full": False,
        "alarms": with_cases(rows),
        "gone": sorted(changed - {row.pk for row in rows}),
    }


def with_cases(rows: Collection[Alarm]) -> list[dict[str, Any]]:
    """Alarms in the map's words, each with its case."""
    links = CaseAlarm.objects.filter(alarm_id__in=[row.pk for row in rows]).select_related("case")
    cases = {link.alarm_id: link.case for link in links}
    return [_row(alarm, cases.get(alarm.pk)) for alarm in rows]


def _row(alarm: Alarm, case: Any) -> dict[str, Any]:
    now = timezone.now()
    label, cause, cause_name = cause_of(alarm)
    return {
        "id": alarm.pk,
        "name": alarm.name,
        "text": alarm.text,
        "trade": alarm.subsystem,
        "severity": alarm.severity,
        "at": alarm.raised_at.isoformat(),
        "active": alarm.active,
        "acked": alarm.acknowledged_at is not None,
        "acked_by": alarm.acknowledged_by.name if alarm.acknowledged_by else "",
        "shelved": alarm.shelved_until.isoformat() if alarm.shelved_until and alarm.shelved_until > now else None,
        "lon": round(alarm.point.x, 6) if alarm.point else None,
        "lat": round(alarm.point.y, 6) if alarm.point else None,
        "place": alarm.address,
        "label": label,
        "cause": cause,
        "cause_name": cause_name,
        "members": getattr(alarm, "member_count", 0),
        "case_id": case.pk if case else None,
        "case_number": str(case) if case else "",
    }


def cause_of(alarm: Alarm) -> tuple[str, str, str]:
    """What people call the thing, the key by which rows are put together, and that cause's name."""
    if alarm.cause_kind == Alarm.Cause.GROUP and alarm.group:
        return alarm.group.name, f"group:{alarm.group_id}", alarm.group.name
    if alarm.cause_kind == Alarm.Cause.GATEWAY and alarm.gateway:
        return alarm.gateway.key, f"gateway:{alarm.gateway_id}", alarm.gateway.name
    component = alarm.component or (alarm.device.component if alarm.device else None)
    label = (component.label if component else "") or (alarm.device.key if alarm.device else alarm.cause_key)
    return label, f"{alarm.cause_kind}:{alarm.cause_key}", label


def cause_name(alarm: Alarm) -> str:
    return cause_of(alarm)[0]


def trades() -> list[dict[str, Any]]:
    """The layer tree: trades of the registry with their layers."""
    return [
        {
            "slug": slug,
            "name": _(found.manifest.name),
            "layers": [
                {"slug": layer.slug, "name": _(layer.name), "classes": list(layer.component_classes), "hue": layer.hue, "min_zoom": layer.min_zoom}
                for layer in found.manifest.layers
            ],
        }
        for slug, found in sorted(registry.present().items(), key=lambda item: (item[1].manifest.phase, item[0]))
    ]


def layer_of(subsystem: str, class_code: str) -> str:
    """The map layer a component of that class belongs to in that trade."""
    found = registry.present().get(subsystem)
    for layer in found.manifest.layers if found else ():
        if class_code in layer.component_classes:
            return layer.slug
    return ""
