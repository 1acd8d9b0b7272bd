"""Outside the town: roads between the townships, their main streets, villages and houses. Made up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from chengguan.demo import county_names as names
from chengguan.demo.county_areas import Partition
from chengguan.demo.county_blocks import Building
from chengguan.demo.county_ground import Ground
from chengguan.demo.county_shapes import crooked, generator, smooth, wander
from chengguan.demo.county_streets import Street, Streets


@dataclass
class Country:
    roads: list[Street]
    houses: list[Building]
    villages: list[tuple[str, Polygon]]
    seats: list[tuple[str, Polygon]]


def _between(a: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> LineString:
    rough = crooked(a, b, rng, 0.11, 1300)
    return LineString(smooth([tuple(point) for point in rough], 70))


def _county_roads(seed: int, land: Ground, town: Streets) -> list[Street]:
    """Each township seat joined to the nearest that is already joined, the town's edge first."""
    rng = generator(seed, "county roads")
    gates = {}
    for street in town.streets:
        if street.klass in {"arterial", "primary"}:
            for end in (street.line.coords[0], street.line.coords[-1]):
                if np.hypot(end[0], end[1]) > 3000:
                    gates[(round(end[0], 2), round(end[1], 2))] = names.COUNTY_NAME[:2]
    ring = next(street.line for street in town.streets if street.klass == "ring")
    roads = []
    for end in list(gates):
        near = ring.interpolate(ring.project(shapely.Point(end)))
        if 30 < near.distance(shapely.Point(end)) < 2500:
            roads.append(Street("", "county", LineString([end, (near.x, near.y)])))
    joined = [(np.array(end), name) for end, name in sorted(gates.items())]
    left = {p.name: np.array(p.seat_km) * 1000 for p in names.TOWNSHIPS[4:]}
    national = {"清溪场街道": "G319", "石耶镇": "G319", "雅江镇": "G319", "洪安镇": "G319", "梅江镇": "G326", "龙池镇": "G326", "溪口镇": "G326"}
    while left:
        _, name, index = min(
            (float(np.hypot(*(spot - known))) * (1.25 if label == names.COUNTY_NAME[:2] else 1.0), name, i)
            for name, spot in left.items()
            for i, (known, label) in enumerate(joined)
        )
        spot, (known, label) = left.pop(name), joined[index]
        line = _between(known, spot, rng)
        roads.append(Street(national.get(name, f"{label[0]}{name[0]}路"), "county", line))
        joined.append((spot, name))
    return roads


