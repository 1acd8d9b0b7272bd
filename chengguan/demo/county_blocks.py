"""Blocks between the streets of the sample town, what each is used for, and the buildings on it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import Polygon

from chengguan.demo import county_names as names
from chengguan.demo.county_ground import Ground
from chengguan.demo.county_shapes import cut_across, faces_of, frame, generator, node
from chengguan.demo.county_streets import Streets, district_of

WIDTH_M = {"arterial": 38, "primary": 28, "ring": 26, "expressway": 24, "secondary": 20, "tertiary": 13, "lane": 6}
WHOLE = {"school", "hospital", "government", "park", "square", "station"}
"""Uses whose grounds are one compound: the standard's principles leave them whole."""
SITES = {
    # use: (names, smallest and largest ground in m2, how built-up the place should be: old, new, any)
    "square": (names.SQUARES, 5_000, 22_000),
    "government": (names.OFFICES, 6_000, 32_000),
    "hospital": (names.HOSPITALS, 12_000, 45_000),
    "school": (names.SCHOOLS, 12_000, 60_000),
    "park": (names.PARKS, 9_000, 90_000),
}
FIXED = {
    "县人民政府": (60, 130), "花灯广场": (-1500, 520), "站前广场": (800, 2420), "花灯广场公园": (-1650, 650), "县人民医院": (500, 420),
    "第一中学": (-100, 420), "民族文化广场": (240, -240), "凤栖广场": (-2750, 350), "滨江公园": (700, -780), "平江公园": (-900, 500),
}  # fmt: skip
Building = tuple[str, int, Polygon]


@dataclass
class Plot:
    """A face of the street and water network: to the middle of its streets. `block` is what lies inside the kerbs."""

    face: Polygon
    district: str
    use: str = ""
    name: str = ""
    block: Polygon | None = None
    buildings: list[Building] = field(default_factory=list)
    pitches: list[Polygon] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return self.use in WHOLE


def _block(face: Polygon, kerbs: shapely.STRtree, tarmac: np.ndarray) -> Polygon | None:
    near = tarmac[kerbs.query(face, predicate="intersects")]
    left = shapely.difference(face, shapely.union_all(near)).buffer(-3).buffer(3, quad_segs=3)
    parts = [part for part in shapely.get_parts(left) if part.geom_type == "Polygon" and part.area > 120]
    return max(parts, key=lambda part: part.area).simplify(0.4) if parts else None


def plots(seed: int, land: Ground, town: Streets) -> list[Plot]:
    """Every face inside the built-up area, with its use and its buildings."""
    inside = [part for street in town.streets for part in shapely.get_parts(shapely.intersection(street.line, town.builtup.buffer(40)))]
    water = shapely.intersection(land.water, town.builtup.buffer(60))
    linework = node([*inside, town.builtup.exterior, *shapely.get_parts(shapely.boundary(water))])
    tarmac = np.asarray([s.line.buffer(WIDTH_M[s.klass] / 2, quad_segs=3, cap_style="flat") for s in town.streets], dtype=object)
    kerbs = shapely.STRtree(tarmac)
    shapely.prepare(town.builtup)
    shapely.prepare(water)
    found = []
    for face in faces_of(linework):
        spot = face.representative_point()
        if not town.builtup.contains(spot):
            continue
        plot = Plot(face, district_of(spot.coords[0]))
        if water.contains(spot):
            plot.use = "water"
        else:
            plot.block = _block(face, kerbs, tarmac)
            plot.use = "" if plot.block is not None else "street"
        found.append(plot)
    _use(seed, found, land, town)
    rng = generator(seed, "buildings")
    for plot in found:
        if plot.block is not None:
            _build(plot, rng)
    return found


