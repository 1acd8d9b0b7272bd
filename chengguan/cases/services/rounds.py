"""What the clock does by itself: overdue is marked and urged, a suspension ends, a task nobody did comes back, an old
case is archived. Each case in a transaction of its own, so that one that cannot move does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.models import Case, Clock, Task
from chengguan.cases.selectors import configuration as chosen
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.moving import act
from chengguan.engines import announce
from chengguan.people.models import Notice
from chengguan.people.selectors import SYSTEM
from chengguan.people.services import notify

log = logging.getLogger(__name__)


def _move(cases: Iterable[int], action: str, now: datetime, **given: Any) -> int:
    moved = 0
    for pk in cases:
        try:
            act(SYSTEM, pk, action, now=now, **given)
        except Refused as refused:
            log.info("case %s: %s stays: %s", pk, action, refused.words)
        else:
            moved += 1
    return moved


def mark_overdue(now: datetime | None = None, most: int = 500) -> int:
    """Mark every running clock that is past its deadline; of an overdue handling the system urges once."""
    now = now or timezone.now()
    urge = chosen.settings()["urge.automatic"]
    late = Clock.objects.filter(ended_at=None, paused_at=None, deadline__lt=now, overdue=False).order_by("deadline")[:most]
    marked = 0
    for clock_id, case_id in list(late.values_list("pk", "case")):
        with transaction.atomic():
            # the case before its clock, as everybody who moves a case takes them
            if Case.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=case_id).values_list("pk", flat=True).first() is None:
                continue
            clock = Clock.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=clock_id, overdue=False, ended_at=None).first()
            if clock is None:
                continue
            clock.overdue = True
            clock.overdue_told_at = now
            clock.save(update_fields=["overdue", "overdue_told_at"])
            announce.hint("cases", id=clock.case_id)
            marked += 1
            if clock.kind == "handling":
                Case.objects.filter(pk=clock.case_id).update(handling_overdue=True)
                if urge:
                    _urge(clock, now)
    return marked


def _urge(clock: Clock, now: datetime) -> None:
    words = _("处置时限 %(limit)s 已过，请尽快处置并回复") % {"limit": clock.limit_words}
    try:
        act(SYSTEM, clock.case_id, "urge", now=now, urge_kind="overdue", level="3", words=words)
    except Refused as refused:
        log.info("case %s is not urged: %s", clock.case_id, refused.words)


def resume_suspended(now: datetime | None = None) -> int:
    """A suspension whose end date has come ends by itself."""
    now = now or timezone.now()
    due = Case.objects.filter(state="suspended", suspended_until__lte=now).values_list("pk", flat=True)
    return _move(list(due), "resume", now, reason=_("缓办期满，自动恢复"))


def recall_overdue(now: datetime | None = None) -> int:
    """A confirm or verify task that nobody did some time after it was due goes back to the acceptor."""
    now = now or timezone.now()
    grace = timedelta(minutes=chosen.settings()["task.recall_grace_minutes"])
    due = Task.objects.filter(kind__in=("confirm", "verify"), done_at=None, due__lt=now - grace)
    cases = due.filter(case__state__in=("confirming", "verifying")).values_list("case", flat=True)
    return _move(list(cases.distinct()), "recall", now, reason=_("任务逾期未完成，自动撤回"))


LOOK_AHEAD = timedelta(days=45)
CALENDAR_PAGE = "/administration/calendar"


def warn_of_calendar(now: datetime | None = None) -> int:
    """Tell the administrators, once a week, that limits will soon reach a year whose holidays nobody has entered."""
    now = now or timezone.now()
    days = chosen.calendar()
    year = (now + LOOK_AHEAD).astimezone(days.zone).year
    if days.knows(year):
        return 0
    title = _("请录入 %(year)d 年的节假日和调休日") % {"year": year}
    if Notice.objects.filter(title=title, created_at__gt=now - timedelta(days=7)).exists():
        return 0
    text = _("没有录入之前，跨入 %(year)d 年的工作日时限算不出来，派遣等步骤会被拒绝。") % {"year": year}
    return len(notify("administrator", title, text, link=CALENDAR_PAGE, kind="calendar"))


def archive_due(now: datetime | None = None, most: int = 500) -> int:
    """Closed cases whose appeal window is over."""
    now = now or timezone.now()
    old = Case.objects.filter(state="closed", closed_at__lt=now - timedelta(days=5)).order_by("closed_at")
    return _move(list(old.values_list("pk", flat=True)[:most]), "archive", now)
