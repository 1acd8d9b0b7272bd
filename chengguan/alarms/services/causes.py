"""What has one cause is one alarm: devices of a dark circuit, covers behind a silent gateway.

A device's alarm joins a cause that already stands; failing that, enough of them within a short
time become one alarm of their group or gateway; otherwise it stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

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
    if members:
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
            by_key: dict[int, list[Raise]] = {}
            for one in alone:
                key = getattr(one.device, f"{grouping.cause}_id") if one.rule.slug == slug and one.device is not None else None
                if key:
                    by_key.setdefault(key, []).append(one)
            before = _earlier(slug, grouping, by_key, now)
            enough = {key for key, mine in by_key.items() if len(mine) + len(before.get(key, ())) >= grouping.least}
            scene.count(scene.defaults[slug], grouping.cause, enough)
            for key in sorted(enough):
                cause = _one_cause(scene, grouping, key, by_key[key], before.get(key, []))
                if cause is not None:
                    together.append(cause)
                    inside = {id(one) for one in by_key[key]}
                    alone = [one for one in alone if id(one) not in inside]
    return together, alone


Earlier = tuple[int, datetime, float | None]
"""A device whose alarm of the same rule was raised just before: its id, since when, the value."""


def _earlier(slug: str, grouping: Grouping, keys: Iterable[int], now: datetime) -> dict[int, list[Earlier]]:
    """By cause what was raised within the grouping's time."""
    recent = Alarm.objects.filter(
        rule=slug,
        cause_kind="device",
        active=True,
        off_desk_at__isnull=True,
        folded_into__isnull=True,
        raised_at__gte=now - timedelta(seconds=grouping.within_s),
        **{f"device__{grouping.cause}__in": list(keys)},
    )
    found: dict[int, list[Earlier]] = {}
    for key, *told in recent.values_list(f"device__{grouping.cause}", "device_id", "reading_at", "value"):
        found.setdefault(key, []).append((told[0], told[1], told[2]))
    return found


def _one_cause(scene: Scene, grouping: Grouping, key: int, mine: list[Raise], earlier: list[Earlier]) -> Raise | None:
    rule, default = mine[0].rule, mine[0].default
    if len(mine) + len(earlier) < grouping.share * scene.size(default, grouping.cause, key):
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


def gather_all(opened: Sequence[Raise], now: datetime) -> list[Alarm]:
    """Fold the single alarms that belong to causes just opened into them; one question finds those that have any."""
    causes = [cause for cause in opened if cause.opened is not None and (cause.parts or cause.explains)]
    if not causes:
        return []
    by_rules: dict[Sequence[str], dict[str, set[int | None]]] = {}
    for cause in causes:
        into = cause.opened
        assert into is not None
        kept = by_rules.setdefault(tuple(_rules(cause)), {"device": set(), "group": set(), "gateway": set()})
        kept["device"] |= {part.id for part in cause.parts} | {into.device_id}
        kept["group"].add(into.group_id)
        kept["gateway"].add(into.gateway_id)
    which = Q(pk__in=[])
    for rules, kept in by_rules.items():
        about = Q(pk__in=[])
        for kind, ids in kept.items():
            about |= Q(**{f"{kind}__in": ids - {None}})
        which |= Q(rule__in=rules) & about
    candidates = list(_single(which))
    folded = []
    for cause in causes:
        if any(_is_inside(alarm, cause) for alarm in candidates):
            folded += _gather(cause, now)
    return folded


def _rules(cause: Raise) -> Sequence[str]:
    return [cause.rule.slug] if cause.parts else cause.explains


def _single(which: Q) -> QuerySet[Alarm]:
    return Alarm.objects.filter(which, off_desk_at__isnull=True, active=True, folded_into__isnull=True)


def _is_inside(alarm: Alarm, cause: Raise) -> bool:
    """Whether `_gather` would find it."""
    into = cause.opened
    if into is None or alarm.pk == into.pk or alarm.rule not in _rules(cause):
        return False
    if cause.parts:
        return alarm.cause_kind == "device" and alarm.device_id in {part.id for part in cause.parts}
    if cause.kind == "gateway":
        return alarm.gateway_id == into.gateway_id
    return (alarm.device_id is not None and alarm.device_id == into.device_id) or (
        alarm.group_id is not None and alarm.group_id == into.group_id
    )


def _gather(cause: Raise, now: datetime) -> list[Alarm]:
    into = cause.opened
    assert into is not None
    if cause.parts:
        which = Q(rule=cause.rule.slug, cause_kind="device", device_id__in=[part.id for part in cause.parts])
    elif cause.kind == "gateway":
        which = Q(rule__in=cause.explains, gateway_id=into.gateway_id)
    else:
        which = Q(rule__in=cause.explains) & (Q(device_id=into.device_id) | Q(group_id=into.group_id, group_id__isnull=False))
    inside = list(_single(which).select_for_update().exclude(pk=into.pk).order_by("pk"))
    members = [
        AlarmMember(alarm=into, device_id=alarm.device_id, rule=alarm.rule, since=alarm.reading_at, value=alarm.value)
        for alarm in inside
        if alarm.device_id
    ]
    inner = AlarmMember.objects.filter(alarm__in=inside, until__isnull=True)
    members += [AlarmMember(alarm=into, device_id=m.device_id, rule=m.rule, since=m.since, value=m.value) for m in inner]
    inner.update(until=now)
    AlarmMember.objects.bulk_create(members, ignore_conflicts=True)
    moving.fold([(alarm, into) for alarm in inside], now)
    return inside


def leave(returned: Sequence[Transition], now: datetime) -> list[Alarm]:
    """Devices that are well again leave the causes they were members of. Those alarms, when still active."""
    by_rule: dict[str, list[int]] = {}
    for transition in returned:
        if transition.subject == "device":
            by_rule.setdefault(transition.rule, []).append(transition.id)
    which = Q(pk__in=[])
    for rule, devices in by_rule.items():
        which |= Q(rule=rule, device__in=devices)
    members = AlarmMember.objects.filter(which, until__isnull=True)
    touched = set(members.values_list("alarm_id", flat=True))
    if not touched:
        return []
    members.update(until=now)
    return list(Alarm.objects.select_for_update().filter(pk__in=touched, active=True, off_desk_at__isnull=True).order_by("pk"))


def still_members(alarms: Iterable[Alarm]) -> dict[int, list[AlarmMember]]:
    """By alarm."""
    found: dict[int, list[AlarmMember]] = {alarm.pk: [] for alarm in alarms}
    if found:
        for member in AlarmMember.objects.filter(alarm__in=found, until__isnull=True).order_by("pk"):
            found[member.alarm_id].append(member)
    return found


def is_over(scene: Scene, alarm: Alarm, left: int) -> bool:
    """A cause made of members is over when less than half of what raised it is `left`. One with a
    condition of its own (a silent gateway, a tripped breaker) ends by that condition alone."""
    try:
        default = declared(alarm.rule)
    except KeyError:
        return not left
    grouping = next((each for each in default.grouping if each.cause == alarm.cause_kind), None)
    if grouping is None:
        return False
    size = scene.size(default, grouping.cause, (alarm.group_id if grouping.cause == "group" else alarm.gateway_id) or 0)
    return left < grouping.least or left < grouping.share * size / 2