def _use(seed: int, found: list[Plot], land: Ground, town: Streets) -> None:
    rng = generator(seed, "land use")
    free = [p for p in found if p.block is not None]
    for plot in free:
        assert plot.block is not None
        slim = plot.block.area / plot.block.length < 7.5
        if plot.block.distance(land.water) < 14 and (slim or plot.block.area < 4000):
            plot.use = "riverside"
        elif slim or plot.block.area < 900:
            plot.use = "green"
    spots = shapely.get_coordinates(shapely.centroid(np.asarray([p.face for p in free], dtype=object)))
    for use, (called, least, most) in SITES.items():
        for name in called:
            where = np.array(FIXED.get(name) or rng.uniform((-2600, -1400), (2700, 2000)))
            order = np.argsort(np.hypot(*(spots - where).T), kind="stable")
            for index in order:
                plot = free[index]
                if not plot.use and plot.block is not None and least <= plot.block.area <= most:
                    plot.use, plot.name = use, name
                    break
    main = shapely.union_all([s.line for s in town.streets if s.klass in {"arterial", "primary"}])
    for plot in free:
        if plot.use:
            continue
        assert plot.block is not None
        dice, busy = rng.random(), plot.block.distance(main) < 22
        if plot.district == "works":
            plot.use = "industrial" if dice < 0.86 else "residential" if dice < 0.94 else "green"
        elif plot.district == "old":
            plot.use = "commercial" if dice < (0.4 if busy else 0.14) else "oldtown"
        else:
            plot.use = "commercial" if dice < (0.34 if busy else 0.05) else "green" if dice > 0.975 else "residential"
        if plot.use == "residential" and plot.block.area > 9000:
            plot.name = f"{rng.choice(names.STREET_HEADS)}{rng.choice(names.STREET_MIDDLES)}{rng.choice(names.ESTATES)}"


