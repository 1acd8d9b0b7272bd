"""The ground of the sample county: its outline, rivers and hills. All drawn for this sample; nothing is surveyed.

Metres about the county seat, x east, y north. The town's own drawing (`TOWN`) is scaled about the seat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from chengguan.demo.county_names import TOWNSHIPS
from chengguan.demo.county_shapes import contours, crooked, generator, lattice_noise, ribbon, rounded, smooth, wander

AREA_KM2 = 2450.0
TOWN = 0.8
OUTLINE_KM = (
    (-21, -15), (-24, -7), (-25, 1), (-23, 8), (-18, 14), (-17, 21), (-10, 23), (-7, 29), (-6, 37), (-1, 43), (6, 40), (12, 42),
    (17, 46), (24, 44), (28, 37), (25, 30), (29, 25), (29, 17), (23, 13), (25, 7), (24, 2), (30, -1), (31, -8), (25, -12), (20, -10),
    (17, -17), (10, -20), (7, -24), (2, -22), (-2, -28), (-9, -27), (-13, -21),
)  # fmt: skip
RIVER = (
    (-4500, -26500), (-2600, -22500), (300, -19500), (1100, -15500), (-1800, -12800), (-5600, -11600), (-8600, -8800), (-8200, -5200),
    (-6000, -3300), (-4600, -2500), (-3500, -2150), (-2700, -1550), (-2150, -850), (-1400, -600), (-650, -900), (150, -1180),
    (900, -960), (1360, -330), (1480, 380), (1960, 1020), (2800, 1220), (3650, 1600), (4600, 2500), (6800, 3500), (9000, 6300),
    (10800, 9600), (9600, 13800), (11700, 17800), (14800, 21800), (14200, 27800), (16200, 33300), (19600, 37300), (23200, 39800), (31000, 41500),
)  # fmt: skip
TRIBUTARY = (
    (-14200, 15200), (-11200, 11800), (-9300, 7900), (-6700, 5600), (-4500, 3900), (-3100, 3050), (-2250, 2300), (-1850, 1500),
    (-1250, 1000), (-760, 420), (-640, -180), (-480, -620), (-330, -1010),
)  # fmt: skip
STREAMS = (
    ((-19600, 4300), (-16800, 800), (-13500, -1400), (-10600, -2600), (-8300, -5200)),
    ((-17000, -12900), (-14200, -11800), (-11200, -10200), (-8600, -8900)),
    ((13000, -14600), (10600, -10200), (9600, -5200), (8200, -700), (7300, 1800), (6800, 3500)),
    ((900, 13200), (3700, 11600), (6900, 10100), (10800, 9600)),
    ((27000, -7600), (22600, -4700), (18500, -3300), (15600, 400), (14100, 5600), (10900, 9600)),
    ((3200, 24500), (7600, 22800), (11600, 21300), (14800, 21800)),
    ((900, 37000), (5600, 33300), (9600, 31600), (14300, 28000)),
    ((25400, 20200), (21600, 20500), (18200, 22800), (14800, 21800)),
)


def town(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """The town's drawing at its size: shrunk near the seat, unchanged far away."""
    moved = []
    for x, y in points:
        far = np.hypot(x, y)
        share = TOWN + (1 - TOWN) * np.clip((far - 5500) / 5000, 0, 1)
        moved.append((x * share, y * share))
    return tuple(moved)


@dataclass
class Ground:
    outline: Polygon
    river_line: np.ndarray
    river: Polygon
    tributary_line: np.ndarray
    tributary: Polygon
    water: BaseGeometry
    streams: list[LineString]
    hills: list[tuple[int, Polygon]]
    fields: list[tuple[str, Polygon]]


def _outline(seed: int) -> Polygon:
    rng = generator(seed, "outline")
    corners = np.asarray(OUTLINE_KM, dtype=float) * 1000
    ring = np.vstack([crooked(a, b, rng, 0.16, 180)[:-1] for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)])
    shape = max(shapely.get_parts(shapely.make_valid(Polygon(ring))), key=lambda part: part.area)
    grown = np.sqrt(AREA_KM2 * 1e6 / shape.area)
    return Polygon(np.asarray(shape.exterior.coords) * grown)


def _waters(seed: int) -> tuple[np.ndarray, Polygon, np.ndarray, Polygon]:
    rng = generator(seed, "river")
    line = wander(smooth(town(RIVER), 22), rng, 16, 900)
    far = np.clip((np.hypot(line[:, 0], line[:, 1]) - 4500) / 4000, 0, 1)[:, None]
    line = line * (1 - far) + wander(line, rng, 330, 4300) * far
    along = np.arange(len(line))
    width = 74 + 14 * np.sin(along / 31) + 10 * np.sin(along / 12.7 + 1) + 34 * np.clip(along / len(line) - 0.35, 0, 1)
    side_line = wander(smooth(town(TRIBUTARY), 16), rng, 10, 600)
    side = np.arange(len(side_line))
    side_width = 20 + 9 * side / len(side) + 3 * np.sin(side / 9)
    return line, ribbon(line, width), side_line, ribbon(side_line, side_width)


