"""收件统计: how many of each partner's reports were repeated or refused, day by day. Counts only, of a few weeks, in as many rows as there are
reasons: who sends nonsense makes no more of them. What is taken costs nothing here: its cases are counted when somebody looks."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chengguan.engines import prepared
from chengguan.portal.models import Partner, Tally
from chengguan.portal.selectors import KEPT_DAYS
from chengguan.portal.services.refusals import Rejected, TooMany, Unreadable

OF_FIELD = {
    "id": "id", "matter": "matter", "description": "description", "lon": "place", "lat": "place", "crs": "place", "address": "place",
    "reporter_name": "reporter", "reporter_phone": "reporter", "occurred_at": "occurred_at", "photos": "photos",
}  # fmt: skip
"""Under which reason a fault of a field counts."""
OF_STATUS = {413: "size", 415: "type"}
"""Under which what was not even read counts, by its HTTP status."""

_ONE_MORE = """
INSERT INTO portal_tally AS known (partner_id, day, outcome, reason, reports)
SELECT %s::bigint, %s::date, %s::text, %s::text, 1 WHERE set_config('synchronous_commit', 'off', true) = 'off'
ON CONFLICT (partner_id, day, outcome, reason) DO UPDATE SET reports = known.reports + 1 RETURNING reports
"""
"""Not waited for until it is on disk: a count that a power cut takes back harms nobody."""


def count_repeated(partner: Partner | None) -> None:
    _count(partner, "repeated")


def count_rejected(partner: Partner | None, rejected: Rejected) -> None:
    """Under one reason, though several things may be wrong: the first field at fault that a report has, else the strange one."""
    known = [OF_FIELD[name] for name in OF_FIELD if name in rejected.fields]
    if isinstance(rejected, TooMany):
        reason = "too_many"
    elif isinstance(rejected, Unreadable):
        reason = "body"
    else:
        reason = known[0] if known else "field" if rejected.fields else "other"
    _count(partner, "refused", reason)


def count_refused(partner: Partner | None, reason: str) -> None:
    _count(partner, "refused", reason)


def _count(partner: Partner | None, outcome: str, reason: str = "") -> None:
    """In one statement, so that no worker misses another's. With the first of its kind on a day go the days that are past."""
    if partner is None:
        return
    today = timezone.localdate()
    counted = prepared.row(_ONE_MORE, [partner.pk, today, outcome, reason])
    if counted is not None and counted[0] == 1:
        Tally.objects.filter(day__lte=today - timedelta(days=KEPT_DAYS)).delete()
