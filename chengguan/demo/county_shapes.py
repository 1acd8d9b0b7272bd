"""Curves, noise and cuts from which the sample county is drawn. Metres, x east, y north. Plain Python.

Everything is a function of its arguments and of the numpy Generator it is given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split as split_polygon

GRAIN_M = 0.001
"""Linework is noded on a lattice of one millimetre, so that neighbours share their corners exactly."""


def generator(seed: int, part: str) -> np.random.Generator:
    """An independent stream of numbers for each part, so that changing one part leaves the others alone."""
    return np.random.default_rng([seed, int.from_bytes(hashlib.sha256(part.encode()).digest()[:8], "big")])


def smooth(points: Sequence[tuple[float, float]], step: float = 20.0, closed: bool = False) -> np.ndarray:
    """Points about `step` metres apart on a centripetal Catmull-Rom curve through `points`."""
    known = np.asarray(points, dtype=float)
    known = np.vstack([known[-1], known, known[:2]]) if closed else np.vstack([2 * known[0] - known[1], known, 2 * known[-1] - known[-2]])
    pieces = []
    for p0, p1, p2, p3 in zip(known, known[1:], known[2:], known[3:], strict=False):
        t = np.cumsum([0.0, *(max(np.hypot(*(b - a)) ** 0.5, 1e-6) for a, b in ((p0, p1), (p1, p2), (p2, p3)))])
        count = max(2, int(np.hypot(*(p2 - p1)) / step))
        u = np.linspace(t[1], t[2], count, endpoint=False)[:, None]
        a1 = (t[1] - u) / (t[1] - t[0]) * p0 + (u - t[0]) / (t[1] - t[0]) * p1
        a2 = (t[2] - u) / (t[2] - t[1]) * p1 + (u - t[1]) / (t[2] - t[1]) * p2
        a3 = (t[3] - u) / (t[3] - t[2]) * p2 + (u - t[2]) / (t[3] - t[2]) * p3
        b1 = (t[2] - u) / (t[2] - t[0]) * a1 + (u - t[0]) / (t[2] - t[0]) * a2
        b2 = (t[3] - u) / (t[3] - t[1]) * a2 + (u - t[1]) / (t[3] - t[1]) * a3
        pieces.append((t[2] - u) / (t[2] - t[1]) * b1 + (u - t[1]) / (t[2] - t[1]) * b2)
    if not closed:
        pieces.append(known[-2:-1])
    return np.vstack(pieces)


def normals(line: np.ndarray) -> np.ndarray:
    """Unit vectors to the left of a line's direction, at each of its points."""
    way = np.gradient(line, axis=0)
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
    return np.column_stack([-way[:, 1], way[:, 0]])


def wander(line: np.ndarray, rng: np.random.Generator, amplitude: float, wave: float) -> np.ndarray:
    """The line moved sideways by some slow waves; its ends stay."""
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    total = along[-1]
    sway = sum(
        amplitude / k * np.sin(2 * np.pi * along * k / wave + rng.uniform(0, 2 * np.pi)) for k in (1.0, 1.7, 3.1)
    ) * np.clip(np.minimum(along, total - along) / (wave / 2), 0, 1)
    return line + normals(line) * sway[:, None]


def ribbon(line: np.ndarray, width: np.ndarray | float) -> Polygon:
    """A band of (varying) width about a line."""
    half = normals(line) * (np.broadcast_to(width, len(line)) / 2)[:, None]
    shape = Polygon(np.vstack([line + half, (line - half)[::-1]]))
    return shape if shape.is_valid else max(shapely.get_parts(shapely.make_valid(shape)), key=lambda part: part.area)


def crooked(start: np.ndarray, end: np.ndarray, rng: np.random.Generator, rough: float = 0.13, shortest: float = 250.0) -> np.ndarray:
    """A border between two points as nature draws it: midpoints moved sideways, again and again."""
    line = np.vstack([start, end])
    while np.hypot(*(line[1] - line[0])) > shortest:
        leap = np.diff(line, axis=0)
        side = np.column_stack([-leap[:, 1], leap[:, 0]])
        middle = (line[:-1] + line[1:]) / 2 + side * rng.uniform(-rough, rough, len(leap))[:, None]
        line = np.vstack([np.stack([line[:-1], middle], axis=1).reshape(-1, 2), line[-1]])
    return line


