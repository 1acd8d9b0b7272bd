"""交接班: how a post's desk stands now, as the sheet keeps it; the sheets there are, and what waits to be accepted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from chengguan.alarms import selectors as alarms
from chengguan.cases import selectors as cases
from chengguan.cases.models import Case, Step, Task
from chengguan.cases.selectors.asked import asked_of
from chengguan.console.models import HandOver
from chengguan.people.permissions import PERMISSIONS
from chengguan.people.selectors import HeldPost, Who, may, reach

MOST_LISTED = 50
LATELY = timedelta(days=30)
WATCHES_ALARMS = ("duty_officer", "shift_leader")
LONGEST = timedelta(hours=48)
"""A shift that begins earlier than this is a slip of the pen."""

MOST_HOURS = 72


def posts_of(who: Who) -> list[HeldPost]:
    """The posts of this person that are handed over; of the same role at the same place one."""
    signs = PERMISSIONS["handover.sign"].scopes
    found = {(post.role, post.organisation_id): post for post in reversed(who.posts) if post.role in signs}
    return sorted(found.values(), key=lambda post: list(signs).index(post.role))


def sheets(who: Who) -> QuerySet[HandOver]:
    """Newest first; a township sees its own."""
    far = reach(who, "handover.see")
    rows = HandOver.objects.select_related("organisation")
    return rows if far.everything else rows.filter(organisation__in=far.organisation_ids)


def last_of(post: HeldPost) -> HandOver | None:
    return HandOver.objects.filter(role=post.role, organisation=post.organisation_id).first()


def may_accept(who: Who, sheet: HandOver) -> bool:
    """Somebody else of the same post, of the newest sheet, once."""
    holds = any(post.role == sheet.role and post.organisation_id == sheet.organisation_id for post in who.posts)
    newer = HandOver.objects.filter(role=sheet.role, organisation=sheet.organisation_id, signed_at__gt=sheet.signed_at).exists()
    return holds and sheet.accepted_at is None and sheet.going_id != who.account_id and not newer


def hours_of_a_shift() -> float:
    return min(float(cases.settings()["handover.hours"]), MOST_HOURS)


def begin_of(post: HeldPost, now: datetime) -> datetime:
    """Where the last sheet of this post ended, if that was not too long ago; else one shift back."""
    last = last_of(post)
    if last is not None and now - last.signed_at <= LONGEST / 2:
        return last.signed_at
    return now - timedelta(hours=hours_of_a_shift())


def contents(who: Who, post: HeldPost, since: datetime, now: datetime) -> dict[str, Any]:
    """As JSON: open (by stage and light), late, due (before `next_until`), owed, instructions, done, alarms; each list with
    how many there are in all."""
    until = now + timedelta(hours=hours_of_a_shift())
    waiting = cases.waiting(who, post.role).select_related("department")
    counted = cases.counts(who, post=post.role, now=now)
    return {
        "open": {state: row for state, row in counted.items()},
        "late": _listed(waiting.filter(deadline__lt=now)),
        "due": _listed(waiting.filter(deadline__gte=now, deadline__lt=until)),
        "owed": _owed(post, now),
        "instructions": _instructions(waiting, now),
        "done": _done(post, since, now),
        "alarms": _alarms(who) if post.role in WATCHES_ALARMS and may(who, "alarms.see") else None,
    }


def _listed(rows: QuerySet[Case]) -> dict[str, Any]:
    found = rows.order_by("deadline", "pk")[:MOST_LISTED]
    return {
        "n": rows.count(),
        "rows": [
            {"id": case.pk, "case": str(case), "matter": case.matter_name, "address": case.address, "state": case.state, "urgent": case.urgent,
             "department": str(case.department or ""), "deadline": case.deadline.isoformat() if case.deadline else None}
            for case in found
        ],
    }  # fmt: skip


def _owed(post: HeldPost, now: datetime) -> dict[str, Any]:
    rows = Task.objects.filter(asked_of(post.role, post.organisation_ids)).select_related("case").order_by("due", "pk")
    return {
        "n": rows.count(),
        "rows": [
            {"id": task.case_id, "case": str(task.case), "matter": task.case.matter_name, "kind": task.kind, "words": task.words, "from": task.sent_by_name,
             "due": task.due.isoformat() if task.due else None, "late": bool(task.due and task.due < now)}
            for task in rows[:MOST_LISTED]
        ],
    }  # fmt: skip


def _instructions(waiting: QuerySet[Case], now: datetime) -> dict[str, Any]:
    """What leaders wrote on the cases that lie here."""
    rows = Step.objects.filter(action="instruct", acted_at__gte=now - LATELY, case__in=waiting.order_by().values("pk")).select_related("case").order_by("-pk")
    return {
        "n": rows.count(),
        "rows": [
            {"id": step.case_id, "case": str(step.case), "matter": step.case.matter_name, "words": step.opinion, "from": step.who_name, "at": step.acted_at.isoformat()}
            for step in rows[:MOST_LISTED]
        ],
    }  # fmt: skip


def _done(post: HeldPost, since: datetime, now: datetime) -> dict[str, Any]:
    """Steps that were taken with this post since then, by action, and by whom."""
    rows = Step.objects.filter(acted_at__gte=since, acted_at__lt=now, role=post.role, organisation=post.organisation_id).order_by()
    by_action = list(rows.values("action").annotate(n=Count("pk"), late=Count("pk", filter=Q(overdue=True))).order_by("-n", "action"))
    by_whom = list(rows.values("who_name").annotate(n=Count("pk")).order_by("-n", "who_name"))
    return {"n": sum(row["n"] for row in by_action), "rows": by_action, "by": by_whom}


def _alarms(who: Who) -> dict[str, Any]:
    counted = alarms.counts(who)
    pressing = alarms.desk(who).filter(Q(severity__lte=2) | Q(acknowledged_at=None))[:MOST_LISTED]
    return {
        "total": counted["total"], "unacknowledged": counted["unacknowledged"], "shelved": counted["shelved"],
        "by_rank": {str(rank): n for rank, n in counted["by_rank"].items()},
        "rows": [
            {"id": alarm.pk, "severity": alarm.severity, "name": alarm.name, "cause": alarm.cause_key, "address": alarm.address, "text": alarm.text,
             "active": alarm.active, "acknowledged": alarm.acknowledged_at is not None, "raised": alarm.raised_at.isoformat()}
            for alarm in pressing
        ],
    }  # fmt: skip
