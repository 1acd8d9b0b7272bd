"""1,000 manhole covers: most behind 100 radio gateways of our own, some with LoRaWAN tags."""

from __future__ import annotations

import datetime as dt
import random

from django.contrib.gis.geos import Point
from django.utils import timezone

from chengguan.demo.keys import password_hash
from chengguan.people.selectors import responsible_department
from chengguan.places.selectors import StreetPoint, street_points
from chengguan.things.models import Component, Device, Gateway
from chengguan.things.services import issue_component_codes

SUBSYSTEM = "manholes"
COVERS, GATEWAYS, LORAWAN = 1000, 100, 100
STORY_GATEWAY, STORY_COVER = 7, 123
APPLICATION = "17c82e96-be03-4f38-aef3-f83d48582d97"
"""Id of the ChirpStack application, the one of ChirpStack's own documentation; its account has the same name."""
FIRST_TAG = "0101010101010101"

CLASSES = (  # class, name, how many of a hundred
    ("01002", "污水井盖", 32),
    ("01003", "雨水井盖", 30),
    ("01001", "供水井盖", 10),
    ("01007", "通信井盖", 10),
    ("01005", "电力井盖", 8),
    ("01011", "燃气井盖", 6),
    ("01006", "路灯井盖", 4),
)


def load(share: float = 1.0) -> None:
    rng = random.Random(20260702)
    count = int(COVERS * share)
    places = points(count)
    components = make_components(places, rng)
    own = count - int(LORAWAN * share)
    make_radio(components[:own], max(1, int(GATEWAYS * share)))
    make_lorawan(components[own:])


def points(count: int) -> list[StreetPoint]:
    """In the carriageway, main roads first."""
    for spacing in (70, 55, 40, 28, 18, 10, 6):
        found: list[StreetPoint] = []
        for klass in ("arterial", "primary", "secondary", "tertiary"):
            found += street_points(spacing, klass, "alternate", setback=-3.5)
        if len(found) >= count:
            break
    every = max(1, len(found) // count) if count else 1
    return found[::every][:count]


def make_components(places: list[StreetPoint], rng: random.Random) -> list[Component]:
    kinds = rng.choices([(code, name) for code, name, _ in CLASSES], [weight for _, _, weight in CLASSES], k=len(places))
    if len(kinds) >= STORY_COVER:
        kinds[STORY_COVER - 1] = ("01002", "污水井盖")
    codes = {code: iter(issue_component_codes(code, sum(kind[0] == code for kind in kinds))) for code, _, _ in CLASSES if any(k[0] == code for k in kinds)}
    owners = {code: responsible_department(code)[0] for code in codes}
    components = [
        Component(
            code=next(codes[code]), class_code=code, name=name, label=f"MH-{n:06d}", point=Point(place.lon, place.lat, srid=4490),
            owner=owners[code], maintainer=owners[code], authority=owners[code], synthetic=True, data_source="示例数据",
            first_date=dt.date(rng.randint(2012, 2024), rng.randint(1, 12), 1),
            attributes={"road": place.road, "material": "球墨铸铁", "shape": "圆形", "depth_cm": rng.choice([180, 220, 260, 320])},
        )
        for n, ((code, name), place) in enumerate(zip(kinds, places, strict=True), 1)
    ]  # fmt: skip
    Component.objects.bulk_create(components, batch_size=1000)
    return components


def make_radio(components: list[Component], gateways: int) -> None:
    """Neighbours share a gateway; the one that hears the story's cover has its number."""
    size = -(-len(components) // gateways)
    chunks = [components[at : at + size] for at in range(0, len(components), size)]
    at = (STORY_COVER - 1) // size
    if at < len(chunks) and len(chunks) >= STORY_GATEWAY:
        chunks[at], chunks[STORY_GATEWAY - 1] = chunks[STORY_GATEWAY - 1], chunks[at]
    made = [
        Gateway(
            key=f"MG-{n:03d}", name=f"{n}号井盖网关", subsystem=SUBSYSTEM, point=chunk[len(chunk) // 2].point,
            password_hash=password_hash(f"MG-{n:03d}"), key_issued_at=timezone.now(),
        )
        for n, chunk in enumerate(chunks, 1)
    ]  # fmt: skip
    Gateway.objects.bulk_create(made)
    Device.objects.bulk_create(
        Device(
            subsystem=SUBSYSTEM, key=component.label, model="radio_tag", name=f"{component.name} {component.label}", component=component,
            gateway=gateway, installed_on=dt.date(2025, 9, 1), attributes={"depth_cm": component.attributes["depth_cm"]},
        )
        for gateway, chunk in zip(made, chunks, strict=True)
        for component in chunk
    )  # fmt: skip


def make_lorawan(components: list[Component]) -> None:
    gateway = Gateway.objects.create(
        key=APPLICATION, name="ChirpStack 井盖应用", kind=Gateway.Kind.CHIRPSTACK, subsystem=SUBSYSTEM, applications=[APPLICATION],
        password_hash=password_hash(APPLICATION),
        key_issued_at=timezone.now(),
    )
    keys = [FIRST_TAG, *(f"24e124136d{n:06x}" for n in range(1, len(components)))]
    Device.objects.bulk_create(
        Device(
            subsystem=SUBSYSTEM, key=key, model="lorawan_tag", name=f"{component.name} {component.label}", component=component,
            gateway=gateway, installed_on=dt.date(2025, 9, 1), attributes={"depth_cm": component.attributes["depth_cm"]},
        )
        for key, component in zip(keys, components, strict=False)
    )  # fmt: skip
