"""How far somebody stands from a place, by the county's own measure: one rule for whoever must be there, or should be."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from chengguan.places.projection import metres_between
from chengguan.standards.limits import Settings


@dataclass(frozen=True)
class Distance:
    metres: float
    reach: float
    allowance: float
    """Of the position's own error, what counts in favour of the person."""

    @property
    def too_far(self) -> bool:
        return self.metres - self.allowance > self.reach


def distance_of(position: Point, accuracy: float | None, place: Point, settings: Settings) -> Distance:
    allowance = min(accuracy or 0, settings["verify.accuracy_metres"])
    return Distance(metres_between(position, place), settings["verify.metres"], allowance)


def spoken(metres: float) -> str:
    """350 米, 4.2 公里."""
    return _("%(n)d 米") % {"n": round(metres)} if metres < 1000 else _("%(n).1f 公里") % {"n": metres / 1000}
