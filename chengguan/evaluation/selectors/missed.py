"""Cases that others reported where an inspector was on duty: judged 漏报, judged not, or waiting for a verdict."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.cases.selectors import visible
from chengguan.cases.selectors.worklists import HEAVY, SHOWN
from chengguan.evaluation.selectors.periods import Period
from chengguan.people.models import Account
from chengguan.people.selectors import Who, inspectors_of, reach

OTHERS = ("citizen", "hotline", "leader", "video", "upper")
"""Sources that found it before our inspectors."""
VERDICTS: dict[str, Any] = {"waiting": None, "missed": "missed", "not_missed": "not_missed"}


def candidates(who: Who, period: Period, verdict: str = "waiting") -> QuerySet[Case]:
    """Filed cases of the period, reported by others, in some unit grid."""
    if not reach(who, "evaluation.see").everything:
        return Case.objects.none()
    rows = visible(who).filter(
        source__in=OTHERS, filed_at__isnull=False, unit_grid__isnull=False, reported_at__gte=period.start, reported_at__lt=period.end
    )
    rows = rows.exclude(state="voided")
    rows = rows.filter(missed_report=None) if verdict == "waiting" else rows.filter(missed_report__verdict=verdict)
    shown = rows.select_related(*SHOWN, "unit_grid", "missed_report__inspector").defer(*HEAVY, "unit_grid__geom", "unit_grid__geom_3857")
    return shown.order_by("-reported_at", "-pk")


def on_duty(case: Case) -> list[Account]:
    """Who walked that grid on the day of the report."""
    return inspectors_of(case.unit_grid, timezone.localdate(case.reported_at)) if case.unit_grid is not None else []
