"""Cells of the sample county's linework: what hangs apart or is too small goes to a neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import Polygon

SMALLEST_M2 = 4_500.0
LARGEST_M2 = 17_000.0


@dataclass
class Cell:
    """A face of the linework: a future unit grid, or part of one."""

    shape: Polygon
    township: str
    community: int
    urban: bool
    wet: bool = False
    whole: bool = False


def merged(cells: list[Cell]) -> list[list[Cell]]:
    """Cells of one community, small ones joined to the neighbour they share most border with."""
    shapes = np.asarray([cell.shape for cell in cells], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a < b]
    border: Any = shapely.length(shapely.intersection(shapes[[a for a, _ in pairs]], shapes[[b for _, b in pairs]])) if pairs else []
    shared: dict[int, dict[int, float]] = {i: {} for i in range(len(cells))}
    for (a, b), length in zip(pairs, border, strict=True):
        if length > 0:
            shared[a][b] = shared[b][a] = float(length)
    area = {i: cell.shape.area for i, cell in enumerate(cells)}
    groups = {i: [cell] for i, cell in enumerate(cells)}
    while True:
        small = sorted((a, i) for i, a in area.items() if a < SMALLEST_M2 and shared[i])
        if not small:
            return [groups[i] for i in sorted(groups)]
        _, i = small[0]
        wet = groups[i][0].wet
        j = max(shared[i], key=lambda k: (area[k] < LARGEST_M2, groups[k][0].wet == wet, not groups[k][0].whole, shared[i][k], -k))
        groups[j] += groups.pop(i)
        area[j] += area.pop(i)
        for k, length in shared.pop(i).items():
            shared[k].pop(i, None)
            if k != j:
                shared[j][k] = shared[k][j] = shared[j].get(k, 0.0) + length


def mend(cells: list[Cell]) -> None:
    """What of a community hangs apart from its larger part goes to the neighbour it borders most."""
    shapes = np.asarray([cell.shape for cell in cells], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="touches")
    length = shapely.length(shapely.intersection(shapes[left], shapes[right]))
    beside: list[list[tuple[int, float]]] = [[] for _ in cells]
    for a, b, shared in zip(left, right, length, strict=True):
        if shared > 0.01:
            beside[a].append((int(b), float(shared)))
    for _ in range(4):
        members: dict[tuple[str, bool, int], list[int]] = {}
        for index, cell in enumerate(cells):
            members.setdefault((cell.township, cell.urban, cell.community), []).append(index)
        moved = 0
        for key, mine in sorted(members.items()):
            for loose in _loose_parts(mine, beside, cells):
                gain: dict[tuple[str, bool, int], float] = {}
                for index in loose:
                    for other, shared in beside[index]:
                        home = (cells[other].township, cells[other].urban, cells[other].community)
                        if home != key and home[1] == key[1]:
                            gain[home] = gain.get(home, 0.0) + shared
                if gain:
                    best = max(gain, key=lambda home: (gain[home], home))
                    for index in loose:
                        cells[index].township, _, cells[index].community = best
                    moved += 1
        if not moved:
            return


def _loose_parts(mine: list[int], beside: list[list[tuple[int, float]]], cells: list[Cell]) -> list[list[int]]:
    """The connected parts of some cells, without the largest."""
    left, parts = set(mine), []
    while left:
        part, waiting = [], [min(left)]
        left.discard(waiting[0])
        while waiting:
            index = waiting.pop()
            part.append(index)
            for other, _ in beside[index]:
                if other in left:
                    left.discard(other)
                    waiting.append(other)
        parts.append(sorted(part))
    parts.sort(key=lambda part: (sum(cells[i].shape.area for i in part), part[0]))
    return parts[:-1]