def _houses(line: LineString, rng: np.random.Generator, along: float, back: float, miss: float, wet: BaseGeometry) -> list[Building]:
    """Houses on both sides of a street."""
    found: list[Building] = []
    shapes: list[Polygon] = []
    for distance in np.arange(6, line.length - 5, along):
        here, ahead = (np.array(line.interpolate(distance + step).coords[0]) for step in (0, 2))
        way = ahead - here
        if np.hypot(*way) < 1e-6:
            continue
        way /= np.hypot(*way)
        side = np.array([-way[1], way[0]])
        for sign in (-1, 1):
            if rng.random() < miss:
                continue
            w, d = rng.uniform(0.6, 0.95) * along, rng.uniform(8, 13)
            middle = here + side * sign * (back + d / 2 + rng.uniform(0, 2.5))
            corners = [middle + way * w * i / 2 + side * d * j / 2 for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            shape = Polygon(corners)
            if not wet.intersects(shape):
                shapes.append(shape)
                found.append(("house", int(rng.integers(2, 5)), shape))
    if not shapes:
        return []
    tree = shapely.STRtree(shapes)
    a, b = tree.query(shapes, predicate="intersects")
    late = {int(max(i, j)) for i, j in zip(a, b, strict=True) if i != j}
    return [house for index, house in enumerate(found) if index not in late]


def _seat(place: names.Township, roads: list[Street], rng: np.random.Generator, wet: BaseGeometry) -> tuple[list[Street], list[Building], Polygon]:
    """A small market town: the county road as its main street, one or two across."""
    spot = np.array(place.seat_km) * 1000
    nearest = min(roads, key=lambda road: (road.line.distance(shapely.Point(spot)), road.name))
    at = nearest.line.project(shapely.Point(spot))
    a, b = (np.array(nearest.line.interpolate(np.clip(at + d, 0, nearest.line.length)).coords[0]) for d in (-60, 60))
    way = (b - a) / max(np.hypot(*(b - a)), 1e-6)
    side = np.array([-way[1], way[0]])
    short = place.name[:-2] if place.name.endswith("街道") else place.name[:-1]
    size = rng.uniform(230, 420)
    plans = [(f"{short}正街", spot - way * size, spot + way * size), (f"{short}横街", spot - side * size * 0.6 + way * 20, spot + side * size * 0.7)]
    plans += [(f"{short}新街", spot + way * size * 0.45 - side * size * 0.5, spot + way * size * 0.5 + side * size * 0.55)]
    streets, houses = [], []
    for name, start, end in plans:
        line = LineString(wander(smooth([tuple(start), tuple((start + end) / 2 + side * rng.normal(0, 8)), tuple(end)], 20), rng, 5, 400))
        streets.append(Street(name, "village", line))
    for street in streets:
        others = shapely.union_all([s.line for s in streets if s is not street]).buffer(7)
        shapely.prepare(others)
        houses += [h for h in _houses(street.line, rng, 12.5, 7, 0.08, wet) if not others.intersects(h[2])]
    kept: list[Building] = []
    for house in houses:
        if not kept or not shapely.intersects([k[2] for k in kept], house[2]).any():
            kept.append(house)
    outline = shapely.union_all([s.line for s in streets]).buffer(38).buffer(95).buffer(-85)
    return streets, kept, outline


def country(seed: int, land: Ground, town: Streets, areas: Partition) -> Country:
    rng = generator(seed, "country")
    roads = _county_roads(seed, land, town)
    wet = shapely.union_all([land.water, *(stream.buffer(8) for stream in land.streams)]).simplify(2)
    shapely.prepare(town.builtup)
    shapely.prepare(wet)
    found = Country(list(roads), [], [], [])
    for place in names.TOWNSHIPS[4:]:
        streets, houses, outline = _seat(place, roads, rng, wet)
        found.roads += streets
        found.houses += houses
        found.seats.append((place.name, outline))
    trunk = shapely.union_all([road.line.simplify(25) for road in roads])
    hills = shapely.union_all([shape for klass, shape in land.hills if klass >= 3])
    shapely.prepare(hills)
    for community in areas.communities:
        if community.urban or community.code.endswith("001"):
            continue
        for hamlet in range(2):
            spot = _low_spot(community.shape, town, hills, wet, trunk, rng)
            if spot is None:
                continue
            angle = rng.uniform(0, np.pi)
            way = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(60, 130)
            bow = rng.normal(0, 14, 2)
            line = LineString(smooth([tuple(spot - way), tuple(spot + bow), tuple(spot + way)], 15))
            to = shapely.shortest_line(line, trunk)
            found.roads.append(Street(f"{community.name[:-1]}村道" if hamlet == 0 else "", "village", line))
            if 20 < to.length < 2600:
                start, end = np.asarray(to.coords)
                found.roads.append(Street("", "village", LineString(smooth([tuple(p) for p in crooked(start, end, rng, 0.12, 280)], 40))))
            houses = _houses(line, rng, 15, 5, 0.35, wet)
            found.houses += houses
            found.villages.append((community.name if hamlet == 0 else "", line.buffer(32, quad_segs=4)))
    return found


def _low_spot(shape: BaseGeometry, town: Streets, hills: BaseGeometry, wet: BaseGeometry, trunk: BaseGeometry, rng: np.random.Generator) -> np.ndarray | None:
    """Some place of an area that is dry, not on a high hill and outside the town; rather near a road."""
    west, south, east, north = shape.bounds
    tries = rng.uniform((west, south), (east, north), (40, 2))
    core = shape.buffer(-200)
    points = np.asarray(shapely.points(tries), dtype=object)
    good = shapely.contains_xy(core, tries) & ~shapely.intersects(hills, points)
    good &= ~shapely.dwithin(town.builtup, points, 250) & ~shapely.dwithin(wet, points, 90)
    if not good.any():
        return None
    near = shapely.distance(points[good][:12], trunk)
    return tries[good][:12][np.argsort(near, kind="stable")[min(2, len(near) - 1)]]


def bridges(roads: list[Street], land: Ground) -> list[tuple[Street, str, LineString]]:
    """The parts of roads that lie over water, with the bridge's name on the larger rivers."""
    found = []
    over = land.water.buffer(9)
    shapely.prepare(land.water)
    for road in roads:
        if not land.water.intersects(road.line):
            continue
        for part in shapely.get_parts(shapely.intersection(road.line, over)):
            if part.geom_type != "LineString" or not 12 < part.length < 320:
                continue
            wide = part.intersects(land.river) and road.klass in {"arterial", "primary", "secondary", "ring"}
            found.append((road, f"{road.name.removesuffix('大道').removesuffix('路')}大桥" if wide else "", part))
    return found

