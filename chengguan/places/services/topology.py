"""Do the unit grids partition their communities? No gap, no overlap, every point in exactly one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from chengguan.places.models import Area, UnitGrid
from chengguan.places.projection import to_metres

TOLERANCE_M2 = 1.0
"""Area in square metres (EPSG:4545) below which a gap or an overlap is a matter of rounding."""


@dataclass(frozen=True)
class Fault:
    """What is wrong: kind is gap, overlap, outside, invalid, missing or area; `m2` how much; `codes` which grids."""

    kind: str
    community: str
    codes: tuple[str, ...]
    m2: float
    text: str


def check_topology(community_codes: list[str] | None = None, on: dt.date | None = None, tolerance_m2: float = TOLERANCE_M2) -> list[Fault]:
    """Every fault of the grids in force on a day: union = community, no pairwise overlap, no gap, valid shapes; also
    between neighbours of different communities. An empty list is the proof, within `tolerance_m2` for each place."""
    day = on or timezone.localdate()
    communities = Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code")
    grids = UnitGrid.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day).order_by("code")
    if community_codes is not None:
        communities = communities.filter(code__in=community_codes)
        grids = grids.filter(community__code__in=community_codes)
    rows = list(grids.values_list("code", "community__code", "geom"))
    codes = np.asarray([code for code, _, _ in rows], dtype=object)
    home = np.asarray([community for _, community, _ in rows], dtype=object)
    shapes = to_metres(np.asarray([shapely.from_wkb(bytes(geom.wkb)) for _, _, geom in rows], dtype=object))
    faults = _invalid(codes, home, shapes)
    shapes = shapely.make_valid(shapes)
    faults += _overlaps(codes, home, shapes, tolerance_m2)
    for code, name, geom in communities.values_list("code", "name", "geom"):
        mine = shapes[home == code] if len(rows) else shapes
        whole = to_metres(shapely.from_wkb(bytes(geom.wkb)))
        faults += _community(code, name, whole, mine, codes[home == code] if len(rows) else codes, tolerance_m2)
    return faults


def _invalid(codes: np.ndarray, home: np.ndarray, shapes: np.ndarray) -> list[Fault]:
    return [
        Fault("invalid", home[i], (codes[i],), 0.0, _("网格%(code)s的图形无效") % {"code": codes[i]})
        for i in np.nonzero(~shapely.is_valid(shapes))[0]
    ]


def _overlaps(codes: np.ndarray, home: np.ndarray, shapes: np.ndarray, tolerance: float) -> list[Fault]:
    if not len(shapes):
        return []
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    common = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    return [
        Fault(
            "overlap", home[a], (codes[a], codes[b]), float(m2), _("网格%(a)s与%(b)s重叠%(m2).1f平方米") % {"a": codes[a], "b": codes[b], "m2": m2}
        )
        for a, b, m2 in zip(left, right, common, strict=True)
        if m2 > tolerance
    ]


def _community(code: str, name: str, whole: BaseGeometry, mine: np.ndarray, codes: np.ndarray, tolerance: float) -> list[Fault]:
    if not len(mine):
        return [Fault("missing", code, (), whole.area, _("%(name)s没有单元网格") % {"name": name})]
    union = shapely.union_all(mine)
    gap = shapely.difference(whole, union).area
    faults = []
    if gap > tolerance:
        faults.append(Fault("gap", code, (), gap, _("%(name)s有%(m2).1f平方米不属于任何单元网格") % {"name": name, "m2": gap}))
    if shapely.difference(union, whole).area > tolerance:
        beyond = shapely.area(shapely.difference(mine, whole))
        for i in np.nonzero(beyond > tolerance / max(len(mine), 1))[0]:
            text = _("网格%(code)s有%(m2).1f平方米在%(name)s以外") % {"code": codes[i], "m2": beyond[i], "name": name}
            faults.append(Fault("outside", code, (codes[i],), float(beyond[i]), text))
    return faults
