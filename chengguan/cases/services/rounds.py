"""What the clock does by itself: overdue is marked and urged, a suspension ends, a task nobody did comes back, an old
case is archived. Each case in a transaction of its own, so that one that cannot move does not stop the others."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import timing, workflow
from chengguan.cases.models import Case, Clock, Request, Task
from chengguan.cases.selectors import configuration as chosen
from chengguan.cases.selectors.missing_year import asked_for, missing_year
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.selectors.running import HANDLING
from chengguan.cases.services.moving import act
from chengguan.cases.services.telling import link
from chengguan.cases.words import clock_name
from chengguan.engines import announce
from chengguan.people.models import Account, Notice
from chengguan.people.roles import name_of
from chengguan.people.selectors import SYSTEM, accounts_with_role
from chengguan.people.services import notify

log = logging.getLogger(__name__)


def _move(cases: Iterable[int], action: str, now: datetime, **given: Any) -> int:
    moved = 0
    for pk in cases:
        try:
            act(SYSTEM, pk, action, now=now, **given)
        except Refused as refused:
            log.info("case %s: %s stays: %s", pk, action, refused.words)
        except Exception:
            log.exception("case %s: %s failed", pk, action)
        else:
            moved += 1
    return moved


def mark_overdue(now: datetime | None = None, most: int = 500) -> int:
    """Mark every running clock that is past its deadline; of an overdue handling the system urges once, and where nobody can be
    urged yet, as in a suspension that stops no clock, as soon as somebody can. Where the county wants it, a desk that is late is
    urged too, when its clock is marked: what was late before the county said so is not."""
    now = now or timezone.now()
    settings = chosen.settings()
    urge, urge_desks = settings["urge.automatic"], settings["urge.desk_automatic"]
    new = Q(overdue=False) & (~Q(stage=HANDLING) | Q(case__state__in=workflow.IN_HANDLING))
    unurged = Q(kind="handling", overdue_told_at=None, case__state__in=workflow.WITH_DEPARTMENT)
    late_clocks = Clock.objects.filter(new | unurged if urge else new, ended_at=None, paused_at=None, deadline__lt=now)
    late = late_clocks.order_by("deadline")[:most]
    marked = 0
    for clock_id, case_id in list(late.values_list("pk", "case")):
        with transaction.atomic():
            # the case before its clock, as everybody who moves a case takes them
            if Case.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=case_id).values_list("pk", flat=True).first() is None:
                continue
            clock = late_clocks.select_for_update(skip_locked=True, of=("self",)).filter(pk=clock_id).first()
            if clock is None:
                continue
            newly, clock.overdue = not clock.overdue, True
            marked += newly
            clock.save(update_fields=["overdue"])
            announce.hint("cases", id=clock.case_id)
            if clock.kind == "handling":
                Case.objects.filter(pk=clock.case_id).update(handling_overdue=True)
                if urge and clock.overdue_told_at is None and _urge(clock, now):
                    # once for each clock, also when a changed calendar takes the mark back for a while
                    Clock.objects.filter(pk=clock.pk).update(overdue_told_at=now)
            elif newly and urge_desks and clock.kind == "stage":
                _urge(clock, now)
    return marked


def _urge(clock: Clock, now: datetime) -> bool:
    words = _("%(stage)s时限 %(limit)s 已过，请尽快办理并回复") % {"stage": clock_name(clock.stage), "limit": clock.limit_words}
    if clock.kind == "handling":
        name = _("“%(part)s”段") % {"part": _(clock.part)} if clock.part else ""
        words = _("%(part)s处置时限 %(limit)s 已过，请尽快处置并回复") % {"part": name, "limit": clock.limit_words}
    try:
        act(SYSTEM, clock.case_id, "urge", now=now, urge_kind="overdue", level="3", words=words)
    except Refused as refused:
        log.info("case %s is not urged: %s", clock.case_id, refused.words)
        return False
    return True


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


def warn_of_calendar(now: datetime | None = None) -> int:
    """Tell the administrators, once a week, that limits will soon reach a year whose holidays nobody has entered."""
    now = now or timezone.now()
    year = missing_year(now)
    if year is None:
        return 0
    title, text, address = asked_for(year)
    if Notice.objects.filter(title=title, created_at__gt=now - timedelta(days=7)).exists():
        return 0
    return notify("administrator", title, text, link=address, kind="calendar")


def archive_due(now: datetime | None = None, most: int = 500) -> int:
    """Closed cases whose appeal window is over. While a request waits to be decided the case stays, and is not asked again."""
    now = now or timezone.now()
    settings = chosen.settings()
    over = timing.over_since(now, settings.limit("window.appeal"), chosen.calendar(settings).for_showing())
    waiting = Request.objects.filter(case=OuterRef("pk"), state="waiting")
    old = Case.objects.filter(~Exists(waiting), state="closed", closed_at__lt=over).order_by("closed_at")
    return _move(list(old.values_list("pk", flat=True)[:most]), "archive", now)


def tell_late_answers(now: datetime | None = None, most: int = 500) -> int:
    """An answer to a notice 督办 or an opinion that is past its time is told once: to who waits for it and to who owes it."""
    now = now or timezone.now()
    late = Task.objects.filter(kind__in=("reply", "opinion"), done_at=None, due__lt=now, late_told_at=None, case__state__in=workflow.OPEN)
    told = 0
    for pk in list(late.order_by("due").values_list("pk", flat=True)[:most]):
        with transaction.atomic():
            task = Task.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, done_at=None, late_told_at=None).first()
            if task is None:
                continue
            task.late_told_at = now
            task.save(update_fields=["late_told_at"])
            owed_by = str(task.organisation or name_of(task.role))
            title = _("%(kind)s逾期：%(case)s %(matter)s") % {"kind": task.get_kind_display(), "case": task.case, "matter": task.case.matter_name}
            text = _("%(who)s没有在 %(due)s 前答复：%(words)s") % {
                "who": owed_by, "due": timezone.localtime(task.due).strftime("%m-%d %H:%M") if task.due else "", "words": task.words,
            }  # fmt: skip
            notify(_who_waits_and_who_owes(task), title, text, link=link(task.case), kind="case")
            announce.hint("cases", id=task.case_id)
            told += 1
    return told


def _who_waits_and_who_owes(task: Task) -> list[Account]:
    waits = [task.sent_by] if task.sent_by else accounts_with_role("overseer")
    if task.organisation:
        return [*waits, *accounts_with_role("department", task.organisation), *accounts_with_role("township", task.organisation)]
    return [*waits, *accounts_with_role(task.role)]
