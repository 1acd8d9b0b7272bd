"""The streets of the sample town: main roads drawn by hand, the rest cut between them by district.

A warped grid in the new district, irregular small blocks in the old town, large ones among the works.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from chengguan.demo.county_ground import Ground, town
from chengguan.demo.county_names import STREET_HEADS, STREET_MIDDLES, SUB_ROADS
from chengguan.demo.county_shapes import cut_across, faces_of, generator, node, smooth, wander

BUILTUP = (
    (-4250, -350), (-4350, 500), (-3900, 1250), (-3300, 1950), (-2500, 2300), (-1700, 2650), (-800, 2700), (200, 3150), (1100, 3420),
    (2000, 3300), (2800, 2900), (3300, 2350), (4000, 2050), (4250, 1300), (4150, 450), (3650, -150), (3150, -900), (2500, -1500),
    (1900, -1950), (1100, -1900), (500, -2150), (-350, -2050), (-1000, -2250), (-1700, -2350), (-2500, -2250), (-3250, -1900),
    (-3700, -1350), (-3900, -850),
)  # fmt: skip
MAIN = {
    "渝秀大道": ("arterial", ((-7600, -1500), (-5900, -700), (-4900, -150), (-3700, 250), (-2300, 480), (-1150, 270), (0, 10), (900, 330), (1560, 760), (2300, 980), (3300, 800), (4400, 500), (5600, 250), (7000, -300))),
    "花灯大道": ("arterial", ((-1900, 4300), (-1850, 3000), (-1950, 2000), (-2250, 1200), (-2320, 480), (-2500, -500), (-2720, -1550), (-2700, -2350), (-2900, -3600))),
    "站前大道": ("arterial", ((1150, 3560), (1020, 2900), (880, 2200), (560, 1300), (250, 640), (0, 10))),
    "武陵大道": ("primary", ((-4350, 1200), (-3400, 1380), (-2200, 1350), (-1500, 1620), (-600, 1800), (300, 1650), (1100, 1750), (2000, 2150), (2900, 2050), (4250, 1500))),
    "凤凰路": ("primary", ((-3700, -1500), (-2700, -1850), (-1700, -1600), (-600, -1620), (500, -1700), (1400, -1420), (2100, -900), (2700, -200), (3500, 150), (4350, 450))),
    "凤栖路": ("primary", ((-3150, 2150), (-3380, 1380), (-3420, 300), (-3600, -600), (-3500, -1250), (-3300, -1950))),
    "解放路": ("primary", ((0, 10), (130, -500), (100, -1180), (80, -1680), (150, -2200))),
    "东风路": ("primary", ((2350, 3250), (2350, 2150), (2350, 960), (2550, 250), (2700, -200), (2600, -900), (2300, -1700))),
    "凤翔路": ("primary", ((-950, 2750), (-850, 1740), (-1050, 1000), (-1150, 270), (-1180, -250), (-1080, -760), (-1050, -1620), (-1100, -2250))),
    "园区大道": ("primary", ((-2500, 2300), (-1850, 2450), (-900, 2350), (0, 2500), (930, 2480), (1700, 2700), (2350, 2650), (3300, 2300))),
    "梅江路": ("secondary", ((1050, 300), (1120, -200), (780, -600), (120, -720), (-400, -420), (-480, 130))),
}  # fmt: skip
RING = ((-5300, -600), (-5000, 1200), (-3900, 2900), (-2300, 3600), (-700, 3500), (500, 3950), (2200, 4050), (4000, 3200), (5000, 1900), (5200, 300), (4400, -1300), (3300, -2500), (1700, -2650), (900, -2400), (-300, -2350), (-1800, -2950), (-3600, -2700), (-4800, -1900))  # fmt: skip
RAILWAY = ((-12500, 9500), (-8200, 6300), (-5000, 4600), (-2400, 3950), (-300, 3640), (1200, 3680), (2900, 3900), (5000, 4700), (7500, 4000), (10500, 700), (13500, -4300), (14500, -9000), (13800, -16500), (15500, -24000))  # fmt: skip
EXPRESSWAY = ((-6200, 34000), (-8500, 24500), (-9800, 15500), (-6800, 9500), (-5800, 3800), (-6300, -1000), (-9800, -8000), (-11500, -16500), (-11000, -30000))  # fmt: skip

DISTRICTS = {
    # name: ((centre), smallest block m2, jitter, turn, bend)
    "old": (((350, -330),), 5200, 0.16, 0.17, 0.035),
    "new": (((-3000, 700), (-2900, -500), (-1700, 800)), 17000, 0.05, 0.02, 0.0),
    "east": (((2900, 1100), (2000, 200), (3300, 1500)), 14000, 0.1, 0.05, 0.02),
    "south": (((-600, -1900), (1200, -1600), (-1900, -1900), (-300, -1400)), 14000, 0.12, 0.08, 0.03),
    "works": (((700, 2900), (2300, 2700), (-700, 2400)), 36000, 0.06, 0.02, 0.0),
    "north": (((-400, 1000), (700, 1400), (1600, 1500)), 15000, 0.1, 0.06, 0.015),
}
RANKS = {"expressway": 0, "arterial": 1, "ring": 1, "primary": 2, "county": 3, "secondary": 3, "tertiary": 4, "lane": 6, "village": 7}


@dataclass
class Street:
    name: str
    klass: str
    line: LineString
    district: str = ""


@dataclass
class Streets:
    builtup: Polygon
    streets: list[Street]
    railway: LineString
    districts: dict[str, np.ndarray] = field(default_factory=dict)


def district_of(spot: tuple[float, float]) -> str:
    """The district whose nearest centre a place has; the old town reaches 720 m about its own."""
    x, y = spot[0] / 0.8, spot[1] / 0.8
    near = {name: min(np.hypot(x - cx, y - cy) for cx, cy in facts[0]) for name, facts in DISTRICTS.items()}
    if near["old"] < 830:
        return "old"
    near.pop("old")
    return min(near, key=lambda name: (near[name], name))


def _main_streets(seed: int, land: Ground, builtup: Polygon) -> list[Street]:
    rng = generator(seed, "main streets")
    streets = [Street(name, klass, LineString(wander(smooth(town(points), 18), rng, 6, 700))) for name, (klass, points) in MAIN.items()]
    streets.append(Street("外环路", "ring", LineString(wander(smooth(town(RING), 25, closed=True), rng, 18, 1500))))
    half = land.river.area / LineString(land.river_line).length / 2
    for name, sign in (("滨江北路", 1), ("滨江南路", -1)):
        bank = shapely.offset_curve(LineString(land.river_line).simplify(4), sign * (half + 26), join_style="round")
        streets += [Street(name, "secondary", part) for part in _within(bank, builtup.buffer(150), 300)]
    bank = shapely.offset_curve(LineString(land.tributary_line).simplify(3), 28, join_style="round")
    streets += [Street("平江路", "tertiary", part) for part in _within(shapely.difference(bank, land.river.buffer(25)), builtup, 200)]
    return streets


def _within(line: BaseGeometry, shape: Polygon, least: float) -> list[LineString]:
    parts = shapely.get_parts(shapely.line_merge(shapely.intersection(line, shape)))
    return [part for part in parts if part.geom_type == "LineString" and part.length >= least]


def _grid_streets(seed: int, faces: list[Polygon]) -> list[tuple[str, LineString, str]]:
    """The new district's warped grid over its faces: class, line, and what tells one long street from another."""
    rng = generator(seed, "grid")
    c, s = np.cos(np.radians(9)), np.sin(np.radians(9))
    lines: list[tuple[str, LineString, str]] = []
    region = shapely.union_all(np.asarray(faces, dtype=object)).buffer(0.2)
    for way in (0, 1):
        place = -4200.0
        while place < 4200:
            place += rng.uniform(150, 245)
            t = np.arange(-4200, 4200, 40.0)
            u, v = (t, np.full_like(t, place)) if way == 0 else (np.full_like(t, place), t)
            x = u + 42 * np.sin(v / 610 + 0.4) + 18 * np.sin(u / 900)
            y = v + 36 * np.sin(u / 540)
            line = LineString(np.column_stack([x * c - y * s - 1900, x * s + y * c + 400]))
            klass = "secondary" if rng.random() < 0.25 else "tertiary"
            for part in _within(line, region, 20):
                lines.append((klass, part, f"{way} {place:.0f}"))
    return lines


