"""What has one cause is one alarm: devices of a dark circuit, covers behind a silent gateway.

A device's alarm joins a cause that already stands; failing that, enough of them within a short
time become one alarm of their group or gateway; otherwise it stands alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from chengguan.alarms.conditions import Transition
from chengguan.alarms.models import Alarm, AlarmMember
from chengguan.alarms.selectors import declared
from chengguan.alarms.services import moving
from chengguan.alarms.services.raising import Raise, Scene
from chengguan.registry import Grouping

PATIENCE_S = 600.0
"""Settling time at least of what stands alone again after its cause is over: it may only need a moment longer."""


def join_standing(scene: Scene, raises: Sequence[Raise], now: datetime) -> list[Raise]:
    """Those that belong to a cause already open become its members; the others are returned."""
    single = [one for one in raises if one.device is not None]
    groups = {one.device.group_id for one in single if one.device and one.device.group_id}
    gateways = {one.device.gateway_id for one in single if one.device}
    if not single:
        return list(raises)
    open_ = list(
        Alarm.objects.filter(Q(group_id__in=groups) | Q(gateway_id__in=gateways), off_desk_at__isnull=True, active=True, folded_into__isnull=True)
    )
    left, members = [one for one in raises if one.device is None], []
    for one in single:
        cause = next((alarm for alarm in open_ if _belongs(one, alarm)), None)
        if cause is None:
            left.append(one)
        else:
            one.parts = [one.transition]
            members += one.members(cause, now)
    AlarmMember.objects.bulk_create(members, ignore_conflicts=True)
    return left


def _belongs(one: Raise, alarm: Alarm) -> bool:
    device = one.device
    if device is None:
        return False
    same_group = alarm.group_id is not None and alarm.group_id == device.group_id
    if alarm.rule == one.rule.slug:
        return (alarm.cause_kind == "group" and same_group) or (alarm.cause_kind == "gateway" and alarm.gateway_id == device.gateway_id)
    try:
        explained = one.rule.slug in declared(alarm.rule).explains
    except KeyError:
        return False
    if alarm.cause_kind == "gateway":
        return explained and alarm.gateway_id == device.gateway_id
    return explained and (same_group or alarm.device_id == device.pk)


def group(scene: Scene, raises: Sequence[Raise], now: datetime) -> tuple[list[Raise], list[Raise]]:
    """Enough of one cause within its time become one: (causes with parts, those that stay alone)."""
    alone, together = list(raises), []
    for slug in {one.rule.slug for one in raises}:
        for grouping in scene.defaults[slug].grouping:
            of_rule = [one for one in alone if one.rule.slug == slug and one.device is not None]
            for key in sorted({getattr(one.device, f"{grouping.cause}_id") or 0 for one in of_rule} - {0}):
                mine = [one for one in of_rule if getattr(one.device, f"{grouping.cause}_id") == key]
                cause = _one_cause(scene, grouping, key, mine, now)
                if cause is not None:
                    together.append(cause)
                    alone = [one for one in alone if one not in mine]
    return together, alone


def _one_cause(scene: Scene, grouping: Grouping, key: int, mine: list[Raise], now: datetime) -> Raise | None:
    rule, default = mine[0].rule, mine[0].default
    recent = Alarm.objects.filter(
        rule=rule.slug,
        cause_kind="device",
        active=True,
        off_desk_at__isnull=True,
        folded_into__isnull=True,
        raised_at__gte=now - timedelta(seconds=grouping.within_s),
        **{f"device__{grouping.cause}_id": key},
    )
    earlier = list(recent.values_list("device_id", "reading_at", "value"))
    count = len(mine) + len(earlier)
    if count < grouping.least or count < grouping.share * scene.size(default, grouping.cause, key):
        return None
    parts = [one.transition for one in mine]
    for device_id, since, value in earlier:
        parts.append(Transition(rule.slug, "device", device_id, True, parts[0].at, int(since.timestamp() * 1000), value))
    scene.add(parts)
    device = mine[0].device
    assert device is not None
    return Raise(
        scene=scene,
        rule=rule,
        default=default,
        transition=min(parts, key=lambda part: part.since),
        kind=grouping.cause,
        cause_key=device.group.key if grouping.cause == "group" and device.group else device.gateway.key,
        name=grouping.name or rule.name,
        severity=grouping.severity or rule.severity,
        settle_s=rule.settle_s,
        device=device,
        gateway=device.gateway if grouping.cause == "gateway" else None,
        parts=parts,
    )


def gather(scene: Scene, cause: Raise, now: datetime) -> list[Alarm]:
    """Fold the single alarms that belong to a cause just opened into it; they become its members."""
    into = cause.opened
    if into is None:
        return []
    if cause.parts:
        which = Q(rule=cause.rule.slug, cause_kind="device", device_id__in=[part.id for part in cause.parts])
    elif cause.kind == "gateway":
        which = Q(rule__in=cause.explains, gateway_id=into.gateway_id)
    else:
        which = Q(rule__in=cause.explains) & (Q(device_id=into.device_id) | Q(group_id=into.group_id, group_id__isnull=False))
    inside = list(
        Alarm.objects.select_for_update()
        .filter(which, off_desk_at__isnull=True, active=True, folded_into__isnull=True)
        .exclude(pk=into.pk)
        .order_by("pk")
    )
    members = [
        AlarmMember(alarm=into, device_id=alarm.device_id, rule=alarm.rule, since=alarm.reading_at, value=alarm.value)
        for alarm in inside
        if alarm.device_id
    ]
    inner = AlarmMember.objects.filter(alarm__in=inside, until__isnull=True)
    members += [AlarmMember(alarm=into, device_id=m.device_id, rule=m.rule, since=m.since, value=m.value) for m in inner]
    inner.update(until=now)
    AlarmMember.objects.bulk_create(members, ignore_conflicts=True)
    moving.fold(inside, into, now)
    return inside


def leave(returned: Sequence[Transition], now: datetime) -> list[Alarm]:
    """Devices that are well again leave the causes they were members of. Those alarms, when still active."""
    which = Q(pk__in=[])
    for transition in returned:
        if transition.subject == "device":
            which |= Q(device_id=transition.id, rule=transition.rule)
    members = AlarmMember.objects.filter(which, until__isnull=True)
    touched = set(members.values_list("alarm_id", flat=True))
    if not touched:
        return []
    members.update(until=now)
    return list(Alarm.objects.select_for_update().filter(pk__in=touched, active=True, off_desk_at__isnull=True).order_by("pk"))


def still_members(alarm: Alarm) -> list[AlarmMember]:
    return list(alarm.members.filter(until__isnull=True))


def is_over(scene: Scene, alarm: Alarm) -> bool:
    """A cause made of members is over when less than half of what raised it is left. One with a
    condition of its own (a silent gateway, a tripped breaker) ends by that condition alone."""
    try:
        default = declared(alarm.rule)
    except KeyError:
        return not still_members(alarm)
    grouping = next((each for each in default.grouping if each.cause == alarm.cause_kind), None)
    if grouping is None:
        return False
    left = alarm.members.filter(until__isnull=True).count()
    size = scene.size(default, grouping.cause, (alarm.group_id if grouping.cause == "group" else alarm.gateway_id) or 0)
    return left < grouping.least or left < grouping.share * size / 2
