"""What has one cause is one alarm: devices of a dark circuit, covers behind a silent gateway.

A device's alarm joins a cause that already stands; failing that, enough of them within a short
time become one alarm of their group or gateway; otherwise it stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.contrib.gis.geos import Point
from django.db.models import Count, Q

from chengguan import registry
from chengguan.alarms.conditions import Transition
from chengguan.alarms.models import SRID, Alarm, AlarmMember, Rule
from chengguan.alarms.selectors import declared
from chengguan.alarms.services import moving, words
from chengguan.registry import Grouping
from chengguan.things.models import Device, Gateway

LOCK_GROUP, LOCK_GATEWAY = 71, 72
PATIENCE_S = 600.0


@dataclass
class Scene:
    """Everything needed to know about the subjects of a batch, read once."""

    rules: dict[str, Rule]
    defaults: dict[str, registry.Rule]
    devices: dict[int, Device] = field(default_factory=dict)
    gateways: dict[int, Gateway] = field(default_factory=dict)
    sizes: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def add(self, transitions: Iterable[Transition]) -> None:
        """Read the devices and gateways of more transitions."""
        transitions = list(transitions)
        devices = {t.id for t in transitions if t.subject == "device"} - self.devices.keys()
        if devices:
            self.devices |= Device.objects.select_related("component", "group", "gateway__component").in_bulk(devices)
        gateways = {t.id for t in transitions if t.subject == "gateway"} - self.gateways.keys()
        if gateways:
            self.gateways |= Gateway.objects.select_related("component").in_bulk(gateways)

    def causes(self) -> set[tuple[int, int]]:
        """Lock keys of every group and gateway touched."""
        found = {(LOCK_GATEWAY, gateway) for gateway in self.gateways}
        for device in self.devices.values():
            found.add((LOCK_GATEWAY, device.gateway_id))
            if device.group_id:
                found.add((LOCK_GROUP, device.group_id))
        return found

    def size(self, rule: registry.Rule, cause: str, key: int) -> int:
        """How many enabled devices of that cause the rule applies to."""
        index = (rule.slug, cause, key)
        if index not in self.sizes:
            members = Device.objects.filter(enabled=True, **{f"{cause}_id": key})
            if rule.models:
                members = members.filter(model__in=rule.models)
            self.sizes[index] = members.aggregate(n=Count("pk"))["n"]
        return self.sizes[index]


def look(transitions: Sequence[Transition]) -> Scene:
    """Read the scene of a batch."""
    defaults = {}
    for slug in {t.rule for t in transitions}:
        try:
            defaults[slug] = declared(slug)
        except KeyError:  # the trade is no longer present; its alarms can still return
            continue
    scene = Scene({rule.slug: rule for rule in Rule.objects.filter(slug__in=defaults)}, defaults)
    scene.add(transitions)
    return scene


def knows(scene: Scene, transition: Transition) -> bool:
    """Whether rule and subject still exist."""
    subjects = scene.gateways if transition.subject == "gateway" else scene.devices
    return transition.rule in scene.rules and transition.id in subjects


@dataclass
class Raise:
    """An alarm about to be raised: of one subject, or of a cause with its members."""

    scene: Scene
    rule: Rule
    default: registry.Rule
    transition: Transition
    kind: str
    cause_key: str
    name: str
    severity: int
    settle_s: float
    device: Device | None = None
    gateway: Gateway | None = None
    parts: list[Transition] = field(default_factory=list)
    opened: Alarm | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.rule.slug, self.kind, self.cause_key

    @property
    def explains(self) -> Sequence[str]:
        return self.default.explains

    @property
    def text(self) -> str:
        return words.describe(self.rule, self.default, self.transition, self.device, self.gateway, len(self.parts))

    def alarm(self, now: datetime) -> Alarm:
        """The row, not yet saved."""
        place = self._place()
        return Alarm(
            rule=self.rule.slug,
            subsystem=self.rule.subsystem,
            name=self.name,
            cause_kind=self.kind,
            cause_key=self.cause_key,
            device=self.device if self.kind == "device" else None,
            group_id=self.device.group_id if self.device and self.kind != "gateway" else None,
            gateway_id=self.gateway.pk if self.gateway else (self.device.gateway_id if self.device else None),
            component=place,
            point=self._point(place),
            unit_grid_id=place.unit_grid_id if place else self._grid(),
            address=place.address if place else self._address(),
            severity=self.severity,
            scale=self.default.scale,
            matter=place.class_code if place and self._is_ours(place.class_code) else self.default.matter,
            text=self.text[:300],
            value=self.transition.value,
            limit=self.transition.limit,
            raised_at=now,
            reading_at=datetime.fromtimestamp(self.transition.since / 1000, UTC),
            auto_register=self.rule.auto_register,
            settle_due=moving.settles(now, self.settle_s),
        )

    def members(self, alarm: Alarm, now: datetime) -> list[AlarmMember]:
        return [
            AlarmMember(alarm=alarm, device_id=part.id, rule=part.rule, since=datetime.fromtimestamp(part.since / 1000, UTC), value=part.value)
            for part in self.parts
        ]

    def _place(self):  # type: ignore[no-untyped-def]
        if self.kind == "device" and self.device:
            return self.device.component
        return self.gateway.component if self.kind == "gateway" and self.gateway else None

    def _components(self):  # type: ignore[no-untyped-def]
        devices = [self.scene.devices[part.id] for part in self.parts if part.id in self.scene.devices]
        return [device.component for device in devices if device.component]

    def _point(self, place) -> Point | None:  # type: ignore[no-untyped-def]
        if place is not None:
            return place.point
        if self.gateway is not None and self.gateway.point is not None:
            return self.gateway.point
        points = [component.point for component in self._components()]
        if not points:
            return None
        middle = Point(sum(p.x for p in points) / len(points), sum(p.y for p in points) / len(points), srid=SRID)
        return min(points, key=lambda p: p.distance(middle))  # a real place on the street, not a point between two

    def _grid(self) -> int | None:
        point = self._point(None)
        return next((c.unit_grid_id for c in self._components() if point is not None and c.point == point), None)

    def _address(self) -> str:
        point = self._point(None)
        return next((c.address for c in self._components() if point is not None and c.point == point), "")

    def _is_ours(self, class_code: str) -> bool:
        present = registry.present().get(self.rule.subsystem)
        return present is not None and class_code in present.manifest.component_classes


def wanted(scene: Scene, transition: Transition, patience_s: float = 0.0) -> Raise:
    """The alarm of one subject by itself."""
    rule, default = scene.rules[transition.rule], scene.defaults[transition.rule]
    device = scene.devices.get(transition.id) if transition.subject == "device" else None
    gateway = scene.gateways.get(transition.id) if transition.subject == "gateway" else None
    return Raise(
        scene=scene,
        rule=rule,
        default=default,
        transition=transition,
        kind=transition.subject,
        cause_key=device.key if device else gateway.key if gateway else str(transition.id),
        name=rule.name,
        severity=rule.severity,
        settle_s=max(rule.settle_s, patience_s),
        device=device,
        gateway=gateway,
    )


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
    return explained and (same_group if alarm.cause_kind != "gateway" else alarm.gateway_id == device.gateway_id)


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
    elif into.group_id:
        which = Q(rule__in=cause.explains, group_id=into.group_id)
    else:
        return []
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
