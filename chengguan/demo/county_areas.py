"""Townships, communities and unit grids of the sample county, all faces of one noded linework, so that they
partition the county exactly. In the built-up area the lines are streets, banks and borders of compounds; outside
they are made-up crooked borders.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from chengguan.demo import county_names as names
from chengguan.demo.county_blocks import Plot
from chengguan.demo.county_cells import LARGEST_M2, Cell, mend, merged
from chengguan.demo.county_ground import Ground
from chengguan.demo.county_shapes import crooked, cut_across, faces_of, generator, node
from chengguan.demo.county_streets import Streets, lengthened

CELL_M2 = 10_000.0


@dataclass
class Community:
    code: str
    name: str
    township: str
    urban: bool
    shape: BaseGeometry
    grids: list[tuple[str, BaseGeometry]]


@dataclass
class Partition:
    county: BaseGeometry
    townships: dict[str, BaseGeometry]
    communities: list[Community]


def _spread(region: BaseGeometry, count: int, rng: np.random.Generator, first: tuple[float, float] | None = None) -> np.ndarray:
    """Points of a region that keep away from one another (best of many candidates each time)."""
    west, south, east, north = region.bounds
    shapely.prepare(region)
    spots: list[tuple[float, float]] = [first] if first is not None and region.contains(shapely.Point(first)) else []
    while len(spots) < count:
        tries = rng.uniform((west, south), (east, north), (160, 2))
        tries = tries[shapely.contains_xy(region, tries)][:24]
        if not len(tries):
            continue
        if spots:
            away = np.min(np.hypot(*(tries[:, None, :] - np.asarray(spots)[None]).transpose(2, 0, 1)), axis=1)
            tries = tries[np.argmax(away)][None]
        spots.append((float(tries[0, 0]), float(tries[0, 1])))
    return np.asarray(spots)


def _crooked_edges(spots: np.ndarray, region: BaseGeometry, rng: np.random.Generator, shortest: float) -> list[LineString]:
    """The Voronoi edges of some points over a region, drawn as nature would."""
    if len(spots) < 2:
        return []
    edges = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=region, only_edges=True))
    segments = sorted(tuple(sorted(pair)) for edge in edges for pair in pairwise(map(tuple, np.round(edge.coords, 3))))
    return [LineString(crooked(np.array(a), np.array(b), rng, 0.12, shortest)) for a, b in segments if a != b]


def _labelled(faces: np.ndarray, spots: np.ndarray) -> np.ndarray:
    """For each face the index of the spot it contains, or of the nearest one."""
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    nearest = np.argmin(np.hypot(*(inside[:, None, :] - spots[None]).transpose(2, 0, 1)), axis=1)
    tree = shapely.STRtree(faces)
    which, where = tree.query(shapely.points(spots), predicate="intersects")
    nearest[where] = which
    return nearest


def _townships(seed: int, land: Ground) -> tuple[list[LineString], dict[str, BaseGeometry]]:
    rng = generator(seed, "townships")
    spots = np.array([place.seat_km for place in names.TOWNSHIPS]) * 1000
    lines = _crooked_edges(spots, land.outline, rng, 220)
    faces = faces_of(node([land.outline.exterior, *lines]))
    faces = faces[shapely.contains(land.outline.buffer(1), faces)]
    label = _labelled(faces, spots)
    return lines, {p.code: shapely.union_all(faces[label == i]) for i, p in enumerate(names.TOWNSHIPS)}


def _cell_cuts(plots: list[Plot], rng: np.random.Generator) -> list[LineString]:
    """Lines that bring large faces down to about one hectare; a compound stays whole."""
    cuts = []
    for plot in plots:
        if plot.whole and plot.face.area < 80_000:
            continue
        waiting = [plot.face]
        while waiting:
            shape = waiting.pop()
            count = round(shape.area / CELL_M2)
            if shape.area < LARGEST_M2 or count < 2:
                continue
            share = (count // 2) / count
            pieces, line = cut_across(shape, rng, 0.02, 0.01, 0.0, share)
            if line is None:
                continue
            cuts.append(lengthened(line))
            waiting += pieces
    return cuts


def _urban_communities(seed: int, town: Streets, land: Ground, townships: dict[str, BaseGeometry]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Faces of the main streets and banks, each with its township (index) and community (running number)."""
    rng = generator(seed, "communities")
    main = [s.line for s in town.streets if s.klass in {"arterial", "primary", "secondary"} or s.name == "平江路"]
    local = [s.line for s in town.streets if s.klass == "tertiary" and s.line.length > 420]
    lines = [part for line in main + local for part in shapely.get_parts(shapely.intersection(line, town.builtup.buffer(30)))]
    lines += [part for part in shapely.get_parts(shapely.boundary(shapely.intersection(land.river, town.builtup.buffer(30))))]
    faces = faces_of(node([*lines, town.builtup.exterior]))
    faces = faces[shapely.contains(town.builtup.buffer(0.5), faces)]
    spots = shapely.get_coordinates(shapely.centroid(faces))
    marks = np.asarray(shapely.points(spots), dtype=object)
    weight = shapely.area(faces)
    codes = list(names.URBAN)
    shapes = np.asarray([townships[code] for code in codes], dtype=object)
    office = np.argmin(shapely.distance(shapes[:, None], marks[None]), axis=0)
    community = np.zeros(len(faces), dtype=int)
    for index, code in enumerate(codes):
        mine = np.nonzero(office == index)[0]
        region = shapely.union_all(faces[mine])
        count = min(len(names.URBAN[code]), max(2, round(region.area / 520_000)), len(mine))
        centres = _spread(region, count, rng)
        for _ in range(25):
            near = np.argmin(np.hypot(*(spots[mine][:, None, :] - centres[None]).transpose(2, 0, 1)), axis=1)
            for k in range(count):
                if (near == k).any():
                    centres[k] = np.average(spots[mine][near == k], axis=0, weights=weight[mine][near == k])
        community[mine] = near
    return faces, office, community


