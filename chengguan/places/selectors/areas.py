"""Which area, unit grid or responsibility grid a place belongs to, and which was meant by a name or code."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from chengguan.engines import prepared
from chengguan.places.models import CRS, Area, GridMembership, ResponsibilityGrid, UnitGrid


def _day(on: dt.date | None) -> dt.date:
    return on or timezone.localdate()


def _in_force(on: dt.date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def county() -> Area:
    """The county this house serves; Area.DoesNotExist before one is loaded."""
    return Area.objects.filter(level=Area.Level.COUNTY).earliest("id")


def inside_county(point: Point) -> bool:
    return Area.objects.filter(level=Area.Level.COUNTY, geom__covers=point).exists()


def area_at(point: Point, level: str) -> Area | None:
    """The area of that level a point lies in; on a shared border the one of the lower code."""
    found = Area.objects.filter(level=level, geom__covers=point).select_related("parent").order_by("code")
    return found.defer("geom", "geom_3857", "parent__geom", "parent__geom_3857").first()


def areas(level: str) -> QuerySet[Area]:
    return Area.objects.filter(level=level).order_by("code")


def area_named(name: str, level: str | None = None, on: dt.date | None = None) -> Area | None:
    """The area that bears this name on that day in any list. Lists disagree about numbers, not about names."""
    found = Area.objects.filter(_names_in_force(_day(on)), names__name=name)
    return (found.filter(level=level) if level else found).order_by("code").first()


def area_coded(code: str, lineage: str = "nbs", on: dt.date | None = None) -> Area | None:
    """The area with that code in one list on that day."""
    return Area.objects.filter(_names_in_force(_day(on)), names__code=code, names__lineage=lineage).first()


def _names_in_force(on: dt.date) -> Q:
    return Q(names__valid_from__lte=on) & (Q(names__valid_to=None) | Q(names__valid_to__gt=on))


_GRID: dict[str, Any] = {"g": UnitGrid, "c": Area, "t": Area}
_COLUMNS = {of: [field.attname for field in model._meta.concrete_fields if field.name not in ("geom", "geom_3857")] for of, model in _GRID.items()}
_GRID_AT = f"""
SELECT {", ".join(f"{of}.{name}" for of, names in _COLUMNS.items() for name in names)}
FROM places_unitgrid g JOIN places_area c ON c.id = g.community_id LEFT JOIN places_area t ON t.id = c.parent_id
WHERE ST_Covers(g.geom, ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), %(crs)s))
  AND g.valid_from <= %(day)s AND (g.valid_to IS NULL OR g.valid_to > %(day)s)
ORDER BY g.code LIMIT 1
"""


def grid_at(point: Point, on: dt.date | None = None) -> UnitGrid | None:
    """The one unit grid in force at a point; on a shared edge the one of the lower number. Its shape and those of what it lies in
    are read when somebody asks for them. As a text, for every report asks it."""
    row = prepared.row(_GRID_AT, {"x": point.x, "y": point.y, "crs": CRS, "day": _day(on)})
    if row is None:
        return None
    values = iter(row)
    grid, community, township = (
        _GRID[of].from_db(connection.alias, names, [next(values) for _name in names]) for of, names in _COLUMNS.items()
    )
    community.parent = township if township.pk is not None else None
    grid.community = community
    return cast(UnitGrid, grid)


def responsibility_grid_of(unit_grid: UnitGrid, on: dt.date | None = None) -> ResponsibilityGrid | None:
    return (
        ResponsibilityGrid.objects.filter(
            pk__in=GridMembership.objects.filter(_in_force(_day(on)), unit_grid=unit_grid).values("responsibility_grid")
        )
        .order_by("code")
        .first()
    )
