"""Cases that others reported where an inspector was on duty: judged 漏报, judged not, or waiting for a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.cases.selectors import visible
from chengguan.cases.selectors.worklists import HEAVY, SHOWN
from chengguan.evaluation.models import SpotCheck
from chengguan.evaluation.selectors.periods import Period
from chengguan.people.models import Account
from chengguan.people.selectors import Who, inspectors_at, reach

OTHERS = ("citizen", "hotline", "leader", "video", "upper")
"""Sources that found it before our inspectors."""
VERDICTS = ("missed", "not_missed")


def candidates(who: Who, period: Period, show: str = "waiting") -> QuerySet[Case]:
    """Filed cases of the period, reported by others, in some unit grid: those judged so (VERDICTS), those that wait for a
    verdict, or those (`nobody`) where nobody was on duty, who can be no miss of anybody's."""
    if not reach(who, "evaluation.see").everything:
        return Case.objects.none()
    rows = visible(who).filter(
        source__in=OTHERS, filed_at__isnull=False, unit_grid__isnull=False, reported_at__gte=period.start, reported_at__lt=period.end
    )
    rows = rows.exclude(state="voided")
    if show in VERDICTS:
        rows = rows.filter(missed_report__verdict=show)
    else:
        rows = rows.filter(missed_report=None).exclude(pk__in=begun_by_spot_check())
        walked = on_duty_of(rows.only("unit_grid", "reported_at"))
        rows = rows.filter(pk__in=[pk for pk, named in walked.items() if bool(named) == (show == "waiting")])
    shown = rows.select_related(*SHOWN, "unit_grid", "missed_report__inspector").defer(*HEAVY, "unit_grid__geom", "unit_grid__geom_3857")
    return shown.order_by("-reported_at", "-pk")


def begun_by_spot_check() -> QuerySet[SpotCheck, Any]:
    """Cases that began because a verification did not hold: counted as that already, and missed by nobody."""
    return SpotCheck.objects.filter(followed_by__isnull=False).exclude(followed_by=F("case")).values("followed_by")


def on_duty_of(cases: Iterable[Case]) -> dict[int, list[Account]]:
    """By case who walked its grid on the day of the report."""
    spots = {case.pk: (case.unit_grid_id, timezone.localdate(case.reported_at)) for case in cases}
    walked = inspectors_at((grid, day) for grid, day in spots.values() if grid is not None)
    return {pk: walked[grid, day] if grid is not None else [] for pk, (grid, day) in spots.items()}


def on_duty(case: Case) -> list[Account]:
    return on_duty_of([case])[case.pk]