def _in_reading_order(shapes: list[BaseGeometry]) -> list[int]:
    """Left to right, top to bottom, in bands of 120 m from the north."""
    spots = shapely.get_coordinates(shapely.centroid(np.asarray(shapes, dtype=object)))
    band = np.floor((spots[:, 1].max() - spots[:, 1]) / 120)
    return list(np.lexsort((spots[:, 0], band)))


def partition(seed: int, land: Ground, town: Streets, plots: list[Plot]) -> Partition:
    """The county as townships, communities and unit grids; every point lies in exactly one of each."""
    rng = generator(seed, "grids")
    township_lines, townships = _townships(seed, land)
    rural: list[LineString] = []
    seeds: dict[str, np.ndarray] = {}
    for place in names.TOWNSHIPS:
        region = shapely.difference(townships[place.code], town.builtup.buffer(120))
        region = max(shapely.get_parts(region), key=lambda part: part.area)
        count = max(1, min(place.communities, round(region.area / 900_000)))
        seat = (place.seat_km[0] * 1000, place.seat_km[1] * 1000)
        seeds[place.code] = _spread(region, count, rng, seat)
        edges = _crooked_edges(seeds[place.code], townships[place.code], rng, 160)
        rural += [part for edge in edges for part in shapely.get_parts(shapely.intersection(edge, townships[place.code].buffer(5)))]
    core = town.builtup.buffer(-5)
    outside = [part for line in township_lines + rural for part in shapely.get_parts(shapely.difference(line, core)) if part.length > 0.01]
    inside = [part for s in town.streets for part in shapely.get_parts(shapely.intersection(s.line, town.builtup.buffer(1)))]
    shores = shapely.get_parts(shapely.boundary(shapely.intersection(land.water, town.builtup.buffer(60))))
    banks = [part for bank in shores for part in shapely.get_parts(shapely.intersection(bank, town.builtup.buffer(1)))]
    cuts = _cell_cuts(plots, generator(seed, "cells"))
    faces = faces_of(node([land.outline.exterior, town.builtup.exterior, *outside, *inside, *banks, *cuts]))
    faces = faces[shapely.contains(land.outline.buffer(1), faces)]
    cells = _urban_cells(seed, faces, land, town, plots, townships) + _rural_cells(faces, town, townships, seeds)
    mend(cells)
    return _assembled(seed, cells)