def _hills(seed: int, outline: Polygon, lines: list[np.ndarray]) -> list[tuple[int, Polygon]]:
    """Ridges from south-west to north-east as the region has them, low along rivers, by the town and by the township seats."""
    rng = generator(seed, "hills")
    west, south, east, north = outline.buffer(1500).bounds
    x, y = np.arange(west, east, 330.0), np.arange(south, north, 330.0)
    gx, gy = np.meshgrid(x, y)
    c, s = np.cos(np.radians(52)), np.sin(np.radians(52))
    along, across = gx * c + gy * s, -gx * s + gy * c
    ridge = 1 - np.abs(2 * lattice_noise(along / 2.8, across, 3100, rng, 3) - 1)
    height = 0.5 * lattice_noise(along / 2.2, across, 1900, rng, 4) + 0.5 * ridge**1.6
    spots = shapely.points(np.column_stack([gx.ravel(), gy.ravel()]))
    shapely.prepare(spots)
    valley = np.full(gx.size, np.inf)
    for index, line in enumerate(lines):
        reach = 1300.0 if index == 0 else 650.0
        valley = np.minimum(valley, shapely.distance(spots, LineString(line).simplify(60)) / reach)
    wide = 0.55 + 0.9 * lattice_noise(gx, gy, 2600, rng, 2)
    flat = 1 - 0.95 * np.exp(-((valley.reshape(gx.shape) / wide) ** 2) / 2)
    basin = 1 - 0.95 * np.exp(-(((gx / 5200) ** 2 + (gy / 4300) ** 2) ** 1.6))
    for place in TOWNSHIPS[4:]:
        sx, sy = place.seat_km[0] * 1000, place.seat_km[1] * 1000
        basin *= 1 - 0.8 * np.exp(-((gx - sx) ** 2 + (gy - sy) ** 2) / (2 * 1300.0**2))
    height = height * flat * basin
    # the wooded hill that stands over the town from the south
    height = np.maximum(height, 0.72 * np.exp(-(((gx - 750) / 1150) ** 2 + ((gy + 2420) / 560) ** 2)))
    bands = []
    for klass, level in enumerate((0.27, 0.4, 0.52, 0.62), start=1):
        for shape in contours(height, x, y, level):
            soft = shapely.intersection(rounded(shape), outline)
            bands += [(klass, part) for part in shapely.get_parts(soft) if part.geom_type == "Polygon" and part.area > 60_000]
    return bands


def _fields(seed: int, outline: Polygon, keep_off: BaseGeometry) -> list[tuple[str, Polygon]]:
    """Paddies and copses in the basin about the town, so that the plain is not bare."""
    rng = generator(seed, "fields")
    x, y = np.arange(-11000.0, 11000.0, 130.0), np.arange(-8500.0, 8500.0, 130.0)
    gx, gy = np.meshgrid(x, y)
    fade = np.clip(1.25 - np.hypot(gx / 11000, gy / 8500) ** 3, 0, 1)
    found = []
    for klass, cell, level in (("farmland", 620.0, 0.55), ("forest", 430.0, 0.66)):
        for shape in contours(lattice_noise(gx, gy, cell, rng, 3) * fade, x, y, level):
            left = shapely.difference(shapely.intersection(rounded(shape, 1), outline), keep_off)
            found += [(klass, part) for part in shapely.get_parts(left) if part.geom_type == "Polygon" and part.area > 12_000]
    return found


def ground(seed: int) -> Ground:
    """The county's outline (about 2,450 km2), its river and tributary as bands, streams and hills."""
    outline = _outline(seed)
    river_line, river, side_line, side = _waters(seed)
    rng = generator(seed, "streams")
    brooks = [wander(smooth(points, 45), rng, 45, 1700) for points in STREAMS]
    water = shapely.intersection(shapely.union_all([river, side]), outline)
    streams = []
    for brook in brooks:
        clipped = shapely.difference(shapely.intersection(LineString(brook), outline), water)
        streams += [part for part in shapely.get_parts(clipped) if part.length > 200]
    hills = _hills(seed, outline, [river_line, side_line, *brooks])
    fields = _fields(seed, outline, shapely.union_all([water.buffer(25), *(shape for klass, shape in hills if klass == 2)]))
    return Ground(outline, river_line, river, side_line, side, water, streams, hills, fields)
