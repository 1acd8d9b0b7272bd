"""The round 路线 of a crew or a department: what is to be done today, in the order in which one walks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db.models import F, Q
from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.cases.selectors.seeing import visible
from chengguan.cases.selectors.timeleft import show_times
from chengguan.cases.selectors.worklists import HEAVY, SHOWN
from chengguan.people.models import Organisation
from chengguan.people.selectors import Who, organisations, reach
from chengguan.places.projection import metres_between

AT_WORK = ("dispatched", "handling")
GOES_OUT = ("crew", "department", "township", "enterprise", "contractor")
MOST_STOPS = 60
SWAPS = 20
"""How often the whole way is looked over for stretches that are shorter walked the other way round."""


@dataclass(frozen=True)
class Stop:
    """One job. `metres` from the stop before, as the crow flies; None at the first, and where no place is known."""

    number: int
    case: Case
    metres: int | None


@dataclass(frozen=True)
class Round:
    """`metres` of the whole way; `later`: how many jobs in hand are not due today; `left_out`: beyond what one walks in a day."""

    organisation: Organisation
    stops: list[Stop]
    metres: int
    later: int
    left_out: int


def rounds_of(who: Who) -> list[Organisation]:
    """Whose rounds this person may print: the own departments, townships and crews; for the centre whoever has work in hand."""
    far = reach(who, "cases.see")
    known = organisations(who).filter(kind__in=GOES_OUT, enabled=True).order_by("kind", "code")
    if not far.everything:
        return list(known.filter(pk__in=far.organisation_ids))
    busy = Case.objects.filter(state__in=AT_WORK)
    return list(known.filter(Q(pk__in=busy.values("department")) | Q(pk__in=busy.values("crew"))))


def round_of(who: Who, organisation: Organisation, everything: bool = False, start: Point | None = None, now: datetime | None = None) -> Round:
    """What this organisation has to do by tonight (with `everything`: all it has in hand): from `start`, or from the most pressing
    job, always on to the nearest, then the way straightened. What has no place stands at the end."""
    now = now or timezone.now()
    tonight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    theirs = Q(crew=organisation) if organisation.kind == organisation.Kind.CREW else Q(department=organisation)
    in_hand = visible(who).filter(theirs, state__in=AT_WORK)
    wanted = in_hand if everything else in_hand.filter(Q(deadline__lt=tonight) | Q(urgent=True))
    pressing = wanted.order_by("-urgent", F("deadline").asc(nulls_last=True), "id").select_related(*SHOWN, "unit_grid")
    found = list(pressing.defer(*HEAVY, "unit_grid__geom", "unit_grid__geom_3857")[:MOST_STOPS])
    show_times(found, now)
    placed = [case for case in found if case.point is not None]
    way = [placed[at] for at in nearest_first([case.point for case in placed if case.point is not None], start)]
    stops: list[Stop] = []
    before = start
    for case in [*way, *(case for case in found if case.point is None)]:
        away = round(metres_between(before, case.point)) if before is not None and case.point is not None else None
        stops.append(Stop(len(stops) + 1, case, away))
        before = case.point or before
    whole = in_hand.count()
    wanted_n = whole if everything else wanted.count()
    return Round(organisation, stops, sum(stop.metres or 0 for stop in stops), whole - wanted_n, wanted_n - len(found))


def nearest_first(points: Sequence[Point], start: Point | None = None) -> list[int]:
    """The order of a walk over the points: from `start` (else from the first of them) on to the nearest each time, then
    every stretch that is shorter the other way round is turned. No shortest way of all, but one without needless crossings."""
    left = list(range(len(points)))
    if not left:
        return []
    here = start or points[0]
    way: list[int] = []
    while left:
        nearest = min(left, key=lambda at: (metres_between(here, points[at]), at))
        left.remove(nearest)
        way.append(nearest)
        here = points[nearest]
    return _straightened(way, points, start)


def _straightened(way: list[int], points: Sequence[Point], start: Point | None) -> list[int]:
    def between(a: int | None, b: int | None) -> float:
        first = start if a is None else points[a]
        return metres_between(first, points[b]) if first is not None and b is not None else 0.0

    fixed = 0 if start is not None else 1  # without a start the walk begins at the first, the most pressing
    for _turn in range(SWAPS):
        better = False
        for i in range(fixed, len(way) - 1):
            for j in range(i + 1, len(way)):
                before, after = way[i - 1] if i else None, way[j + 1] if j + 1 < len(way) else None
                now, turned = between(before, way[i]) + between(way[j], after), between(before, way[j]) + between(way[i], after)
                if turned < now - 0.5:
                    way[i : j + 1] = reversed(way[i : j + 1])
                    better = True
        if not better:
            break
    return way
