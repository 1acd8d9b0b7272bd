"""An alarm about to be raised, and what must be known of the subjects of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.contrib.gis.geos import Point
from django.db.models import Count

from chengguan import registry
from chengguan.alarms.conditions import Transition
from chengguan.alarms.models import SRID, Alarm, AlarmMember, Rule
from chengguan.alarms.selectors import declared
from chengguan.alarms.services import moving, words
from chengguan.things.models import Device, Gateway

LOCK_GROUP, LOCK_GATEWAY = 71, 72


@dataclass
class Scene:
    """Everything needed to know about the subjects of a batch, read once."""

    rules: dict[str, Rule]
    defaults: dict[str, registry.Rule]
    devices: dict[int, Device] = field(default_factory=dict)
    gateways: dict[int, Gateway] = field(default_factory=dict)
    sizes: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def add(self, transitions: Iterable[Transition]) -> None:
        """Read the rules, devices and gateways of more transitions."""
        transitions = list(transitions)
        slugs = {t.rule for t in transitions} - self.defaults.keys()
        for slug in slugs:
            try:
                self.defaults[slug] = declared(slug)
            except KeyError:  # the trade is no longer present; its alarms can still return
                continue
        self.rules |= {rule.slug: rule for rule in Rule.objects.filter(slug__in=slugs & self.defaults.keys())}
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
        self.count(rule, cause, {key})
        return self.sizes[rule.slug, cause, key]

    def count(self, rule: registry.Rule, cause: str, keys: Iterable[int]) -> None:
        """Know the sizes of several causes with one question."""
        unknown = {key for key in keys if (rule.slug, cause, key) not in self.sizes}
        if not unknown:
            return
        members = Device.objects.filter(enabled=True, **{f"{cause}__in": unknown})
        if rule.models:
            members = members.filter(model__in=rule.models)
        found = dict(members.order_by().values_list(cause).annotate(n=Count("pk")))
        self.sizes |= {(rule.slug, cause, key): found.get(key, 0) for key in unknown}


def look(transitions: Sequence[Transition]) -> Scene:
    """Read the scene of a batch."""
    scene = Scene({}, {})
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
