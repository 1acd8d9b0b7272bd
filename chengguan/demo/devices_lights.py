"""7,641 lamps along the streets, circuits of 20 to 60 lamps, cabinets with a gateway each."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.contrib.gis.geos import Point
from django.utils import timezone

from chengguan.demo.keys import password_hash
from chengguan.people.selectors import responsible_department
from chengguan.places.selectors import StreetPoint, street_points
from chengguan.things.models import Component, Device, Gateway, Group
from chengguan.things.services import issue_component_codes

SUBSYSTEM = "street_lights"
LAMPS = 7641
LAMP_CLASS, CABINET_CLASS = "01037", "01060"
STORY_ROAD, STORY_CABINET, STORY_LAMP = "渝秀大道", 12, 4711
SEAT = (108.9916, 28.4482)

STREETS = {  # class: (metres between poles, which sides, rated watts, pole metres)
    "arterial": (32, "both", 240, 12),
    "primary": (32, "both", 180, 10),
    "ring": (40, "alternate", 180, 10),
    "secondary": (34, "alternate", 120, 9),
    "tertiary": (36, "alternate", 90, 8),
    "lane": (38, "alternate", 50, 5),
    "county": (45, "left", 90, 8),
    "village": (50, "left", 50, 6),
}


@dataclass
class Circuit:
    road: str
    klass: str
    points: list[StreetPoint]
    number: int = 0


@dataclass
class Cabinet:
    circuits: list[Circuit] = field(default_factory=list)

    @property
    def road(self) -> str:
        return self.circuits[0].road

    @property
    def place(self) -> StreetPoint:
        """Where it stands: by the middle of what it feeds."""
        points = [point for circuit in self.circuits for point in circuit.points]
        return points[len(points) // 2]


def load(share: float = 1.0) -> None:
    rng = random.Random(20260701)
    cabinets = number_cabinets(list(arrange(points(int(LAMPS * share)))))
    owner, _ = responsible_department(LAMP_CLASS)
    common = {"owner": owner, "maintainer": owner, "authority": owner, "synthetic": True, "data_source": "示例数据"}
    gateways = make_gateways(cabinets, common)
    groups = make_groups(cabinets, gateways)
    make_lamps(cabinets, gateways, groups, common, rng)


def points(count: int) -> list[tuple[str, str, StreetPoint]]:
    """The places of `count` lamps, main roads first; poles stand closer when the town is too small for so many."""
    for closer in (1.0, 0.85, 0.7, 0.55, 0.4, 0.3):
        found: list[StreetPoint] = []
        for klass, (spacing, sides, _, _) in STREETS.items():
            found += street_points(spacing * closer, klass, sides)
            if len(found) >= count:
                break
        if len(found) >= count:
            break
    return [(point.road, point.klass, point) for point in found[:count]]


def arrange(lamps: list[tuple[str, str, StreetPoint]]) -> Iterator[Cabinet]:
    """Neighbours along a road share a circuit, up to four neighbouring circuits a cabinet."""
    roads: dict[tuple[str, str], list[StreetPoint]] = {}
    for road, klass, point in lamps:
        roads.setdefault((klass, road), []).append(point)
    waiting: list[Circuit] = []
    for (klass, road), along in roads.items():
        pieces = max(1, round(len(along) / 40))
        size = -(-len(along) // pieces)
        circuits = [Circuit(road, klass, along[at : at + size]) for at in range(0, len(along), size)]
        if len(along) < 20:  # a short street hangs on its neighbour's cabinet, and on its circuit while that is small
            if waiting and len(waiting[-1].points) + len(along) <= 45:
                waiting[-1].points += along
            else:
                waiting += circuits
        else:
            for at in range(0, len(circuits), 3):
                yield Cabinet(circuits[at : at + 3])
        while len(waiting) > 4:
            yield Cabinet(waiting[:4])
            waiting = waiting[4:]
    if waiting:
        yield Cabinet(waiting)


def number_cabinets(cabinets: list[Cabinet]) -> list[Cabinet]:
    """In order, but the cabinet of the story (two circuits or more, on its road, nearest the centre) has its number."""
    candidates = [c for c in cabinets if c.road == STORY_ROAD and len(c.circuits) > 1] or [c for c in cabinets if len(c.circuits) > 1]
    if candidates and len(cabinets) >= STORY_CABINET:
        chosen = min(candidates, key=lambda c: (c.place.lon - SEAT[0]) ** 2 + (c.place.lat - SEAT[1]) ** 2)
        at = next(n for n, cabinet in enumerate(cabinets) if cabinet is chosen)
        cabinets[at], cabinets[STORY_CABINET - 1] = cabinets[STORY_CABINET - 1], cabinets[at]
    for cabinet in cabinets:
        for number, circuit in enumerate(cabinet.circuits, 1):
            circuit.number = number
    return cabinets


def make_gateways(cabinets: list[Cabinet], common: dict) -> list[Gateway]:
    components = [
        Component(
            code=code, class_code=CABINET_CLASS, name="路灯配电箱", label=f"C-{n:03d}", point=Point(c.place.lon, c.place.lat, srid=4490),
            attributes={"road": c.road}, **common,
        )
        for n, (c, code) in enumerate(zip(cabinets, issue_component_codes(CABINET_CLASS, len(cabinets)), strict=True), 1)
    ]  # fmt: skip
    Component.objects.bulk_create(components)
    gateways = [
        Gateway(
            key=f"C-{n:03d}", name=f"{n}号控制箱", subsystem=SUBSYSTEM, point=component.point, component=component,
            password_hash=password_hash(f"C-{n:03d}"), key_issued_at=timezone.now(),
        )
        for n, component in enumerate(components, 1)
    ]  # fmt: skip
    Gateway.objects.bulk_create(gateways)
    Device.objects.bulk_create(
        Device(
            subsystem=SUBSYSTEM, key=gateway.key, model="cabinet_controller", name=f"{gateway.name}集中控制器", component=gateway.component,
            gateway=gateway, installed_on=dt.date(2024, 5, 1),
        )
        for gateway in gateways
    )  # fmt: skip
    return gateways


def make_groups(cabinets: list[Cabinet], gateways: list[Gateway]) -> dict[tuple[int, int], Group]:
    groups = {
        (n, circuit.number): Group(
            subsystem=SUBSYSTEM, kind="circuit", key=f"{gateway.key}-{circuit.number}", name=f"{gateway.name}{circuit.number}回路",
            gateway=gateway, attributes={"road": circuit.road, "klass": circuit.klass},
        )
        for n, (cabinet, gateway) in enumerate(zip(cabinets, gateways, strict=True), 1)
        for circuit in cabinet.circuits
    }  # fmt: skip
    Group.objects.bulk_create(groups.values())
    Device.objects.bulk_create(
        Device(
            subsystem=SUBSYSTEM, key=group.key, model="circuit_meter", name=f"{group.name}控制器", component=group.gateway.component,
            gateway=group.gateway, group=group, installed_on=dt.date(2024, 5, 1),
        )
        for group in groups.values()
        if group.gateway
    )  # fmt: skip
    return groups


def make_lamps(
    cabinets: list[Cabinet], gateways: list[Gateway], groups: dict[tuple[int, int], Group], common: dict, rng: random.Random
) -> None:
    places = [
        (n, circuit, point)
        for n, cabinet in enumerate(cabinets, 1)
        for circuit in cabinet.circuits
        for point in circuit.points
    ]
    numbers = list(range(1, len(places) + 1))
    story = next((at for at, (n, circuit, _) in enumerate(places) if n == STORY_CABINET and circuit.number == 2), None)
    if story is not None and len(places) >= STORY_LAMP:
        middle = story + len(places[story][1].points) // 2
        numbers[middle], numbers[STORY_LAMP - 1] = numbers[STORY_LAMP - 1], numbers[middle]
    components, watts = [], []
    for number, code, (n, circuit, point) in zip(numbers, issue_component_codes(LAMP_CLASS, len(places)), places, strict=True):
        _, _, rated, pole = STREETS[circuit.klass]
        watts.append(rated)
        attributes = {"road": point.road, "side": point.side, "rated_w": rated, "pole_m": pole, "light_source": "LED"}
        components.append(
            Component(
                code=code, class_code=LAMP_CLASS, name="路灯", label=f"L-{number:06d}", point=Point(point.lon, point.lat, srid=4490),
                first_date=dt.date(rng.randint(2016, 2024), rng.randint(1, 12), 1),
                attributes={**attributes, "cabinet": f"C-{n:03d}", "circuit": circuit.number}, **common,
            )
        )  # fmt: skip
    Component.objects.bulk_create(components, batch_size=2000)
    Device.objects.bulk_create(
        (
            Device(
                subsystem=SUBSYSTEM, key=component.label, model="lamp_controller", name=f"路灯 {component.label}", component=component,
                gateway=gateways[n - 1], group=groups[n, circuit.number], installed_on=component.first_date, attributes={"rated_w": rated},
            )
            for component, rated, (n, circuit, _) in zip(components, watts, places, strict=True)
        ),
        batch_size=2000,
    )  # fmt: skip
