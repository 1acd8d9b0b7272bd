"""The case file: everything that is known of one case, and how long the county took."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model
from django.utils import timezone

from chengguan.cases.models import Case, CaseAlarm, Clock, Dispatch, Photo, Report, Request, Step, TakenOver, Task
from chengguan.cases.selectors.asked import owed_among
from chengguan.cases.selectors.configuration import calendar, settings
from chengguan.cases.selectors.marks import marks_among
from chengguan.cases.selectors.nearby import earlier, of_caller
from chengguan.cases.selectors.running import Running
from chengguan.cases.selectors.seeing import sees_reporter, visible
from chengguan.cases.selectors.staged import stretches
from chengguan.cases.selectors.timeleft import day_seconds, show_time, words_of
from chengguan.cases.timing import light as light_at
from chengguan.cases.words import clock_words
from chengguan.engines import prepared
from chengguan.people.selectors import Who
from chengguan.standards import filing

BELONGS = ("department", "crew", "community", "township", "unit_grid")
"""Read with the case. What few cases have (an inspector, a component, a case it was merged into) is read when it is asked for."""
R = TypeVar("R", bound=Model)


def case_file(who: Who, case_id: int, now: datetime | None = None) -> dict[str, Any]:
    """case, condition, reports, steps, clocks (each with used_s, whole_s, left_s, share, light), photos, alarms,
    requests, tasks, owed (what this person owes beside the stage), dispatches, marks, stretches, linked, merged, earlier, caller, durations,
    sees_reporter. Case.DoesNotExist when it is not this person's to see."""
    now = now or timezone.now()
    case = visible(who).get(pk=case_id)
    chosen = settings()
    kept, tasks, requests, steps = _of(Clock, case), _of(Task, case), _of(Request, case), _of(Step, case)
    dispatches, photos, alarms = _of(Dispatch, case), _of(Photo, case), _of(CaseAlarm, case, "joined_at")
    _was_taken_over(case)
    prepared.follow(
        ([case], BELONGS), (kept, ["department"]), (tasks, ["account", "organisation", "sent_by"]), (requests, ["asked_by", "organisation", "decided_by"]),
        (dispatches, ["department"]), (photos, ["attachment"]), (alarms, ["alarm"]),
    )  # fmt: skip
    prepared.follow(([link.alarm for link in alarms], ["device"]))
    running = Running(case, now, chosen, calendar(chosen).for_showing(), [clock for clock in kept if clock.ended_at is None])
    show_time(running)
    merged, linked = _grown_from(who, case)
    clocks = [with_use(running, clock) for clock in kept]
    return {
        "case": case,
        "condition": condition_of(case),
        "reports": reports_of(who, [case, *merged]),
        "steps": steps,
        "clocks": clocks,
        "stretches": stretches(case, clocks),
        "marks": marks_among(case, requests, tasks, now),
        "photos": _given_at(photos, steps),
        "alarms": [link.alarm for link in alarms],
        "requests": requests,
        "tasks": tasks,
        "owed": owed_among(who, tasks),
        "dispatches": dispatches,
        "linked": linked,
        "merged": merged,
        "earlier": earlier(who, case),
        "caller": of_caller(who, case.reporter_phone, case.pk) if sees_reporter(who, case) else [],
        "sees_reporter": sees_reporter(who, case),
        "durations": durations(case, now),
    }


def _of(model: type[R], case: Case, order: str = "id") -> list[R]:
    """What hangs on this case by `case`, without its shapes."""
    rows = prepared.found(model, f"case_id = %s ORDER BY {order}", [case.pk])
    for each in rows:
        each.case = case  # type: ignore[attr-defined]
    return rows


def _was_taken_over(case: Case) -> None:
    """Most cases were not, and a case that is not asked for it would ask by itself."""
    rows = _of(TakenOver, case)
    Case._meta.get_field("taken_over").set_cached_value(case, rows[0] if rows else None)  # type: ignore[union-attr]


def _given_at(photos: list[Photo], steps: list[Step]) -> list[Photo]:
    """In the order they came, each with the step it was given at."""
    known = {step.pk: step for step in steps}
    for photo in photos:
        photo.step = known.get(photo.step_id or 0)
    return photos


def _grown_from(who: Who, case: Case) -> tuple[list[Case], list[Case]]:
    """What was merged into it, and of what was opened because of it those this person may see."""
    rows = prepared.found(Case, "merged_into_id = %(case)s OR linked_to_id = %(case)s ORDER BY id", {"case": case.pk})
    linked = [each.pk for each in rows if each.linked_to_id == case.pk]
    seen = set(visible(who).filter(pk__in=linked).values_list("pk", flat=True)) if linked else set()
    return [each for each in rows if each.merged_into_id == case.pk], [each for each in rows if each.pk in seen]


def reports_of(who: Who, cases: Iterable[Case]) -> list[Report]:
    """In the order they came, each with `.reporter_shown`: what was merged in may be secret where the main case is not."""
    known = {case.pk: case for case in cases}
    found = prepared.found(Report, "case_id = ANY(%s::bigint[]) ORDER BY arrived_at", [prepared.among(known)])
    for report in found:
        report.case = known[report.case_id]
        report.reporter_shown = sees_reporter(who, report.case)  # type: ignore[attr-defined]
    return found


def condition_of(case: Case) -> filing.FilingCondition | None:
    try:
        return filing.condition(case.condition_key)
    except KeyError:
        return None


def with_use(running: Running, clock: Clock) -> Clock:
    """The clock with used_s as of now and whole_s, left_s, share (0..1 and beyond), late and light beside it; `day_s`, a working
    day's length, `used` and, of an open one, `left` in words."""
    used, whole, day_s = running.used(clock), running.whole(clock), day_seconds(running)
    over = clock.overdue or used > whole
    light = "red" if over else light_at(running.now, clock.yellow_at, clock.deadline) if clock.ended_at is None else "green"
    left = words_of(running, clock, whole - used) if clock.ended_at is None else ""
    clock.used_s = used
    for name, value in {
        "whole_s": whole, "left_s": whole - used, "share": used / whole if whole else 0.0, "late": over, "light": light,
        "day_s": day_s, "used": clock_words(used, clock.limit_clock, day_s), "left": left,
    }.items():  # fmt: skip
        setattr(clock, name, value)
    return clock


SPANS = {
    "discover": ("occurred_at", "reported_at"),
    "accept": ("reported_at", "accepted_at"),
    "file": ("reported_at", "filed_at"),
    "dispatch": ("filed_at", "dispatched_at"),
    "handle": ("dispatched_at", "reported_back_at"),
    "verify": ("reported_back_at", "verified_at"),
    "close": ("reported_back_at", "closed_at"),
    "whole": ("occurred_at", "closed_at"),
}
"""Elapsed spans of a case; from its report when nobody knows when it occurred."""


def durations(case: Case, now: datetime | None = None) -> dict[str, float | None]:
    """Elapsed seconds the county took to discover, accept, file, dispatch, handle, verify, close, and in all; None for
    what has not happened or nobody knows."""
    found: dict[str, float | None] = {}
    for name, (start, end) in SPANS.items():
        since = getattr(case, start) or (case.reported_at if name == "whole" else None)
        until = getattr(case, end)
        found[name] = (until - since).total_seconds() if since and until else None
    return found
