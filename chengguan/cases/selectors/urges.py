"""督办: what somebody sent, what waits for an answer and whose it is, what was answered too late."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from chengguan.cases.models import Task
from chengguan.cases.selectors.seeing import visible
from chengguan.people.selectors import Who, reach

SENDERS = ("dispatcher", "overseer", "leader")
WATCHERS = ("overseer", "leader", "dispatcher", "shift_leader", "administrator", "evaluator")
SIDES = ("owed", "sent", "all")
SHOWS = ("waiting", "late", "answered", "answered_late", "unanswered")
ANSWERED = ("按时回复", "逾期回复")


def sides_of(who: Who) -> list[str]:
    """Which lists this person has: what is owed, what was sent, and for those who watch the county all of it."""
    wanted = {"owed": not who.roles <= {"overseer", "leader", "evaluator", "administrator"}, "sent": who.has(*SENDERS), "all": who.has(*WATCHERS)}
    return [side for side in SIDES if wanted[side]]


def _of_side(who: Who, side: str) -> QuerySet[Task]:
    found = Task.objects.filter(kind="reply")
    if not reach(who, "cases.see").everything:
        found = found.filter(case__in=visible(who).values("pk"))
    if side == "sent":
        return found.filter(sent_by=who.account_id)
    if side == "owed":
        here = frozenset().union(*(post.organisation_ids for post in who.posts if post.role in ("department", "township")))
        return found.filter(Q(organisation__in=here) | Q(organisation=None, role__in=who.roles))
    return found


def _shown(show: str, now: datetime) -> Q:
    return {
        "waiting": Q(done_at=None),
        "late": Q(done_at=None, due__lt=now),
        "answered": Q(result=ANSWERED[0]),
        "answered_late": Q(result=ANSWERED[1]),
        "unanswered": Q(done_at__isnull=False) & ~Q(result__in=ANSWERED),
    }[show]


def urges(who: Who, side: str, show: str = "waiting", size: int = 100, now: datetime | None = None) -> list[Task]:
    """Notices of one list, what waits longest over its time first, what is answered newest first; each with `.late`."""
    now = now or timezone.now()
    order = ("due", "id") if show in ("waiting", "late") else ("-done_at", "-id")
    tasks = _of_side(who, side).filter(_shown(show, now)).select_related("case", "organisation", "sent_by", "case__department")
    found = list(tasks.order_by(*order)[:size])
    for task in found:
        task.late = task.due is not None and (task.done_at or now) > task.due  # type: ignore[attr-defined]
    return found


def urge_counts(who: Who, side: str, now: datetime | None = None) -> dict[str, int]:
    """How many each of SHOWS holds in that list."""
    now = now or timezone.now()
    return _of_side(who, side).aggregate(**{show: Count("pk", filter=_shown(show, now)) for show in SHOWS})


