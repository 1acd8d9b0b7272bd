"""Cases near a place: possible duplicates shown before filing, and what came before at the same component."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.gis.geos import Point
from django.db.models import Q, QuerySet
from django.utils import timezone

from chengguan.cases import workflow
from chengguan.cases.models import Case, Photo
from chengguan.cases.selectors.configuration import settings
from chengguan.cases.selectors.seeing import called_from, reporter_known, visible
from chengguan.engines import prepared
from chengguan.people.selectors import Who
from chengguan.places.models import CRS
from chengguan.places.projection import box_around, edges_around, metres_apart, metres_between

MOST_BESIDE = 4
NEVER_A_CASE = ("merged", "refused", "voided")
MOST_NEAR = 200
SAME_DIGITS = {"matter": 5, "class": 2, "any": 0}
"""What counts as the same thing, by the setting: as many digits of the matter's code."""

Spot = tuple[Point, str]
"""Where, and which matter; "" when it is not known."""


def duplicates(
    point: Point,
    matter_code: str,
    *,
    metres: float | None = None,
    hours: float | None = None,
    exclude: int | None = None,
    now: datetime | None = None,
) -> list[Case]:
    """Near in space (50 m) and time (24 h) and the same as the county says: of the matter, of its major class, or whatever it
    is (also when the matter is not known, ""); nearest first, each with `.metres`. By position alone, without who: the caller shows only what its reader may know."""
    near = duplicates_of_each({0: (point, matter_code)}, metres=metres, hours=hours, now=now)[0]
    return [case for case in near if case.pk != exclude]


def duplicates_of_each(
    spots: Mapping[int, Spot], *, metres: float | None = None, hours: float | None = None, now: datetime | None = None
) -> dict[int, list[Case]]:
    """The same of several spots at once, by their own keys."""
    cases, metres, digits = _beside(spots.values(), metres, hours, now)
    found: dict[int, list[Case]] = {key: [] for key in spots}
    rows = cases.exclude(state__in=NEVER_A_CASE).select_related("department")[: MOST_NEAR * len(spots)] if spots else ()
    for case in rows:
        assert case.point is not None
        for key, (point, matter) in spots.items():
            away = metres_between(point, case.point)
            if away <= metres and case.matter_code.startswith(matter[:digits]):
                here = copy(case)
                here.metres = away  # type: ignore[attr-defined]
                found[key].append(here)
    return {key: sorted(near, key=lambda case: case.metres) for key, near in found.items()}  # type: ignore[attr-defined]


def _beside(spots: Iterable[Spot], metres: float | None, hours: float | None, now: datetime | None = None) -> tuple[QuerySet[Case], float, int]:
    """Those in the boxes around the spots, within how many metres of one they have to be, and how many digits make the same."""
    metres, since, digits = _reach(metres, hours, now)
    wanted = Q(pk__in=[])
    for point, matter in spots:
        same = Q(matter_code__startswith=matter[:digits]) if matter[:digits] else Q()
        wanted |= Q(point__bboverlaps=box_around(point, metres)) & same
    return Case.objects.filter(wanted, reported_at__gte=since), metres, digits


def _reach(metres: float | None, hours: float | None, now: datetime | None = None) -> tuple[float, datetime, int]:
    """How near, since when, and with how many digits of the matter in common: as the county says unless it is said here."""
    chosen = settings()
    metres = metres if metres is not None else chosen["duplicates.metres"]
    hours = hours if hours is not None else chosen["duplicates.hours"]
    return metres, (now or timezone.now()) - timedelta(hours=hours), SAME_DIGITS[chosen["duplicates.same"]]


class Beside(NamedTuple):
    """What can be told to anybody of a case in hand near a point."""

    metres: float
    matter_name: str
    state: str
    reported_at: datetime


_OPEN_BESIDE = f"""
SELECT ST_X(point), ST_Y(point), matter_name, state, reported_at FROM cases_case
WHERE point && ST_MakeEnvelope(%s, %s, %s, %s, {CRS}) AND reported_at >= %s AND starts_with(matter_code, %s) AND state IN {workflow.OPEN!r}
LIMIT {MOST_NEAR}
"""
"""The states are named in the text, so that the index of open cases by place (`case_open_point`) is known to fit."""


def open_beside(point: Point, matter_code: str, *, metres: float | None = None, hours: float | None = None) -> list[Beside]:
    """The duplicates that are still in hand, nearest first, without reading whole cases: every report by another program asks it."""
    metres, since, digits = _reach(metres, hours)
    x, y = point.x, point.y
    rows = prepared.rows(_OPEN_BESIDE, [*edges_around(x, y, metres), since, matter_code[:digits]])
    found = (Beside(metres_apart(x, y, east, north), *rest) for east, north, *rest in rows)
    return sorted(each for each in found if each.metres <= metres)


def mergeable(who: Who, case: Case) -> list[Case]:
    """What this report may repeat: duplicates that are still in hand, near in time to this report however long it has lain,
    as far as this person may see them."""
    if case.point is None:
        return []
    near = duplicates(case.point, case.matter_code, exclude=case.pk, now=case.reported_at)
    open_ones = [each for each in near if each.state in workflow.OPEN]
    seen = set(visible(who).filter(pk__in=[each.pk for each in open_ones]).values_list("pk", flat=True)) if open_ones else set()
    return [each for each in open_ones if each.pk in seen]


@dataclass(frozen=True)
class Near:
    """A case that may be the same thing, as it is laid beside this one."""

    case: Case
    metres: int
    photo: Photo | None


def near_of(who: Who, case: Case) -> list[Near]:
    """What this report may repeat, before it is accepted and before it is filed, as far as this person may see it."""
    if case.state not in ("reported", "awaiting_filing"):
        return []
    found = mergeable(who, case)[:MOST_BESIDE]
    photos: dict[int, Photo] = {}
    for photo in Photo.objects.filter(case__in=found, kind__in=("report", "before")).select_related("attachment").order_by("id"):
        photos.setdefault(photo.case_id, photo)
    return [Near(each, round(each.metres), photos.get(each.pk)) for each in found]  # type: ignore[attr-defined]


def earlier(who: Who, case: Case, limit: int = 20) -> list[Case]:
    """What happened before at the same component, as far as this person may see it, newest first."""
    if case.component_id is None:
        return []
    return list(visible(who).filter(component=case.component_id).exclude(pk=case.pk).order_by("-reported_at")[:limit])


def of_caller(who: Who, phone: str, exclude: int | None = None, limit: int = 10) -> list[Case]:
    """The caller's earlier cases, newest first, as far as this person may know who called."""
    cases = visible(who).filter(reporter_known(who), called_from(phone)) if phone else Case.objects.none()
    return list((cases.exclude(pk=exclude) if exclude else cases).order_by("-reported_at")[:limit])
