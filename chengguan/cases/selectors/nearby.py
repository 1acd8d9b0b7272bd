"""Cases near a place: possible duplicates shown before filing, and what came before at the same component."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.db.models import Q, QuerySet
from django.utils import timezone

from chengguan.cases import workflow
from chengguan.cases.models import Case, Photo
from chengguan.cases.selectors.configuration import settings
from chengguan.cases.selectors.seeing import reporter_known, visible
from chengguan.people.selectors import Who
from chengguan.places.projection import box_around, metres_between

MOST_BESIDE = 4
NEVER_A_CASE = ("merged", "refused", "voided")
MAJOR_DIGITS = 2
SAME: dict[str, Callable[[str], Q]] = {
    "matter": lambda code: Q(matter_code=code),
    "class": lambda code: Q(matter_code__startswith=code[:MAJOR_DIGITS]),
    "any": lambda code: Q(),
}
"""What counts as the same thing, by the setting."""


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
    cases, metres = _beside(point, matter_code, metres, hours, now)
    cases = cases.exclude(state__in=NEVER_A_CASE)
    if exclude is not None:
        cases = cases.exclude(pk=exclude)
    found = []
    for case in cases.select_related("department")[:200]:
        assert case.point is not None
        away = metres_between(point, case.point)
        case.metres = away  # type: ignore[attr-defined]
        if away <= metres:
            found.append(case)
    return sorted(found, key=lambda case: case.metres)  # type: ignore[attr-defined]


def _beside(point: Point, matter_code: str, metres: float | None, hours: float | None, now: datetime | None = None) -> tuple[QuerySet[Case], float]:
    """Those in the box around the point, and within how many metres of it they have to be."""
    chosen = settings()
    metres = metres if metres is not None else chosen["duplicates.metres"]
    hours = hours if hours is not None else chosen["duplicates.hours"]
    since = (now or timezone.now()) - timedelta(hours=hours)
    cases = Case.objects.filter(reported_at__gte=since, point__bboverlaps=box_around(point, metres))
    return (cases.filter(SAME[chosen["duplicates.same"]](matter_code)) if matter_code else cases), metres


class Beside(NamedTuple):
    """What can be told to anybody of a case in hand near a point."""

    metres: float
    matter_name: str
    state: str
    reported_at: datetime


def open_beside(point: Point, matter_code: str, *, metres: float | None = None, hours: float | None = None) -> list[Beside]:
    """The duplicates that are still in hand, nearest first, without reading whole cases: every report by another program asks it."""
    cases, metres = _beside(point, matter_code, metres, hours)
    rows: Iterable[tuple[Any, ...]] = cases.filter(state__in=workflow.OPEN).values_list("point", "matter_name", "state", "reported_at")[:200]
    found = (Beside(metres_between(point, at), *rest) for at, *rest in rows)
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
    cases = visible(who).filter(reporter_known(who), reporter_phone=phone) if phone else Case.objects.none()
    return list((cases.exclude(pk=exclude) if exclude else cases).order_by("-reported_at")[:limit])