def lattice_noise(x: np.ndarray, y: np.ndarray, cell: float, rng: np.random.Generator, octaves: int = 4) -> np.ndarray:
    """Fractal value noise about 0..1 at the points (x, y)."""
    total, weight, strength = np.zeros_like(x, dtype=float), 0.0, 1.0
    for _ in range(octaves):
        table = rng.random((64, 64))
        i, j = np.floor(x / cell).astype(int), np.floor(y / cell).astype(int)
        u, v = x / cell - i, y / cell - j
        u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
        a, b = table[i % 64, j % 64], table[(i + 1) % 64, j % 64]
        c, d = table[i % 64, (j + 1) % 64], table[(i + 1) % 64, (j + 1) % 64]
        total += strength * ((a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v)
        weight, strength, cell = weight + strength, strength * 0.5, cell / 2
    return total / weight


def contours(height: np.ndarray, x: np.ndarray, y: np.ndarray, level: float) -> list[Polygon]:
    """Polygons where `height` (rows of y, columns of x) is above `level`, by marching squares."""
    h = np.pad(height - level, 1, constant_values=-1e-6)
    h[h == 0] = 1e-9
    xs = np.concatenate([[2 * x[0] - x[1]], x, [2 * x[-1] - x[-2]]])
    ys = np.concatenate([[2 * y[0] - y[1]], y, [2 * y[-1] - y[-2]]])
    up = h > 0

    def east(i: int, j: int) -> tuple[float, float]:
        t = h[i, j] / (h[i, j] - h[i, j + 1])
        return float(xs[j] + t * (xs[j + 1] - xs[j])), float(ys[i])

    def north(i: int, j: int) -> tuple[float, float]:
        t = h[i, j] / (h[i, j] - h[i + 1, j])
        return float(xs[j]), float(ys[i] + t * (ys[i + 1] - ys[i]))

    mixed = up[:-1, :-1].astype(int) + up[:-1, 1:] + up[1:, :-1] + up[1:, 1:]
    pieces = []
    for i, j in zip(*np.nonzero((mixed > 0) & (mixed < 4)), strict=True):
        crossed = []
        if up[i, j] != up[i, j + 1]:
            crossed.append(east(i, j))
        if up[i, j + 1] != up[i + 1, j + 1]:
            crossed.append(north(i, j + 1))
        if up[i + 1, j] != up[i + 1, j + 1]:
            crossed.append(east(i + 1, j))
        if up[i, j] != up[i + 1, j]:
            crossed.append(north(i, j))
        pieces += [LineString(crossed[k : k + 2]) for k in range(0, len(crossed), 2)]
    faces = shapely.get_parts(shapely.polygonize(pieces))
    inside = []
    for face in faces:
        spot = face.representative_point()
        i, j = np.searchsorted(ys, spot.y) - 1, np.searchsorted(xs, spot.x) - 1
        u, v = (spot.x - xs[j]) / (xs[j + 1] - xs[j]), (spot.y - ys[i]) / (ys[i + 1] - ys[i])
        value = (h[i, j] * (1 - u) + h[i, j + 1] * u) * (1 - v) + (h[i + 1, j] * (1 - u) + h[i + 1, j + 1] * u) * v
        if value > 0:
            inside.append(face)
    return inside


def rounded(shape: Polygon, turns: int = 2) -> Polygon:
    """Corners cut by Chaikin's rule; holes likewise."""

    def cut(ring: np.ndarray) -> np.ndarray:
        for _ in range(turns):
            ahead = np.roll(ring, -1, axis=0)
            ring = np.stack([0.75 * ring + 0.25 * ahead, 0.25 * ring + 0.75 * ahead], axis=1).reshape(-1, 2)
        return ring

    return Polygon(
        cut(np.asarray(shape.exterior.coords)[:-1]), [cut(np.asarray(hole.coords)[:-1]) for hole in shape.interiors if len(hole.coords) > 4]
    )


def frame(shape: Polygon) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Centre, unit vector of the long side, length and breadth of the narrowest box about a shape."""
    box = shapely.oriented_envelope(shape)
    if not isinstance(box, Polygon):
        return np.asarray(shape.centroid.coords[0]), np.array([1.0, 0.0]), 0.0, 0.0
    corners = np.asarray(box.exterior.coords)
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    if np.hypot(*first) < np.hypot(*second):
        first, second = second, first
    length = float(np.hypot(*first))
    axis = first / max(length, 1e-9)
    if axis[0] < 0 or (axis[0] == 0 and axis[1] < 0):
        axis = -axis
    return corners[:4].mean(axis=0), axis, length, float(np.hypot(*second))


def cut_across(
    shape: Polygon, rng: np.random.Generator, jitter: float, turn: float, bend: float, share: float = 0.5
) -> tuple[list[Polygon], LineString | None]:
    """Cut a shape across its long side near `share` of it: the pieces, and the cut inside the shape (None if it failed)."""
    centre, axis, length, breadth = frame(shape)
    angle = rng.normal(0, turn)
    c, s = np.cos(angle), np.sin(angle)
    across = np.array([-axis[1] * c - axis[0] * s, axis[0] * c - axis[1] * s])
    middle = centre + axis * length * (share - 0.5 + rng.uniform(-jitter, jitter))
    reach = (breadth + length) * 0.75
    bow = rng.normal(0, bend) * breadth
    knife = LineString(smooth([tuple(middle - across * reach), tuple(middle + axis * bow), tuple(middle + across * reach)], step=breadth / 3 + 5))
    pieces = [piece for piece in split_polygon(shape, knife).geoms if isinstance(piece, Polygon)]
    if len(pieces) < 2:
        return [shape], None
    inside = shapely.intersection(knife, shape)
    return pieces, max(shapely.get_parts(inside), key=lambda part: part.length)


def node(lines: Iterable[BaseGeometry]) -> BaseGeometry:
    """All lines cut where they meet, on the lattice."""
    return shapely.union_all(np.asarray(list(lines), dtype=object), grid_size=GRAIN_M)


def faces_of(linework: BaseGeometry) -> np.ndarray:
    """The polygons that noded linework encloses, in a fixed order."""
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(linework)))
    spots = shapely.get_coordinates(shapely.point_on_surface(found))
    return found[np.lexsort((spots[:, 0], -spots[:, 1]))]
