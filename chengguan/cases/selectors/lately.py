"""How long the county took lately: medians over the cases that were closed in the last days."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Aggregate, Count, ExpressionWrapper, F, fields
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from chengguan.cases.selectors.casefiles import SPANS
from chengguan.cases.selectors.seeing import visible
from chengguan.cases.words import in_words
from chengguan.people.selectors import Who, reach

SHOWN_SPANS = (("discover", _("发现")), ("handle", _("处置")), ("close", _("结案")))
MANY, KEPT_S = 300, 600
"""Of so many cases a median hardly moves in so many seconds, and takes longer to find than the whole list it stands over."""


class Median(Aggregate):
    """percentile_cont of an interval column."""

    function = "PERCENTILE_CONT"
    name = "median"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = fields.DurationField()


def durations_lately(who: Who, days: int = 30, now: datetime | None = None) -> dict[str, Any] | None:
    """For the desk's card: median seconds of each span over the cases closed in the last days. n, figures (each slug,
    name, seconds, words), or None when no case was closed. As of a moment that is not named: up to KEPT_S ago, of MANY."""
    if now is not None:
        return _durations(who, days, now)
    key = _key(who, days)
    known = cache.get(key)
    if known is None:
        known = _durations(who, days, timezone.now())
        if known is not None and known["n"] >= MANY:
            cache.set(key, known, KEPT_S)
    return known


def _key(who: Who, days: int) -> str:
    """The same for all who see the same."""
    far = reach(who, "cases.see")
    seen = "all" if far.everything else f"{sorted(far.organisation_ids)} {sorted(far.area_codes)} {who.account_id if far.own else ''}"
    return f"cases.lately.{days}.{get_language()}.{sha256(seen.encode()).hexdigest()}"


def _durations(who: Who, days: int, now: datetime) -> dict[str, Any] | None:
    closed = visible(who).filter(state__in=("closed", "archived"), closed_at__gte=now - timedelta(days=days), closed_at__lte=now)
    medians: dict[str, Any] = {
        name: Median(ExpressionWrapper(F(SPANS[name][1]) - F(SPANS[name][0]), output_field=fields.DurationField())) for name, _words in SHOWN_SPANS
    }
    row = closed.aggregate(n=Count("pk"), **medians)
    if not row["n"]:
        return None
    figures = [
        {"slug": slug, "name": str(name), "seconds": row[slug].total_seconds(), "words": in_words(row[slug])}
        for slug, name in SHOWN_SPANS
        if row[slug] is not None
    ]
    return {"n": row["n"], "figures": figures, **{figure["slug"]: figure["seconds"] for figure in figures}}
