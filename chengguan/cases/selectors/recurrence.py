"""顽疾: places and components where the same matter comes back again and again.

A place is a component, or, without one, the cases of a unit grid that lie within some metres of each other. How often within
how many days is the county's setting. Counted over what the person may see, by the index case_recurrence.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.db.models.functions import Transform
from django.contrib.gis.geos import Point
from django.db.models import Count, F, Func, IntegerField, QuerySet, Value, Window
from django.utils import timezone

from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.cases.selectors.configuration import settings
from chengguan.cases.selectors.nearby import NEVER_A_CASE
from chengguan.cases.selectors.seeing import visible
from chengguan.cases.selectors.worklists import HEAVY, SHOWN
from chengguan.people.models import Organisation
from chengguan.people.selectors import Who
from chengguan.places.projection import METRIC_CRS, box_around, metres_between

MOST = 100
MOST_HISTORY = 300
Key = tuple[str, int, str, int]
"""What kind of place, which, the matter, and which knot of cases within the unit grid."""


@dataclass(frozen=True)
class Recurring:
    """One place where one matter came back: `latest` stands for it in addresses."""

    latest: Case
    times: int
    first: datetime
    departments: tuple[Organisation, ...]
    current: Case | None

    @property
    def mean_days(self) -> float:
        return (self.latest.reported_at - self.first).total_seconds() / 86400 / (self.times - 1) if self.times > 1 else 0.0


@dataclass(frozen=True)
class Past:
    """A case of a place's history, with the days since the one before."""

    case: Case
    gap_days: float | None


class _Knot(Func):
    """Points within so many metres of each other share a number (PostGIS DBSCAN; a single point is a knot too)."""

    function = "ST_ClusterDBSCAN"
    output_field = IntegerField()
    window_compatible = True


def _counted(who: Who, since: datetime, until: datetime) -> QuerySet[Case]:
    return visible(who).filter(reported_at__gt=since, reported_at__lte=until, matter_code__gt="").exclude(state__in=NEVER_A_CASE)


def recurring(
    who: Who, *, matter: str = "", township: int | None = None, department: int | None = None, most: int = MOST, now: datetime | None = None
) -> list[Recurring]:
    """Where the same matter came back as often as the county's setting says or oftener, the most frequent first."""
    chosen, now = settings(), now or timezone.now()
    cases = _counted(who, now - timedelta(days=chosen["recurrence.days"]), now)
    if matter:
        cases = cases.filter(matter_code__startswith=matter)
    if township is not None:
        cases = cases.filter(township=township)
    if department is not None:
        cases = cases.filter(department=department)
    least = math.ceil(chosen["recurrence.times"])
    members = _at_components(cases, least, most) | _in_grids(cases, least, most, chosen["recurrence.metres"])
    chosen_keys = sorted((key for key, rows in members.items() if len(rows) >= least), key=lambda key: (-len(members[key]), -members[key][-1][1].timestamp()))
    return _told({key: members[key] for key in chosen_keys[:most]})


Row = tuple[int, datetime, str, int | None]  # id, reported at, state, department


def _at_components(cases: QuerySet[Case], least: int, most: int) -> dict[Key, list[Row]]:
    at = cases.filter(component__isnull=False)
    groups = list(at.order_by().values("component", "matter_code").annotate(n=Count("*")).filter(n__gte=least).order_by("-n")[:most])
    wanted = {(group["component"], group["matter_code"]) for group in groups}
    rows = at.filter(component__in={each[0] for each in wanted}).order_by("reported_at", "pk") if wanted else Case.objects.none()
    found: dict[Key, list[Row]] = defaultdict(list)
    for pk, component, matter, at_time, state, department in rows.values_list(
        "pk", "component", "matter_code", "reported_at", "state", "department"
    ):
        if (component, matter) in wanted:
            found["component", component, matter, 0].append((pk, at_time, state, department))
    return found


