"""Ladders of approval: who decides an extension, a suspension, a void, by how often it was granted before and by how long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from chengguan.cases import timing
from chengguan.cases.models import Case, Request
from chengguan.people.roles import name_of
from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Limit, Settings

LADDERS = {"extend": "approval.extend", "suspend": "approval.suspend", "void": "approval.void"}
DAY_S = 86400


def rung_of(ladder: list[dict[str, Any]], times: int, days: float) -> dict[str, Any]:
    """The highest rung that this request reaches."""
    return [each for each in ladder if times >= each["times"] and days >= each["days"]][-1]


def deciders_of(request: Request, settings: Settings, calendar: WorkCalendar) -> list[str]:
    """The posts that decide this request, by the ladder that holds now."""
    times, days = measured(request.kind, request.case, request.details.get("until"), request.asked_at, settings, calendar, request.pk)
    return list(rung_of(settings[LADDERS[request.kind]], times, days)["who"])


def measured(
    kind: str, case: Case, until: str | None, now: datetime, settings: Settings, calendar: WorkCalendar, asked: int | None = None
) -> tuple[int, float]:
    """(the how-many-th, over how many days). An extension counts what it would add, a suspension its length, a void the
    days since filing. `asked`: the request itself, which is not one of the earlier ones."""
    earlier = case.requests.filter(kind=kind, **({"pk__lt": asked} if asked else {}))
    if kind == "extend":
        return case.extend_count + 1, _extension_days(case, settings, calendar)
    if kind == "suspend":
        days = (datetime.fromisoformat(until) - now).total_seconds() / DAY_S if until else 0
        return earlier.filter(state="granted").count() + 1, days
    return earlier.count() + 1, (now - case.filed_at).total_seconds() / DAY_S if case.filed_at else 0


def _extension_days(case: Case, settings: Settings, calendar: WorkCalendar) -> float:
    clock = case.clocks.filter(kind="handling", ended_at=None).last()
    if clock is None:
        return 0
    limit = Limit(clock.limit_value, clock.limit_clock)
    began = clock.started_at
    day = calendar.day_seconds(began.astimezone(calendar.zone).date()) if limit.clock in ("work_hour", "work_day") else DAY_S
    return float(settings["handling.extension_times"] * timing.limit_seconds(began, limit, calendar) / day)


def posts_in_words(roles: Iterable[str]) -> str:
    return _("或").join(name_of(role) for role in roles)


def rung_in_words(rung: dict[str, Any]) -> str:
    """第 2 次起、30 天及以上：领导"""
    since = [_("第 %(n)d 次起") % {"n": rung["times"]}] if rung["times"] > 1 else []
    since += [_("%(n)d 天及以上") % {"n": rung["days"]}] if rung["days"] else []
    return f"{'、'.join(since) or _('一般')}：{posts_in_words(rung['who'])}"


def ladder_in_words(ladder: list[dict[str, Any]]) -> str:
    return "；".join(rung_in_words(rung) for rung in ladder)


def who_will_decide(kind: str, case: Case, now: datetime, settings: Settings, calendar: WorkCalendar) -> str:
    """For the form that asks: who must say yes. How long a suspension lasts is only being written there: then the whole ladder."""
    if kind not in LADDERS:
        return ""
    ladder = settings[LADDERS[kind]]
    if kind == "suspend" and len(ladder) > 1:
        return _("审批：%(ladder)s。") % {"ladder": ladder_in_words(ladder)}
    times, days = measured(kind, case, None, now, settings, calendar)
    return _("由%(posts)s审批。") % {"posts": posts_in_words(rung_of(ladder, times, days)["who"])}
