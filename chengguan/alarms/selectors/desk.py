"""What stands on the alarm desk and on the map, as far as the asker may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from chengguan.alarms.models import Alarm, AlarmMember, AlarmStep
from chengguan.people.selectors import Who, reach

REPEAT_DAYS = 7


def alarms(who: Who) -> QuerySet[Alarm]:
    """Alarms this person may see: a department those on what it owns, maintains or oversees; a township those in its area."""
    found = reach(who, "alarms.see")
    if found.everything:
        return Alarm.objects.all()
    if found.nothing:
        return Alarm.objects.none()
    ours = found.organisation_ids
    scope = Q(component__owner_id__in=ours) | Q(component__maintainer_id__in=ours) | Q(component__authority_id__in=ours)
    members = AlarmMember.objects.filter(device__component__maintainer_id__in=ours).values("alarm_id")
    scope |= Q(component__isnull=True, pk__in=members)
    for code in found.area_codes:
        scope |= Q(unit_grid__code__startswith=code)
    return Alarm.objects.filter(scope)


def desk(
    who: Who,
    severity: int | None = None,
    subsystem: str = "",
    shelved: bool = False,
    unacknowledged: bool = False,
    text: str = "",
) -> QuerySet[Alarm]:
    """Open alarms, one a cause, worst rank first, then the newest. Each carries `member_count` and
    `repeat` (how many times this cause alarmed in the last 7 days, this one included)."""
    found = alarms(who).filter(off_desk_at__isnull=True)
    now = timezone.now()
    found = found.filter(shelved_until__gt=now) if shelved else found.exclude(shelved_until__gt=now)
    if severity:
        found = found.filter(severity=severity)
    if subsystem:
        found = found.filter(subsystem=subsystem)
    if unacknowledged:
        found = found.filter(acknowledged_at__isnull=True)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(cause_key__icontains=text) | Q(address__icontains=text))
    members = (
        AlarmMember.objects.filter(alarm=OuterRef("pk"), until__isnull=True).order_by().values("alarm").annotate(n=Count("pk")).values("n")
    )
    same = (
        Alarm.objects.filter(
            rule=OuterRef("rule"),
            cause_kind=OuterRef("cause_kind"),
            cause_key=OuterRef("cause_key"),
            raised_at__gte=now - timedelta(days=REPEAT_DAYS),
        )
        .order_by()
        .values("rule")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return (
        found.annotate(
            member_count=Coalesce(Subquery(members, output_field=IntegerField()), 0),
            repeat=Coalesce(Subquery(same, output_field=IntegerField()), 1),
        )
        .select_related("device", "group", "gateway", "component", "acknowledged_by", "shelved_by")
        .order_by("severity", "-raised_at", "-pk")
    )


def counts(who: Who) -> dict[str, Any]:
    """Open alarms that are not shelved: {"total", "unacknowledged", "shelved", "by_rank": {1: n ..}, "by_subsystem": {..}}."""
    found = alarms(who).filter(off_desk_at__isnull=True)
    now = timezone.now()
    by_rank = dict.fromkeys((1, 2, 3, 4), 0)
    by_subsystem: dict[str, int] = {}
    unacknowledged = 0
    rows = found.exclude(shelved_until__gt=now).order_by().values_list("severity", "subsystem").annotate(
        n=Count("pk"), new=Count("pk", filter=Q(acknowledged_at__isnull=True))
    )
    for severity, subsystem, n, new in rows:
        by_rank[severity] += n
        by_subsystem[subsystem] = by_subsystem.get(subsystem, 0) + n
        unacknowledged += new
    return {
        "total": sum(by_rank.values()),
        "unacknowledged": unacknowledged,
        "shelved": found.filter(shelved_until__gt=now).count(),
        "by_rank": by_rank,
        "by_subsystem": by_subsystem,
    }


def map_points(who: Who, limit: int = 5000) -> dict[str, Any]:
    """Open alarms with a place as a GeoJSON FeatureCollection (longitude, latitude)."""
    found = desk(who).filter(point__isnull=False).order_by("severity", "-raised_at")[:limit]
    features = [
        {
            "type": "Feature",
            "id": alarm.pk,
            "geometry": {"type": "Point", "coordinates": [alarm.point.x, alarm.point.y]},
            "properties": summary(alarm),
        }
        for alarm in found
        if alarm.point is not None
    ]
    return {"type": "FeatureCollection", "features": features}


def summary(alarm: Alarm) -> dict[str, Any]:
    """An alarm of `desk` in JSON's words."""
    return {
        "id": alarm.pk,
        "name": alarm.name,
        "rule": alarm.rule,
        "subsystem": alarm.subsystem,
        "severity": alarm.severity,
        "active": alarm.active,
        "acknowledged": alarm.acknowledged_at is not None,
        "cause_kind": alarm.cause_kind,
        "cause_key": alarm.cause_key,
        "text": alarm.text,
        "address": alarm.address,
        "device": alarm.device_id,
        "group": alarm.group_id,
        "gateway": alarm.gateway_id,
        "component": alarm.component_id,
        "raised_at": alarm.raised_at.isoformat(),
        "returned_at": alarm.returned_at.isoformat() if alarm.returned_at else None,
        "members": getattr(alarm, "member_count", 0),
        "repeat": getattr(alarm, "repeat", 1),
    }


def repeats(alarm: Alarm, days: int = REPEAT_DAYS) -> int:
    """How many times this cause alarmed in the days up to this alarm, this one included: 3 means the third time."""
    return Alarm.objects.filter(
        rule=alarm.rule,
        cause_kind=alarm.cause_kind,
        cause_key=alarm.cause_key,
        raised_at__gt=alarm.raised_at - timedelta(days=days),
        raised_at__lte=alarm.raised_at,
    ).count()


@dataclass(frozen=True)
class AlarmFile:
    """Everything about one alarm."""

    alarm: Alarm
    members: list[AlarmMember]
    steps: list[AlarmStep]
    repeat: int
    earlier: list[Alarm]


def alarm_file(who: Who, alarm_id: int) -> AlarmFile | None:
    """One alarm with members and history; None when there is none or not for this person."""
    alarm = (
        alarms(who)
        .filter(pk=alarm_id)
        .select_related("device", "group", "gateway", "component", "unit_grid", "acknowledged_by", "shelved_by", "folded_into")
        .first()
    )
    if alarm is None:
        return None
    earlier = Alarm.objects.filter(rule=alarm.rule, cause_kind=alarm.cause_kind, cause_key=alarm.cause_key, raised_at__lt=alarm.raised_at)
    return AlarmFile(
        alarm=alarm,
        members=list(alarm.members.select_related("device__component").order_by(F("until").asc(nulls_first=True), "device__key")),
        steps=list(alarm.steps.all()),
        repeat=repeats(alarm),
        earlier=list(earlier.order_by("-raised_at")[:10]),
    )


def alarms_of_device(who: Who, device_id: int, limit: int = 50) -> list[Alarm]:
    """Alarms in which the device took part, alone or as a member, newest first."""
    part = AlarmMember.objects.filter(device_id=device_id).values("alarm_id")
    return list(alarms(who).filter(Q(device_id=device_id) | Q(pk__in=part)).order_by("-raised_at")[:limit])
