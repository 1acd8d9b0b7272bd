"""Evenly spaced points along the kerbs of the county's streets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from chengguan.places.models import BaseFeature
from chengguan.places.projection import to_degrees, to_metres

WIDTH_M = {"expressway": 26, "arterial": 44, "primary": 32, "secondary": 24, "tertiary": 14, "lane": 6, "ring": 32, "county": 9, "village": 5}
"""Metres from kerb to kerb by class of road."""


@dataclass(frozen=True)
class StreetPoint:
    """A place on the kerb: degrees, the road's name and class, side as one walks with the road's direction,
    bearing of the road there (degrees clockwise from north), metres from the road's beginning."""

    lon: float
    lat: float
    road: str
    klass: str
    side: str
    bearing: float
    along_m: float


def street_points(spacing: float, klass: str | None = None, sides: str = "both", setback: float = 1.2) -> Iterator[StreetPoint]:
    """Points every `spacing` metres along the named streets (of one class, or of all), in a fixed order:
    by class, name, distance; left and right opposite each other ("both"), by turns ("alternate") or one ("left", "right")."""
    roads = BaseFeature.objects.filter(kind=BaseFeature.Kind.ROAD).exclude(name="").order_by("rank", "name", "id")
    if klass:
        roads = roads.filter(klass=klass)
    for road in roads:
        lines = to_metres(shapely.from_wkb(bytes(road.geom.wkb)))
        half = WIDTH_M.get(road.klass, 10) / 2 + setback
        begun = 0.0
        for line in getattr(lines, "geoms", [lines]):
            yield from _along(line, road.name, road.klass, spacing, sides, half, begun)
            begun += line.length


def _along(
    line: shapely.LineString, name: str, klass: str, spacing: float, sides: str, half: float, begun: float
) -> Iterator[StreetPoint]:
    distances = np.arange(spacing / 2, line.length, spacing)
    if not len(distances):
        return
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, distances))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(distances + 1, line.length)))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(distances - 1, 0)))
    way = ahead - behind
    way /= np.hypot(way[:, 0], way[:, 1])[:, None]
    normal = np.column_stack([-way[:, 1], way[:, 0]])  # to the left
    kerbs = {
        side: shapely.get_coordinates(to_degrees(shapely.points(here + sign * half * normal)))
        for side, sign in (("left", 1.0), ("right", -1.0))
    }
    bearings = np.degrees(np.arctan2(way[:, 0], way[:, 1])) % 360
    for i, distance in enumerate(distances):
        wanted = ("left", "right") if sides == "both" else (("left", "right")[i % 2],) if sides == "alternate" else (sides,)
        for side in wanted:
            lon, lat = kerbs[side][i]
            yield StreetPoint(float(lon), float(lat), name, klass, side, float(bearings[i]), float(begun + distance))
