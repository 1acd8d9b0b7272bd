"""Longitude, latitude (EPSG:4490) and metres (EPSG:4545, CGCS2000 3-degree zone of 108 E), both ways."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import Point, Polygon
from pyproj import Transformer

METRIC_CRS = 4545
EARTH_RADIUS = 6_371_008.8
GRAIN_DEG = 1e-9
"""Degrees that stored coordinates are rounded to: a tenth of a millimetre, so that neighbours share their corners exactly."""


@lru_cache(maxsize=8)
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _through(transformer: Transformer, grain: float | None) -> Any:
    def move(xy: np.ndarray) -> np.ndarray:
        x, y = transformer.transform(xy[:, 0], xy[:, 1])
        moved = np.column_stack([x, y])
        return moved if grain is None else np.round(moved / grain) * grain

    return move


def to_degrees(geometry: Any, source: int = METRIC_CRS) -> Any:
    """Shapely geometry, or an array of them, in metres -> degrees, rounded to GRAIN_DEG."""
    return shapely.transform(geometry, _through(_transformer(source, 4490), GRAIN_DEG))


def to_metres(geometry: Any, target: int = METRIC_CRS) -> Any:
    """Shapely geometry, or an array of them, in degrees -> metres."""
    return shapely.transform(geometry, _through(_transformer(4490, target), None))


def metres_between(a: Point, b: Point) -> float:
    """Metres between two places (degrees) of one county, on the sphere."""
    return metres_apart(a.x, a.y, b.x, b.y)


def metres_apart(x: float, y: float, other_x: float, other_y: float) -> float:
    """The same of plain numbers, of which a list of cases has many."""
    east = math.radians(other_x - x) * math.cos(math.radians((y + other_y) / 2))
    return EARTH_RADIUS * math.hypot(east, math.radians(other_y - y))


def box_around(point: Point, metres: float) -> Polygon:
    """The box in degrees that holds everything within so many metres."""
    box = Polygon.from_bbox(edges_around(point.x, point.y, metres))
    box.srid = 4490
    return box


def edges_around(x: float, y: float, metres: float) -> tuple[float, float, float, float]:
    """Its west, south, east and north."""
    north = math.degrees(metres / EARTH_RADIUS)
    east = north / math.cos(math.radians(y))
    return x - east, y - north, x + east, y + north
