"""Run inside a town's Django: doors along its streets, so that a report's address is found among as many as a county has."""

from __future__ import annotations

from django.contrib.gis.geos import Point
from laid_words import PLACES

from chengguan.places.models import Address, Area
from chengguan.places.spelling import initials_of, pinyin_of

WEST, SOUTH = 108.97, 28.435
DOORS = 400
BETWEEN, APART = 0.0001, 0.0022
"""Degrees from door to door, and from street to street."""


def lay_addresses() -> None:
    community = Area.objects.filter(level="community").order_by("code").first()
    rows = []
    for street, road in enumerate(PLACES):
        sound, letters = pinyin_of(road), initials_of(road)
        for number in range(1, DOORS):
            rows.append(
                Address(
                    kind="door", name=f"{road}{number}号", full=f"中和街道{road}{number}号", pinyin=f"{sound}{number}hao", initials=f"{letters}{number}h",
                    road=road, number=number, community=community, point=Point(WEST + number * BETWEEN, SOUTH + street * APART, srid=4490),
                )
            )  # fmt: skip
    Address.objects.bulk_create(rows, batch_size=2000)
