"""回访: who waits to hear how it ended, until when they are to be rung up, and what those said who were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from chengguan.cases.models import Case, Step, Task
from chengguan.cases.selectors.configuration import calendar, settings
from chengguan.cases.selectors.running import Running
from chengguan.cases.selectors.seeing import sees_reporter, visible
from chengguan.cases.selectors.timeleft import TimeLeft, time_of
from chengguan.people.selectors import Who, may

MOST = 200


@dataclass(frozen=True)
class Caller:
    """Whom to ring up; without name and telephone for who may not know them."""

    name: str
    phone: str
    secret: bool


@dataclass(frozen=True)
class Call:
    """One line of the list. `tries`: how often nobody was reached."""

    task: Task
    case: Case
    callers: list[Caller]
    time: TimeLeft
    tries: int


def may_follow_up(who: Who) -> bool:
    """Whether this person has the list at all."""
    return may(who, "cases.see_reporter")


def someone_waits(case: Case) -> bool:
    """Whether who reported it, or anything merged into it, wants to hear the result."""
    return case.reply_wanted or any(each.reply_wanted for each, _root in _merged_below([case]))


def anybody_left_a_number(case: Case) -> bool:
    """Whether there is somebody to ring up at all: who reported it, or anything merged into it."""
    return bool(case.reporter_phone) or any(each.reporter_phone for each, _root in _merged_below([case]))


def calls(who: Who, show: str = "due", light: str = "", now: datetime | None = None) -> list[Call]:
    """`due`: whom to ring up, the nearest due time first; `done`: who was, the latest first. At most MOST."""
    now, chosen = now or timezone.now(), settings()
    days = calendar(chosen).for_showing()
    rows = _tasks(who, show).filter(_light(light, now)).select_related("clock", "case__township", "case__department")
    rows = rows.defer("case__township__geom", "case__township__geom_3857")
    found = list(rows.order_by("due", "id") if show == "due" else rows.order_by("-done_at", "-id"))[:MOST]
    callers = _callers(who, [task.case for task in found])
    tried = Step.objects.filter(case__in=[task.case_id for task in found], action="follow_up", given__satisfaction="unreached")
    tries = dict(tried.values_list("case").annotate(n=Count("pk")).order_by())
    return [
        Call(task, task.case, callers[task.case_id], time_of(Running(task.case, now, chosen, days, []), task.clock), tries.get(task.case_id, 0))
        for task in found
    ]


def call_counts(who: Who, now: datetime | None = None) -> dict[str, int]:
    """How many there are in all, and of these red, yellow, green."""
    now = now or timezone.now()
    lights: Any = {light: Count("pk", filter=_light(light, now)) for light in ("red", "yellow", "green")}
    return _tasks(who, "due").aggregate(all=Count("pk"), **lights)


def _tasks(who: Who, show: str) -> QuerySet[Task]:
    if not may_follow_up(who):
        return Task.objects.none()
    return Task.objects.filter(kind="follow_up", done_at__isnull=show == "due", case__in=visible(who).order_by())


def _light(light: str, now: datetime) -> Q:
    running = Q(due__gte=now)
    yellow = Q(clock__yellow_at__lte=now)
    return {"red": Q(due__lt=now), "yellow": running & yellow, "green": running & ~yellow}.get(light, Q())


def _callers(who: Who, cases: list[Case]) -> dict[int, list[Caller]]:
    """By case those who want a reply, of what was merged into it too."""
    found: dict[int, list[Caller]] = {case.pk: [] for case in cases}
    for each, root in [*((case, case.pk) for case in cases), *_merged_below(cases)]:
        if each.reply_wanted:
            shown = sees_reporter(who, each)
            found[root].append(Caller(each.reporter_name if shown else "", each.reporter_phone if shown else "", each.secret))
    return found


def _merged_below(cases: Iterable[Case]) -> list[tuple[Case, int]]:
    """What was merged into these, and into those, and so on; each with the case it ends up in."""
    found: list[tuple[Case, int]] = []
    roots = {case.pk: case.pk for case in cases}
    layer = list(roots)
    while layer:
        below = list(Case.objects.filter(merged_into__in=layer).exclude(pk__in=roots).order_by("id"))
        for each in below:
            assert each.merged_into_id is not None
            roots[each.pk] = roots[each.merged_into_id]
            found.append((each, roots[each.pk]))
        layer = [each.pk for each in below]
    return found
