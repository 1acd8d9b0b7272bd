"""Door numbers, points of interest and map labels of the sample county. Made up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from chengguan.demo import county_names as names
from chengguan.demo.county_areas import Partition
from chengguan.demo.county_blocks import WIDTH_M, Plot
from chengguan.demo.county_country import Country
from chengguan.demo.county_ground import Ground
from chengguan.demo.county_shapes import generator
from chengguan.demo.county_streets import Street, Streets

DOOR_STEP_M = {"arterial": 16.0, "primary": 15.0, "secondary": 15.0, "tertiary": 17.0, "lane": 13.0, "village": 14.0}


@dataclass(frozen=True)
class Word:
    """kind road, door, poi or place; metres."""

    kind: str
    name: str
    road: str
    number: int | None
    klass: str
    x: float
    y: float


@dataclass(frozen=True)
class Label:
    klass: str
    name: str
    rank: int
    min_zoom: int
    x: float
    y: float


def _doors(lines: list[Street], wet: BaseGeometry, builtup: BaseGeometry) -> list[Word]:
    """Odd numbers on the left, even on the right, from the beginning of a road on; none in the water."""
    words: list[Word] = []
    begun: dict[str, int] = {}
    for street in lines:
        step = DOOR_STEP_M[street.klass]
        reach = np.arange(step / 2, street.line.length, step)
        if not len(reach):
            continue
        here = shapely.get_coordinates(shapely.line_interpolate_point(street.line, reach))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(street.line, np.minimum(reach + 1, street.line.length)))
        behind = shapely.get_coordinates(shapely.line_interpolate_point(street.line, np.maximum(reach - 1, 0)))
        way = ahead - behind
        way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
        normal = np.column_stack([-way[:, 1], way[:, 0]]) * (WIDTH_M.get(street.klass, 5) / 2 + 4)
        first = begun.get(street.name, 0)
        for offset, spots in ((1, here + normal), (2, here - normal)):
            dry = ~shapely.intersects_xy(wet, spots)
            if street.klass != "village":
                dry &= shapely.contains_xy(builtup, spots)
            for index in np.nonzero(dry)[0]:
                number = first + 2 * int(index) + offset
                x, y = spots[index]
                words.append(Word("door", f"{street.name}{number}号", street.name, number, "", float(x), float(y)))
        begun[street.name] = first + 2 * len(reach)
    return words


def words(seed: int, land: Ground, town: Streets, plots: list[Plot], country: Country) -> list[Word]:
    """Every address of the county."""
    rng = generator(seed, "words")
    named = [s for s in town.streets if s.name and s.klass in DOOR_STEP_M]
    named = sorted((_in_town(s, town) for s in named), key=lambda s: (s.name, s.line.bounds))
    rural = [s for s in country.roads if s.name and s.klass == "village"]
    shapely.prepare(land.water)
    shapely.prepare(town.builtup)
    found = _doors(named, land.water, town.builtup) + _doors(rural, land.water, town.builtup)
    by_name: dict[str, list[Street]] = {}
    for street in [*town.streets, *country.roads]:
        if street.name:
            by_name.setdefault(street.name, []).append(street)
    for name, members in sorted(by_name.items()):
        longest = max(members, key=lambda s: s.line.length)
        inside = shapely.intersection(longest.line, town.builtup)
        line = max(shapely.get_parts(inside), key=lambda p: p.length) if not inside.is_empty else longest.line
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        found.append(Word("road", name, name, None, longest.klass, middle.x, middle.y))
    found += _places_of_interest(plots, named, rng)
    found += [Word("place", f"{name}场镇", "", None, "seat", *_middle(shape)) for name, shape in country.seats]
    found += [Word("place", name, "", None, "village", *_middle(shape)) for name, shape in country.villages if name]
    return found


def _in_town(street: Street, town: Streets) -> Street:
    """Door numbers begin where the town does."""
    parts = [part for part in shapely.get_parts(shapely.intersection(street.line, town.builtup)) if part.geom_type == "LineString"]
    return replace(street, line=max(parts, key=lambda part: part.length)) if parts else street


def _middle(shape: BaseGeometry) -> tuple[float, float]:
    spot = shape.centroid
    return float(spot.x), float(spot.y)


def _places_of_interest(plots: list[Plot], streets: list[Street], rng: np.random.Generator) -> list[Word]:
    found = []
    tree = shapely.STRtree([street.line for street in streets])
    used: set[str] = set()
    for plot in plots:
        if plot.block is None:
            continue
        if plot.name:
            found.append(Word("poi", plot.name, "", None, plot.use, *_middle(plot.block)))
        elif plot.use in {"commercial", "oldtown"}:
            for house in plot.buildings[:: 5 if plot.use == "oldtown" else 2]:
                street = streets[int(tree.nearest(house[2]))]
                name = f"{street.name}{rng.choice(names.COMMERCE)}"
                if name not in used and street.klass != "lane":
                    used.add(name)
                    found.append(Word("poi", name, street.name, None, "shop", *_middle(house[2])))
    return found


def labels(land: Ground, town: Streets, plots: list[Plot], areas: Partition, country: Country) -> list[Label]:
    """Names on the map that no line or block carries, each from the zoom at which there is room for it."""
    found = [Label("county", names.COUNTY_NAME, 0, 0, 300.0, -200.0)]
    for place in names.TOWNSHIPS:
        x, y = place.seat_km[0] * 1000, place.seat_km[1] * 1000
        found.append(Label("township", place.name, 1, 11 if place.code in names.URBAN else 9, x, y))
    for community in areas.communities:
        if community.urban:
            spot = community.shape.representative_point()
            found.append(Label("community", community.name, 3, 14, spot.x, spot.y))
    found += [Label("village", name, 4, 12, *_middle(shape)) for name, shape in country.villages if name]
    line = shapely.LineString(land.river_line)
    for index, share in enumerate(np.linspace(0.03, 0.97, 21)):
        spot = line.interpolate(share, normalized=True)
        if land.outline.contains(spot):
            found.append(Label("river", "梅江河", 2, 10 if index % 4 == 0 else 12, spot.x, spot.y))
    side = shapely.LineString(land.tributary_line)
    found += [Label("river", "平江河", 2, 12, *_middle(side.interpolate(share, normalized=True))) for share in (0.35, 0.62, 0.83)]
    found.append(Label("hill", "凤凰山", 2, 11, 750.0, -2420.0))
    zooms = {"park": 14, "square": 15, "hospital": 14, "government": 15, "school": 15, "residential": 16, "station": 13}
    for plot in plots:
        if plot.name and plot.block is not None and plot.use in zooms:
            main = plot.name in {"县人民政府", "县人民医院", "花灯广场", "第一中学"}
            klass = "poi" if plot.use == "residential" else plot.use
            found.append(Label(klass, plot.name, 2 if main else 5, zooms[plot.use] - main, *_middle(plot.block)))
    spot = town.railway.interpolate(town.railway.project(shapely.Point(950, 2950)))
    found.append(Label("station", "秀山站", 2, 12, spot.x, spot.y - 60))
    return found