def _urban_cells(seed: int, faces: np.ndarray, land: Ground, town: Streets, plots: list[Plot], townships: dict[str, BaseGeometry]) -> list[Cell]:
    spots = shapely.point_on_surface(faces)
    urban = shapely.contains(town.builtup, spots)
    supers, office, community = _urban_communities(seed, town, land, townships)
    index = shapely.STRtree(supers)
    home = index.nearest(spots[urban])
    plot_of = shapely.STRtree([plot.face for plot in plots]).nearest(spots[urban])
    codes = list(names.URBAN)
    return [
        Cell(face, codes[office[s]], int(community[s]), True, plots[p].use == "water", plots[p].whole)
        for face, s, p in zip(faces[urban], home, plot_of, strict=True)
    ]


def _rural_cells(faces: np.ndarray, town: Streets, townships: dict[str, BaseGeometry], seeds: dict[str, np.ndarray]) -> list[Cell]:
    spots = shapely.point_on_surface(faces)
    faces = faces[~shapely.contains(town.builtup, spots)]
    codes = list(townships)
    home = shapely.STRtree([townships[code] for code in codes]).nearest(shapely.point_on_surface(faces))
    cells = []
    for index, code in enumerate(codes):
        mine = faces[home == index]
        if len(mine):
            cells += [Cell(face, code, int(k), False) for face, k in zip(mine, _labelled(mine, seeds[code]), strict=True)]
    return cells


def _assembled(seed: int, cells: list[Cell]) -> Partition:
    rng = generator(seed, "village names")
    spare = [a + b for a in names.VILLAGE_FIRST for b in names.VILLAGE_LAST if a != b]
    rng.shuffle(spare)
    communities = []
    for place in names.TOWNSHIPS:
        mine = [cell for cell in cells if cell.township == place.code]
        for urban in (True, False):
            kinds = sorted({cell.community for cell in mine if cell.urban == urban})
            shapes = [_joined([c.shape for c in mine if c.urban == urban and c.community == k]) for k in kinds]
            order = _in_reading_order(shapes) if urban and shapes else list(range(len(shapes)))
            middle = shapely.Point(350, -330)  # the oldest names to the old town
            called = sorted(range(len(shapes)), key=lambda i: shapes[i].centroid.distance(middle)) if urban else []
            number = 0 if urban else 199
            for rank, index in enumerate(order):
                seat = not urban and rank == 0 and place.code not in names.URBAN
                number += 1
                code = f"{place.code}{1 if seat else number:03d}"
                name = f"{names.URBAN[place.code][called.index(index)]}社区" if urban else f"{place.name[:-2] if place.name.endswith('街道') else place.name[:-1]}社区" if seat else f"{spare.pop()}村"
                members = [c for c in mine if c.urban == urban and c.community == kinds[index]]
                groups = merged(members) if urban else [members]
                grids = [_joined([cell.shape for cell in group]) for group in groups]
                numbered = [(f"{code}{n:03d}", grids[i]) for n, i in enumerate(_in_reading_order(grids), start=1)]
                communities.append(Community(code, name, place.code, urban, shapes[index], numbered))
                if seat:
                    number = 199
    townships = {p.code: _joined([c.shape for c in cells if c.township == p.code]) for p in names.TOWNSHIPS}
    return Partition(_joined([cell.shape for cell in cells]), townships, communities)


def _joined(shapes: list[BaseGeometry]) -> BaseGeometry:
    """The union of faces that share their corners, every corner kept."""
    return shapes[0] if len(shapes) == 1 else shapely.coverage_union_all(np.asarray(shapes, dtype=object))