def _in_grids(cases: QuerySet[Case], least: int, most: int, metres: float) -> dict[Key, list[Row]]:
    at = cases.filter(component=None, unit_grid__isnull=False)
    groups = list(at.order_by().values("unit_grid", "matter_code").annotate(n=Count("*")).filter(n__gte=least).order_by("-n")[:most])
    wanted = {(group["unit_grid"], group["matter_code"]) for group in groups}
    if not wanted:
        return {}
    rows = at.filter(unit_grid__in={each[0] for each in wanted}, matter_code__in={each[1] for each in wanted}, point__isnull=False)
    knot = Window(_Knot(Transform(F("point"), METRIC_CRS), Value(float(metres)), Value(1)), partition_by=[F("unit_grid"), F("matter_code")])
    found: dict[Key, list[Row]] = defaultdict(list)
    for pk, grid, matter, at_time, state, department, number in (
        rows.annotate(knot=knot).order_by("reported_at", "pk").values_list(
            "pk", "unit_grid", "matter_code", "reported_at", "state", "department", "knot"
        )
    ):
        if (grid, matter) in wanted:
            found["grid", grid, matter, number].append((pk, at_time, state, department))
    return found


def _told(members: dict[Key, list[Row]]) -> list[Recurring]:
    latest = Case.objects.select_related(*SHOWN).defer(*HEAVY).in_bulk([rows[-1][0] for rows in members.values()])
    open_now = {key: next((row[0] for row in reversed(rows) if row[2] in workflow.OPEN), None) for key, rows in members.items()}
    current = Case.objects.in_bulk([pk for pk in open_now.values() if pk is not None])
    departments = Organisation.objects.in_bulk({row[3] for rows in members.values() for row in rows if row[3] is not None})
    return [
        Recurring(
            latest[rows[-1][0]],
            len(rows),
            rows[0][1],
            tuple(departments[pk] for pk in dict.fromkeys(row[3] for row in reversed(rows)) if pk is not None),
            current.get(open_now[key] or 0),
        )
        for key, rows in members.items()
        if rows[-1][0] in latest
    ]


def same_place(who: Who, case: Case, metres: float) -> QuerySet[Case]:
    """Cases of the same matter at the same component, or within so many metres, as far as this person may see them."""
    found = _same_thing(who, case)
    return found if case.component_id is not None or case.point is None else found.filter(pk__in=_within(found, case.point, metres))


def _same_thing(who: Who, case: Case) -> QuerySet[Case]:
    """Of the same matter at the same component or, where there is none, anywhere; nothing when nobody knows what or where."""
    found = visible(who).filter(matter_code=case.matter_code).exclude(state__in=NEVER_A_CASE)
    if not case.matter_code or (case.component_id is None and case.point is None):
        return found.none()
    return found.filter(component=case.component_id) if case.component_id is not None else found


def _within(cases: QuerySet[Case], centre: Point, metres: float) -> list[int]:
    near = cases.filter(point__bboverlaps=box_around(centre, metres)).values_list("pk", "point")
    return [pk for pk, point in near if point is not None and metres_between(centre, point) <= metres]


def times_here(who: Who, case: Case) -> tuple[int, int]:
    """(which time this is within the county's days, those days); 0 when it is not often enough to be told."""
    chosen = settings()
    days = chosen["recurrence.days"]
    since = case.reported_at - timedelta(days=days)
    before = _same_thing(who, case).filter(reported_at__gt=since, reported_at__lte=case.reported_at).exclude(pk=case.pk)
    near = case.point if case.component_id is None else None
    times = 1 + (len(_within(before, near, chosen["recurrence.metres"])) if near else before.count())
    return (times if times >= chosen["recurrence.times"] else 0), days


def history_here(who: Who, case: Case) -> list[Past]:
    """Everything that was reported of this matter at this place, newest first."""
    rows = same_place(who, case, settings()["recurrence.metres"]).select_related(*SHOWN).defer(*HEAVY)
    newest = list(rows.order_by("-reported_at", "-pk")[:MOST_HISTORY])
    before: list[Case | None] = [*newest[1:], None]
    return [
        Past(each, (each.reported_at - earlier.reported_at).total_seconds() / 86400 if earlier else None)
        for each, earlier in zip(newest, before, strict=True)
    ]