def _rectangles(origin: np.ndarray, axis: np.ndarray, at: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Rectangles of (length, depth) `size` centred at `at` in the frame of `origin` and `axis`."""
    side = np.array([-axis[1], axis[0]])
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    local = at[:, None, :] + corners[None] * size[:, None, :]
    return shapely.polygons(origin + local[..., :1] * axis + local[..., 1:] * side)


def _rows(shape: Polygon, axis: np.ndarray, length: float, depth: float, gaps: tuple[float, float], rng: np.random.Generator, skip: float) -> list[Polygon]:
    """Rows of slabs along `axis`, wholly inside the shape."""
    if shape.is_empty or shape.geom_type != "Polygon":
        return []
    centre = np.asarray(shape.centroid.coords[0])
    reach = np.hypot(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1]) / 2
    across = np.arange(-reach, reach, depth + gaps[1]) + rng.uniform(0, gaps[1])
    along = np.arange(-reach, reach, length + gaps[0]) + rng.uniform(0, length / 2)
    at = np.stack(np.meshgrid(along, across), axis=-1).reshape(-1, 2)
    at = at[rng.random(len(at)) >= skip] + 0.0
    if not len(at):
        return []
    size = np.column_stack([length * rng.uniform(0.8, 1.0, len(at)), np.full(len(at), depth)])
    shapes = _rectangles(centre, axis, at, size)
    shapely.prepare(shape)
    return list(shapes[shapely.contains(shape, shapes)])


def _frontage(shape: Polygon, rng: np.random.Generator, width: tuple[float, float], depth: tuple[float, float], miss: float) -> list[Polygon]:
    """Houses wall to wall along the edges of a block."""
    line = shape.buffer(-1.2).simplify(1.2)
    if line.is_empty or not isinstance(line, Polygon):
        return []
    ring = np.asarray(shapely.normalize(line).exterior.coords)[::-1]  # counter-clockwise, inside to the left
    shapely.prepare(shape)
    placed: list[Polygon] = []
    for start, end in itertools.pairwise(ring):
        length = float(np.hypot(*(end - start)))
        axis = (end - start) / max(length, 1e-9)
        begun = rng.uniform(0, 3)
        while begun + width[0] < length:
            w, d = min(rng.uniform(*width), length - begun), rng.uniform(*depth)
            house = _rectangles(start, axis, np.array([[begun + w / 2, d / 2]]), np.array([[w - 0.3, d]]))[0]
            begun += w
            if rng.random() >= miss and shape.contains(house) and not (placed and shapely.intersects(placed, house).any()):
                placed.append(house)
    return placed


def _southward(axis: np.ndarray) -> np.ndarray:
    """Of a block's two directions the one that runs more east-west: slabs face south."""
    axis = axis if abs(axis[0]) >= abs(axis[1]) else np.array([-axis[1], axis[0]])
    return axis if axis[0] >= 0 else -axis


def _build(plot: Plot, rng: np.random.Generator) -> None:
    block = plot.block
    assert block is not None
    _, axis, _, _ = frame(block)
    south = _southward(axis)
    put = plot.buildings
    if plot.use == "oldtown":
        put += [("house", int(rng.integers(2, 6)), b) for b in _frontage(block, rng, (7, 13), (9, 14), 0.06)]
        _courts(plot, block, south, rng)
    elif plot.use == "residential":
        _residential(plot, block, south, rng)
    elif plot.use == "commercial":
        _halls(plot, block, rng, 2600, 5, "shop", (3, 7))
        put += [("tower", int(rng.integers(16, 28)), b) for b in _rows(block.buffer(-18), south, 24, 20, (38, 40), rng, 0.55)]
    elif plot.use == "industrial":
        _halls(plot, block, rng, 7000, 8, "factory", (1, 4))
    elif plot.use == "school":
        _school(plot, block, south, rng)
    elif plot.use in {"government", "hospital"}:
        put += [("public", int(rng.integers(4, 14)), b) for b in _rows(block.buffer(-12), south, 58, 17, (14, 24), rng, 0.12)]
    elif plot.use == "park" and block.area > 6000:
        put += [("public", 1, b) for b in _rows(block.buffer(-20), south, 14, 9, (60, 70), rng, 0.6)]


def _residential(plot: Plot, block: Polygon, south: np.ndarray, rng: np.random.Generator) -> None:
    kind = rng.random()
    put = plot.buildings
    if block.area < 4500 or (kind < 0.3 and plot.district not in {"new", "east"}):
        put += [("slab", int(rng.integers(4, 8)), b) for b in _frontage(block, rng, (10, 22), (10, 13), 0.1)]
        if block.area < 12_000:
            _courts(plot, block, south, rng)
        else:
            put += [("slab", int(rng.integers(5, 8)), b) for b in _rows(block.buffer(-24), south, 30, 11, (6, 14), rng, 0.15)]
        return
    core = block.buffer(-15)
    if kind < 0.5:
        put += [("tower", int(rng.integers(18, 33)), b) for b in _rows(block.buffer(-12), south, 30, 19, (24, 34), rng, 0.1)]
    else:
        slab = float(rng.uniform(34, 58))
        put += [("slab", int(rng.integers(6, 12)), b) for b in _rows(core, south, slab, 12.5, (9, 21), rng, 0.05)]
    taken = shapely.union_all([b for _, _, b in put]).buffer(5) if put else Polygon()
    shops = _frontage(block, rng, (14, 30), (8, 10), 0.25)
    put += [("shop", 2, b) for b in shops if not b.intersects(taken)]


def _courts(plot: Plot, block: Polygon, south: np.ndarray, rng: np.random.Generator) -> None:
    """Small houses in the middle of an old block."""
    core = block.buffer(-17)
    for part in shapely.get_parts(core):
        plot.buildings += [("house", int(rng.integers(1, 4)), b) for b in _rows(part, south, 12, 9, (2.5, 5), rng, 0.2)]


def _halls(plot: Plot, block: Polygon, rng: np.random.Generator, size: float, gap: float, klass: str, height: tuple[int, int]) -> None:
    """Large buildings that follow the block's own outline."""
    waiting = [block.buffer(-gap)]
    while waiting:
        shape = waiting.pop()
        for part in shapely.get_parts(shape):
            if part.geom_type != "Polygon" or part.area < 250:
                continue
            if part.area > size * rng.uniform(1.2, 2.2):
                pieces, line = cut_across(part, rng, 0.12, 0.01, 0.0)
                if line is not None:
                    waiting += pieces
                    continue
            if rng.random() < 0.12:
                continue
            shrunk = part.buffer(-gap / 2, join_style="mitre")
            box = shapely.oriented_envelope(shrunk)
            shape = shapely.intersection(box.buffer(-0.5, join_style="mitre"), shrunk.simplify(3))
            plot.buildings += [(klass, int(rng.integers(*height)), s) for s in shapely.get_parts(shape) if s.geom_type == "Polygon" and s.area > 150]


def _school(plot: Plot, block: Polygon, south: np.ndarray, rng: np.random.Generator) -> None:
    """A running track at one end, teaching blocks at the other."""
    centre, axis, length, breadth = frame(block)
    half = 21.0 if breadth > 75 else 13.0
    straight = min(88.0, length * 0.42)
    side = np.array([-axis[1], axis[0]])
    lie = axis if breadth < straight + 2 * half + 12 else side
    for share in (0.24, 0.3, 0.36):
        middle = centre + axis * length * (0.5 - share)
        core = shapely.LineString([middle - lie * straight / 2, middle + lie * straight / 2])
        track = core.buffer(half + 8, quad_segs=8)
        if block.contains(track):
            plot.pitches += [track, core.buffer(half, quad_segs=8)]
            break
    taken = plot.pitches[0].buffer(8) if plot.pitches else Polygon()
    for shape in _rows(block.buffer(-9), south, 46, 13, (12, 24), rng, 0.08):
        if not shape.intersects(taken):
            plot.buildings.append(("public", int(rng.integers(3, 6)), shape))
