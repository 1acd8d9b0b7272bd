"""The counts over a long work list, kept until somebody takes a step: they are the same for every light and stage of it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.core.cache import cache

from chengguan.cases.selectors.worklists import counts
from chengguan.engines import prepared
from chengguan.people.selectors import Who

MANY, KEPT_S = 1000, 10
"""Among so many one more that turns yellow in so many seconds is not missed; a shorter list is counted each time."""


def counts_lately(who: Who, post: str, part: str = "", **filters: Any) -> dict[str, dict[str, int]]:
    """The same as `counts`."""
    last = prepared.row("SELECT max(id) FROM cases_step")
    asked = sha256(repr(sorted(filters.items())).encode()).hexdigest()[:16]
    key = f"cases.counts.{who.account_id}.{post}.{part}.{last}.{asked}"
    known = cache.get(key)
    if known is None:
        known = counts(who, post=post, part=part, **filters)
        if known[""]["all"] >= MANY and "unread" not in filters:  # to look at a case is no step
            cache.set(key, known, KEPT_S)
    return known
