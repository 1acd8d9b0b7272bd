"""The case file: everything that is known of one case, and how long the county took."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Avg, ExpressionWrapper, F, fields
from django.utils import timezone

from chengguan.cases.models import Case, Clock, Report
from chengguan.cases.selectors.configuration import calendar, settings
from chengguan.cases.selectors.nearby import earlier, of_caller
from chengguan.cases.selectors.running import Running
from chengguan.cases.selectors.seeing import sees_reporter, visible
from chengguan.cases.selectors.worklists import SHOWN, light_of
from chengguan.cases.timing import light as light_at
from chengguan.people.selectors import Who
from chengguan.standards import filing


def case_file(who: Who, case_id: int, now: datetime | None = None) -> dict[str, Any]:
    """case, condition, reports, steps, clocks (each with used_s, whole_s, left_s, share, light), photos, alarms,
    requests, tasks, dispatches, linked, merged, earlier, caller, durations, sees_reporter. Case.DoesNotExist when it is not this person's to see."""
    now = now or timezone.now()
    case = visible(who).select_related(*SHOWN, "unit_grid", "merged_into", "linked_to").get(pk=case_id)
    case.light = light_of(case, now)  # type: ignore[attr-defined]
    chosen = settings()
    running = Running(case, now, chosen, calendar(chosen))
    merged = list(case.merged.all())
    return {
        "case": case,
        "condition": condition_of(case),
        "reports": list(Report.objects.filter(case__in=[case, *merged]).order_by("arrived_at")),
        "steps": list(case.steps.prefetch_related("photos__attachment")),
        "clocks": [clock_words(running, clock) for clock in case.clocks.select_related("department")],
        "photos": list(case.photos.select_related("attachment", "step").order_by("id")),
        "alarms": [link.alarm for link in case.alarms.select_related("alarm__device").order_by("joined_at")],
        "requests": list(case.requests.select_related("asked_by", "organisation", "decided_by").order_by("id")),
        "tasks": list(case.tasks.select_related("account", "organisation").order_by("id")),
        "dispatches": list(case.dispatches.select_related("department").order_by("id")),
        "linked": list(case.linked.all()),
        "merged": merged,
        "earlier": earlier(case),
        "caller": of_caller(case.reporter_phone, case.pk) if sees_reporter(who) else [],
        "sees_reporter": sees_reporter(who),
        "durations": durations(case, now),
    }


def condition_of(case: Case) -> filing.FilingCondition | None:
    try:
        return filing.condition(case.condition_key)
    except KeyError:
        return None


def clock_words(running: Running, clock: Clock) -> dict[str, Any]:
    """One clock for the page: how much of the limit is used, what is left, its light."""
    used, whole = running.used(clock), running.whole(clock)
    over = clock.overdue or used > whole
    light = "red" if over else light_at(running.now, clock.yellow_at, clock.deadline) if clock.ended_at is None else "green"
    return {
        "clock": clock,
        "stage": clock.stage,
        "kind": clock.kind,
        "limit_text": clock.limit_text,
        "used_s": used,
        "whole_s": whole,
        "left_s": whole - used,
        "share": used / whole if whole else 0.0,
        "deadline": clock.deadline,
        "paused": clock.paused_at is not None and clock.ended_at is None,
        "ended": clock.ended_at is not None,
        "overdue": over,
        "light": light,
    }


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


def average_durations(who: Who, since: datetime, until: datetime | None = None) -> dict[str, float | None]:
    """For the desk's card: mean seconds over the cases closed in that time, and their number under `cases`."""
    closed = visible(who).filter(closed_at__gte=since, closed_at__lt=until or timezone.now())
    spans = {
        name: Avg(ExpressionWrapper(F(end) - F(start), output_field=fields.DurationField()))
        for name, (start, end) in SPANS.items()
    }
    row = closed.aggregate(**spans)
    found: dict[str, float | None] = {name: value.total_seconds() if value is not None else None for name, value in row.items()}
    found["cases"] = closed.count()
    return found
