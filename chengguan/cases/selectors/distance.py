"""How far somebody stands from a place, by the county's own measure: one rule for whoever must be there, or should be."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from chengguan.cases.selectors.configuration import settings
from chengguan.cases.selectors.refusals import Refused
from chengguan.places.projection import metres_between
from chengguan.standards.limits import Settings
from chengguan.things.models import Component


@dataclass(frozen=True)
class Distance:
    metres: float
    reach: float
    allowance: float
    """Of the position's own error, what counts in favour of the person."""

    @property
    def too_far(self) -> bool:
        return self.metres - self.allowance > self.reach


def distance_of(position: Point, accuracy: float | None, place: Point, chosen: Settings) -> Distance:
    allowance = min(accuracy or 0, chosen["verify.accuracy_metres"])
    return Distance(metres_between(position, place), chosen["verify.metres"], allowance)


def component_here(component_id: int | None, point: Point, accuracy: float) -> Component | None:
    """The component that was chosen, when it stands where the person stands: what is reported will lie there."""
    component = Component.objects.filter(pk=component_id).first() if component_id else None
    if component is not None:
        away = distance_of(point, accuracy, component.point, settings())
        if away.too_far:
            words = _("所选部件%(name)s离您 %(m)d 米，请走到跟前再报，或重选部件。")
            raise Refused(words % {"name": component.label or component.name, "m": round(away.metres)}, "component")
    return component


def spoken(metres: float) -> str:
    """350 米, 4.2 公里."""
    return _("%(n)d 米") % {"n": round(metres)} if metres < 1000 else _("%(n).1f 公里") % {"n": metres / 1000}