def _cut(face: Polygon, rng: np.random.Generator, least: float, looks: tuple[float, float, float], whole: float) -> list[tuple[str, LineString]]:
    """Streets that cut a face into blocks of at least about `least` m2."""
    cuts: list[tuple[str, LineString]] = []
    waiting = [face]
    while waiting:
        shape = waiting.pop()
        if shape.area < least * rng.uniform(1.5, 2.6):
            continue
        pieces, line = cut_across(shape, rng, *looks)
        if line is None or min(piece.area for piece in pieces) < least * 0.3 or line.length < 25:
            continue
        size = shape.area
        klass = "secondary" if size > 0.55 * whole and size > 160_000 else "tertiary" if size > least * 4.2 else "lane"
        cuts.append((klass, line))
        waiting += pieces
    return cuts


def lengthened(line: LineString, by: float = 0.8) -> LineString:
    """A street that ends a little beyond the one it meets, so that the lattice cannot part them."""
    points = np.asarray(line.coords)
    first, last = points[0] - points[1], points[-1] - points[-2]
    ends = points[0] + first / np.hypot(*first) * by, points[-1] + last / np.hypot(*last) * by
    return LineString(np.vstack([ends[0], points, ends[1]]))


def _names(seed: int) -> dict[str, list[str]]:
    """Names still to give, by district; when the hand-written ones are used up, made-up ones."""
    rng = generator(seed, "street names")
    pools = {district: words.split() for district, words in SUB_ROADS.items()}
    pools["north"] = []
    spare = [f"{head}{middle}" for head in STREET_HEADS for middle in STREET_MIDDLES]
    rng.shuffle(spare)
    return pools | {"": spare}


