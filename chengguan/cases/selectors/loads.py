"""What each department and crew has in hand, and how fast it has been lately."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, ExpressionWrapper, F, OuterRef, Q, fields
from django.utils import timezone

from chengguan.cases import workflow
from chengguan.cases.models import Request
from chengguan.cases.selectors.seeing import visible
from chengguan.people.models import Organisation
from chengguan.people.selectors import Who

LATELY = timedelta(days=30)
IN_HAND = (*workflow.WITH_DEPARTMENT, "suspended")


@dataclass
class Load:
    """One line: `mean` is the handling time of what was reported back in the last 30 days, None when nothing was."""

    organisation: Organisation
    open: int = 0
    today: int = 0
    overdue: int = 0
    waiting: int = 0
    suspended: int = 0
    done: int = 0
    mean: timedelta | None = None
    crews: list[Load] = field(default_factory=list)


def loads(who: Who, now: datetime | None = None) -> list[Load]:
    """Every department that has something in hand or had lately, the most overdue first, its crews within it; only of the cases
    this person may see."""
    now = now or timezone.now()
    found: dict[tuple[int, int | None], dict[str, Any]] = {}
    for by in (("department",), ("department", "crew")):
        for row in _in_hand(who, now, by):
            found[row["department"], row.get("crew") if len(by) > 1 else None] = row
        for row in _lately(who, now, by):
            found.setdefault((row["department"], row.get("crew") if len(by) > 1 else None), {}).update(row)
    known = Organisation.objects.in_bulk({pk for key in found for pk in key if pk})
    lines: dict[int, Load] = {}
    for (department, crew), row in sorted(found.items(), key=lambda item: item[0][1] or 0):
        line = Load(known[crew or department], **{name: value for name, value in row.items() if name not in ("department", "crew")})
        if crew is None:
            lines[department] = line
        else:
            lines[department].crews.append(line)
    return sorted(lines.values(), key=lambda line: (-line.overdue, -line.open, line.organisation.code))


def _in_hand(who: Who, now: datetime, by: tuple[str, ...]) -> Any:
    cases = visible(who).filter(state__in=IN_HAND, **{f"{name}__isnull": False for name in by})
    asked = Exists(Request.objects.filter(case=OuterRef("pk"), state="waiting"))
    tonight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (
        cases.annotate(asked=asked).values(*by)
        .annotate(
            open=Count("pk"),
            today=Count("pk", filter=Q(deadline__gte=now, deadline__lt=tonight)),
            overdue=Count("pk", filter=Q(deadline__lt=now)),
            waiting=Count("pk", filter=Q(asked=True)),
            suspended=Count("pk", filter=Q(state="suspended")),
        )
        .order_by()
    )  # fmt: skip


def _lately(who: Who, now: datetime, by: tuple[str, ...]) -> Any:
    spent = ExpressionWrapper(F("reported_back_at") - F("dispatched_at"), output_field=fields.DurationField())
    cases: Any = visible(who).filter(
        reported_back_at__gte=now - LATELY, reported_back_at__lte=now, dispatched_at__isnull=False, **{f"{name}__isnull": False for name in by}
    )
    return cases.values(*by).annotate(done=Count("pk"), mean=Avg(spent)).order_by()

