"""Ladders of approval: who decides an extension, a suspension, a void, by how often it was granted before, by how long, and by how many
cases the same organisation asks it for on one day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from chengguan.cases import timing
from chengguan.cases.models import Case, Request
from chengguan.cases.selectors.extending import added
from chengguan.people.roles import name_of
from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Settings

LADDERS = {"extend": "approval.extend", "suspend": "approval.suspend", "void": "approval.void"}
DAY_S = 86400


@dataclass(frozen=True)
class Measure:
    """By what a request climbs: the how-many-th of its case, over how many days, the how-many-th case of its organisation that day."""

    times: int
    days: float
    cases: int = 1


def rung_of(ladder: list[dict[str, Any]], measure: Measure) -> dict[str, Any]:
    """The highest rung that this request reaches."""
    return [each for each in ladder if measure.times >= each["times"] and measure.days >= each["days"] and measure.cases >= cases_of(each)][-1]


def cases_of(rung: dict[str, Any]) -> int:
    """From how many cases a day on; a rung that does not say: from the first."""
    return int(rung.get("cases", 1))


def rung(times: int, days: int, cases: int, who: list[str]) -> dict[str, Any]:
    """As a ladder keeps it: one case a day is nothing to say."""
    return {"times": times, "days": days, "who": who} | ({"cases": cases} if cases != 1 else {})


def counts_cases(ladder: list[dict[str, Any]]) -> bool:
    return any(cases_of(rung) > 1 for rung in ladder)


def deciders_of(request: Request, settings: Settings, calendar: WorkCalendar) -> list[str]:
    """The posts that decide this request, by the ladder that holds now."""
    ladder = settings[LADDERS[request.kind]]
    times, days = measured(request.kind, request.case, request.asked_until, request.asked_at, settings, calendar, request.pk)
    cases = together(request.kind, request.organisation_id, request.asked_at, calendar, request) if counts_cases(ladder) else 1
    return list(rung_of(ladder, Measure(times, days, cases))["who"])


def measured(
    kind: str, case: Case, until: datetime | None, now: datetime, settings: Settings, calendar: WorkCalendar, asked: int | None = None
) -> tuple[int, float]:
    """(the how-many-th, over how many days). An extension counts what it would add, a suspension its length, a void the
    days since filing. `asked`: the request itself, which is not one of the earlier ones."""
    earlier = case.requests.filter(kind=kind, **({"pk__lt": asked} if asked else {}))
    if kind == "extend":
        return case.extend_count + 1, _extension_days(case, until, settings, calendar)
    if kind == "suspend":
        return earlier.filter(state="granted").count() + 1, (until - now).total_seconds() / DAY_S if until else 0
    return earlier.count() + 1, (now - case.filed_at).total_seconds() / DAY_S if case.filed_at else 0


def _extension_days(case: Case, until: datetime | None, settings: Settings, calendar: WorkCalendar) -> float:
    clock = case.clocks.filter(kind="handling", ended_at=None).last()
    if clock is None:
        return 0
    began = clock.started_at
    day = calendar.day_seconds(began.astimezone(calendar.zone).date()) if clock.limit_clock in timing.WORKING else DAY_S
    return added(clock, until, settings, calendar) / day


def asked_on(kind: str, organisation_id: int | None, moment: datetime, calendar: WorkCalendar) -> Q:
    """What this organisation asked of that kind on the day of that moment."""
    midnight = datetime.combine(moment.astimezone(calendar.zone).date(), time(0), calendar.zone)
    return Q(kind=kind, organisation=organisation_id, asked_at__gte=midnight, asked_at__lt=midnight + timedelta(days=1))


def together(kind: str, organisation_id: int | None, moment: datetime, calendar: WorkCalendar, request: Request | None = None) -> int:
    """For how many cases it asks that day: with this request, or with one that is only being written."""
    others = Request.objects.filter(asked_on(kind, organisation_id, moment, calendar))
    if request is not None:
        others = others.exclude(case=request.case_id)
    return others.values("case").distinct().count() + 1


def posts_in_words(roles: Iterable[str]) -> str:
    return _("或").join(name_of(role) for role in roles)


def rung_in_words(rung: dict[str, Any]) -> str:
    """第 2 次起、30 天及以上、一天 5 件起：领导"""
    since = [_("第 %(n)d 次起") % {"n": rung["times"]}] if rung["times"] > 1 else []
    since += [_("%(n)d 天及以上") % {"n": rung["days"]}] if rung["days"] else []
    since += [_("一天 %(n)d 件起") % {"n": cases_of(rung)}] if cases_of(rung) > 1 else []
    return f"{'、'.join(since) or _('一般')}：{posts_in_words(rung['who'])}"


def ladder_in_words(ladder: list[dict[str, Any]]) -> str:
    return "；".join(rung_in_words(rung) for rung in ladder)


def who_will_decide(kind: str, case: Case, now: datetime, settings: Settings, calendar: WorkCalendar) -> str:
    """For the form that asks: who must say yes. How long it is for, and with how many others, is only being written there: then the
    whole ladder where that may count."""
    if kind not in LADDERS:
        return ""
    ladder = settings[LADDERS[kind]]
    if (kind == "suspend" and len(ladder) > 1) or counts_cases(ladder):
        return _("审批：%(ladder)s。") % {"ladder": ladder_in_words(ladder)}
    times, days = measured(kind, case, None, now, settings, calendar)
    return _("由%(posts)s审批。") % {"posts": posts_in_words(rung_of(ladder, Measure(times, days))["who"])}