def _named(seed: int, found: list[tuple[str, LineString, str, str]]) -> list[Street]:
    pools = _names(seed)
    streets = []
    given: dict[str, str] = {}
    for klass, line, district, group in sorted(found, key=lambda each: (-round(each[1].length, 3), each[1].wkt)):
        pool = pools[district]
        if group in given:
            name = given[group]
        elif pool and (klass != "lane" or district == "old"):
            name = pool.pop(0)
        elif line.length < 70 or not pools[""]:
            name = ""
        else:
            name = pools[""].pop(0) + ("巷" if klass == "lane" else "街" if district == "old" else "路")
        if group:
            given.setdefault(group, name)
        streets.append(Street(name, klass, lengthened(line), district))
    return streets


def streets(seed: int, land: Ground) -> Streets:
    """The built-up area and every street of the town, with the roads that leave it."""
    rng = generator(seed, "streets")
    builtup = Polygon(wander(smooth(town(BUILTUP), 40, closed=True), rng, 45, 1300))
    main = _main_streets(seed, land, builtup)
    inner = [part for street in main for part in shapely.get_parts(shapely.intersection(street.line, builtup.buffer(60)))]
    dry = shapely.difference(builtup, land.water)
    faces = [f for f in faces_of(node([*inner, builtup.exterior, *shapely.get_parts(land.water.boundary)])) if dry.contains(f.representative_point())]
    found: list[tuple[str, LineString, str, str]] = []
    by_district: dict[str, list[Polygon]] = {}
    for face in faces:
        by_district.setdefault(district_of(face.representative_point().coords[0]), []).append(face)
    for klass, line, group in _grid_streets(seed, by_district.get("new", [])):
        found.append((klass, line, "new", group))
    for district, members in sorted(by_district.items()):
        if district == "new":
            continue
        _, least, jitter, turn, bend = DISTRICTS[district]
        for face in members:
            if shapely.oriented_envelope(face).area and face.area / face.length > 14:
                found += [(klass, line, district, "") for klass, line in _cut(face, rng, least, (jitter, turn, bend), face.area)]
    lesser = _named(seed, found)
    out = shapely.intersection(LineString(wander(smooth(town(RAILWAY), 40), rng, 8, 3000)), land.outline)
    rail = max(shapely.get_parts(out), key=lambda part: part.length)
    fast = LineString(wander(smooth(EXPRESSWAY, 60), rng, 60, 5000))
    main.append(Street("G65包茂高速", "expressway", max(shapely.get_parts(shapely.intersection(fast, land.outline)), key=lambda p: p.length)))
    return Streets(builtup, [*main, *lesser], rail)
