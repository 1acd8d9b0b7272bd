"""The sample county: drawn from a seed, labelled synthetic, written into places."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from chengguan.demo import county_names as names
from chengguan.demo.county_areas import Partition, partition
from chengguan.demo.county_blocks import WIDTH_M, Plot, plots
from chengguan.demo.county_country import Country, bridges, country
from chengguan.demo.county_ground import Ground, ground
from chengguan.demo.county_streets import RANKS, Streets, streets
from chengguan.demo.county_words import Label, Word, labels, words
from chengguan.places import services
from chengguan.places.models import Area, GridMembership, Loading, ResponsibilityGrid, UnitGrid
from chengguan.places.projection import to_degrees, to_metres
from chengguan.places.services import AddressRow, FeatureRow, GridRow
from chengguan.places.services.writing import as_geos, multi

SEED = 500241
MARK = "demo:county"
SOURCE = "模拟数据 synthetic: 由种子生成, 非测绘成果"
SINCE = dt.date(2023, 6, 30)
MIN_ZOOM = {"expressway": 0, "arterial": 0, "ring": 0, "county": 0, "primary": 11, "secondary": 12, "tertiary": 13, "lane": 14, "village": 14}
OPEN_USES = {"park", "green", "riverside", "square", "station"}


@dataclass
class County:
    land: Ground
    town: Streets
    plots: list[Plot]
    areas: Partition
    country: Country
    words: list[Word]
    labels: list[Label]


def draw(seed: int = SEED) -> County:
    """The whole county in metres about its seat. The same seed gives the same bytes."""
    land = ground(seed)
    town = streets(seed, land)
    found = plots(seed, land, town)
    areas = partition(seed, land, town, found)
    outside = country(seed, land, town, areas)
    return County(
        land, town, found, areas, outside, words(seed, land, town, found, outside), labels(land, town, found, areas, outside)
    )


@lru_cache(maxsize=1)
def _origin() -> tuple[float, float]:
    seat = to_metres(shapely.Point(names.SEAT))
    return round(seat.x, 3), round(seat.y, 3)


def placed(geometries: list[BaseGeometry]) -> np.ndarray:
    """Metres about the seat -> degrees."""
    array = np.asarray(geometries, dtype=object)
    return to_degrees(shapely.transform(array, lambda xy: xy + np.array(_origin())))


def features(drawn: County) -> list[FeatureRow]:
    """The base map, from the ground up, in degrees."""
    land, town = drawn.land, drawn.town
    rows: list[tuple[str, str, str, int, int, int, BaseGeometry]] = []
    rows += [("hill", str(klass), "", klass, 0, 0, shape) for klass, shape in land.hills]
    edge = town.builtup.buffer(40)
    rows += [
        ("landuse", klass, "", 0, 12, 0, part)
        for klass, shape in land.fields
        for part in shapely.get_parts(shapely.difference(shape, edge))
    ]
    rows.append(("landuse", "builtup", "", 0, 0, 0, town.builtup))
    rows += [("landuse", "builtup", name, 0, 10, 0, shape) for name, shape in drawn.country.seats]
    rows += [("landuse", "village", name, 1, 12, 0, shape) for name, shape in drawn.country.villages]
    rows += [("water", "river", "梅江河", 0, 0, 0, part) for part in shapely.get_parts(shapely.intersection(land.river, land.outline))]
    rows += [("water", "river", "平江河", 1, 10, 0, shapely.intersection(land.tributary, land.outline))]
    rows += [("water", "stream", "", 2, 9, 0, line.buffer(7, quad_segs=2)) for line in land.streams]
    for plot in drawn.plots:
        if plot.block is None:
            continue
        rows.append(("block", plot.use, plot.name, 0, 13, 0, plot.block))
        if plot.use in OPEN_USES:
            rows.append(("landuse", plot.use, plot.name, 2, 12, 0, plot.block))
        rows += [("landuse", "track" if i == 0 else "pitch", "", 3 + i, 14, 0, shape) for i, shape in enumerate(plot.pitches)]
        rows += [("building", klass, "", 0, 14 if shape.area > 320 else 15, height, shape) for klass, height, shape in plot.buildings]
    rows += [("building", klass, "", 0, 15, height, shape) for klass, height, shape in drawn.country.houses]
    rows += _station(town)
    roads = [*town.streets, *drawn.country.roads]
    rows += [("road", road.klass, road.name, RANKS[road.klass], MIN_ZOOM[road.klass], 0, road.line) for road in roads]
    rows.append(("rail", "rail", "渝怀铁路", 0, 0, 0, town.railway))
    rows += [("bridge", road.klass, name, RANKS[road.klass], 12, 0, line) for road, name, line in bridges(roads, land)]
    rows += [("label", label.klass, label.name, label.rank, label.min_zoom, 0, shapely.Point(label.x, label.y)) for label in drawn.labels]
    shapes = placed([row[6] for row in rows])
    return [FeatureRow(*row[:6], shape) for row, shape in zip(rows, shapes, strict=True)]


def _station(town: Streets) -> list[tuple[str, str, str, int, int, int, BaseGeometry]]:
    """The railway station beside the line, at the end of its avenue."""
    at = town.railway.project(shapely.Point(950, 2950))
    yard = shapely.transform(shapely.LineString([town.railway.interpolate(at - 190), town.railway.interpolate(at + 190)]), lambda xy: xy - (0, 42))
    hall = shapely.LineString([town.railway.interpolate(at - 60), town.railway.interpolate(at + 60)])
    return [
        ("landuse", "station", "秀山站", 2, 12, 0, yard.buffer(40, cap_style="flat")),
        ("building", "hall", "秀山站", 0, 14, 2, shapely.transform(hall, lambda xy: xy - (0, 38)).buffer(13, cap_style="flat")),
    ]


def fingerprint(drawn: County) -> str:
    """SHA-256 of every shape and name, to see that the same seed gives the same county."""
    digest = hashlib.sha256()
    for row in features(drawn):
        digest.update(repr(row[:6]).encode() + shapely.to_wkb(row.geom))
    for community in drawn.areas.communities:
        digest.update(f"{community.code}{community.name}".encode())
        for code, shape in community.grids:
            digest.update(code.encode() + shapely.to_wkb(shape))
    digest.update(repr(drawn.words).encode())
    return digest.hexdigest()


def _write_areas(areas: Partition) -> dict[str, Area]:
    facts = {"synthetic": True, "outline_source": SOURCE}
    whole = services.add_area(Area.Level.COUNTY, names.COUNTY_CODE, names.COUNTY_NAME, placed([areas.county])[0], None, **facts)
    services.name_area(whole, "nbs", names.COUNTY_CODE, names.COUNTY_NAME, SINCE)
    services.name_area(whole, "areacity", names.COUNTY_CODE, names.COUNTY_NAME, dt.date(2025, 1, 14))
    by_code: dict[str, Area] = {}
    for place, shape in zip(names.TOWNSHIPS, placed(list(areas.townships.values())), strict=True):
        urban = place.code in names.URBAN
        area = services.add_area(Area.Level.TOWNSHIP, place.code, place.name, shape, whole, urban=urban, **facts)
        services.name_area(area, "nbs", place.code, place.name, SINCE)
        if place.other_code:
            services.name_area(area, "areacity", place.other_code, place.other_name, dt.date(2025, 1, 14))
        services.name_area(area, "mumuy", *(place.later or (place.code, place.name)), dt.date(2026, 4, 18))
        by_code[place.code] = area
    for community, shape in zip(areas.communities, placed([c.shape for c in areas.communities]), strict=True):
        area = services.add_area(
            Area.Level.COMMUNITY, community.code, community.name, shape, by_code[community.township], urban=community.urban, **facts
        )
        services.name_area(area, "local", community.code, community.name, SINCE)
        by_code[community.code] = area
    return by_code


def _write_grids(areas: Partition, by_code: dict[str, Area]) -> None:
    listed = [(community, code, shape) for community in areas.communities for code, shape in community.grids]
    shapes = placed([shape for _, _, shape in listed])
    rows = [
        GridRow(code, by_code[community.code].pk, "fine" if community.urban else "coarse", shape, round(metric.area, 1), SINCE)
        for (community, code, metric), shape in zip(listed, shapes, strict=True)
    ]
    services.write_grids(rows, synthetic=True)
    known = dict(UnitGrid.objects.values_list("code", "pk"))
    groups: dict[tuple[str, str], list[int]] = {}
    for index, (community, _, _) in enumerate(listed):
        key = (community.township, community.name.removesuffix("社区")) if community.urban else (community.township, "")
        groups.setdefault(key, []).append(index)
    count: dict[str, int] = {}
    for (township, name), members in groups.items():
        count[township] = count.get(township, 0) + 1
        grid = ResponsibilityGrid.objects.create(
            code=f"{township}Z{count[township]:02d}",
            name=f"{name}责任网格" if name else f"{by_code[township].name}乡村责任网格",
            geom=as_geos(multi(shapely.coverage_union_all(shapes[members]))),
            valid_from=SINCE,
            synthetic=True,
        )
        GridMembership.objects.bulk_create(
            [GridMembership(unit_grid_id=known[listed[i][1]], responsibility_grid=grid, valid_from=SINCE) for i in members]
        )


def _write_words(drawn: County, by_code: dict[str, Area]) -> int:
    communities = drawn.areas.communities
    spots = shapely.points([(word.x, word.y) for word in drawn.words])
    home = shapely.STRtree([community.shape for community in communities]).nearest(spots)
    degrees = shapely.get_coordinates(placed(list(spots)))
    rows = []
    for word, index, (lon, lat) in zip(drawn.words, home, degrees, strict=True):
        community = communities[index]
        full = f"{by_code[community.township].name}{community.name}{word.name}"
        area = by_code[community.code].pk
        rows.append(AddressRow(word.kind, word.name, full, word.road, word.number, word.klass, float(lon), float(lat), area))
    return services.write_addresses(rows, synthetic=True)


def load_county(say: Callable[[str], None] = print, seed: int = SEED, drawn: County | None = None) -> bool:
    """Draw and write the county in one transaction; False when it is already there."""
    if Loading.objects.filter(key=MARK).exists():
        return False
    drawn = drawn or draw(seed)
    say(f"  画出县域: 街道 {len(drawn.town.streets)}, 街坊 {len(drawn.plots)}, 社区村 {len(drawn.areas.communities)}")
    with transaction.atomic():
        by_code = _write_areas(drawn.areas)
        _write_grids(drawn.areas, by_code)
        shapes = services.write_features(features(drawn), synthetic=True)
        addresses = _write_words(drawn, by_code)
        services.rebuild_borders()
        services.remember_loading(MARK, "demo", SOURCE, shapes + addresses, seed=seed)
    say(f"  写入底图要素 {shapes}, 地址 {addresses}, 单元网格 {UnitGrid.objects.count()}")
    return True


__all__ = ["SEED", "WIDTH_M", "County", "draw", "features", "fingerprint", "load_county"]
