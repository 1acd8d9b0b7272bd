"""Which area, unit grid or responsibility grid a place belongs to, and which was meant by a name or code."""

from __future__ import annotations

import datetime as dt

from django.contrib.gis.geos import Point
from django.db.models import Q, QuerySet
from django.utils import timezone

from chengguan.places.models import Area, GridMembership, ResponsibilityGrid, UnitGrid

SHAPES = tuple(f"{of}{name}" for of in ("", "community__", "community__parent__") for name in ("geom", "geom_3857"))


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
    return Area.objects.filter(level=level, geom__covers=point).order_by("code").first()


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


def grid_at(point: Point, on: dt.date | None = None) -> UnitGrid | None:
    """The one unit grid in force at a point; on a shared edge the one of the lower number. Its shape and those of what it lies in
    are read when somebody asks for them."""
    return (
        UnitGrid.objects.filter(_in_force(_day(on)), geom__covers=point)
        .select_related("community__parent")
        .defer(*SHAPES)
        .order_by("code")
        .first()
    )


def responsibility_grid_of(unit_grid: UnitGrid, on: dt.date | None = None) -> ResponsibilityGrid | None:
    return (
        ResponsibilityGrid.objects.filter(
            pk__in=GridMembership.objects.filter(_in_force(_day(on)), unit_grid=unit_grid).values("responsibility_grid")
        )
        .order_by("code")
        .first()
    )
