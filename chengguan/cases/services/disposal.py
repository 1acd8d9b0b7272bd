"""到期销毁: what is past its time is proposed by one person and granted by another; then the contents of the case go, photos with them, and
the register keeps number, what, who, when and why. Moments, stages and departments stay: the counts of past years do not change."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from chengguan.cases.facts import CaseEmptied
from chengguan.cases.models import Case, Disposal, Photo, Removal, Report, Request, Retention, Step, TakenOver, Task
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.selectors.reporters import below, names_of
from chengguan.cases.services.takeover_batches import LONG_WORK
from chengguan.cases.workflow import KEPT_STATES
from chengguan.engines import announce
from chengguan.people.selectors import Who, accounts_with_role, may
from chengguan.people.services import audit, notify

log = logging.getLogger(__name__)
PAGE = "/archive"
MOST = 2000
COUNTED = ("true", "passed")
"""What of a step's fields the counts ask for."""


@transaction.atomic
def propose(who: Who, case_ids: Iterable[int], reason: str) -> Disposal:
    """Refused unless every one is archived, past its time, and in no other proposal."""
    if who.account_id is None or not may(who, "cases.propose_disposal"):
        raise Refused(_("您不能提出销毁"))
    if not reason.strip():
        raise Refused(_("请写明理由"), "reason")
    ids = sorted(set(case_ids))
    if not ids or len(ids) > MOST:
        raise Refused(_("一次选 1 到 %(most)d 件") % {"most": MOST})
    rows = list(Retention.objects.select_for_update(of=("self",)).select_related("case").filter(pk__in=ids))
    wrong = [str(row.case) for row in rows if not due(row)]
    if wrong or len(rows) < len(ids):
        raise Refused(_("有的还没有到期，或已在别的申请里：%(numbers)s。没有提出。") % {"numbers": "、".join(wrong[:8]) or "—"})
    made = Disposal.objects.create(
        reason=reason.strip()[:300], proposed_by_id=who.account_id, proposed_name=who.name[:80], proposed_at=timezone.now(), number_of_cases=len(ids),
        case_ids=ids,
    )
    Retention.objects.filter(pk__in=ids).update(disposal=made)
    audit(who, "cases.disposal", made, reason[:300], None, {"state": "waiting", "cases": len(ids)})
    deciders = [account for account in accounts_with_role("leader") if account.pk != who.account_id]
    notify(deciders, _("请审批：销毁到期案卷 %(n)d 件") % {"n": len(ids)}, reason[:200], link=f"{PAGE}/disposals/{made.pk}", kind="archive")
    return made


def due(row: Retention) -> bool:
    ended = row.ends_on is not None and row.ends_on < timezone.localdate()
    return ended and row.case.state in KEPT_STATES and row.disposal_id is None and row.disposed_at is None


@transaction.atomic
def decide(who: Who, disposal_id: int, granted: bool, opinion: str) -> Disposal:
    """By somebody else than who proposed it, whatever posts the two hold."""
    if not may(who, "cases.grant_disposal"):
        raise Refused(_("您不能审批销毁"))
    made = Disposal.objects.select_for_update(of=("self",)).get(pk=disposal_id)
    if made.state != "waiting":
        raise Refused(_("这份申请已经批过了"))
    if who.account_id == made.proposed_by_id:
        raise Refused(_("要由另一个人审批：提出的人不能自己批"))
    if not granted and not opinion.strip():
        raise Refused(_("请写明理由"), "opinion")
    made.state = "granted" if granted else "denied"
    made.decided_by_id, made.decided_name, made.decided_at, made.opinion = who.account_id, who.name[:80], timezone.now(), opinion.strip()[:300]
    made.save()
    audit(who, "cases.disposal", made, made.opinion, {"state": "waiting"}, {"state": made.state})
    if granted:
        app.configure_task("chengguan.cases.jobs.dispose", lock=LONG_WORK).defer(disposal_id=made.pk)
    else:
        Retention.objects.filter(disposal=made).update(disposal=None)
    words = _("已同意") if granted else _("不同意：%(opinion)s") % {"opinion": made.opinion}
    notify(made.proposed_by, _("销毁申请有了结果"), words, link=f"{PAGE}/disposals/{made.pk}", kind="archive")
    return made


def carry_out(disposal_id: int) -> int:
    """What was granted, one case a transaction, so that an interrupted run goes on. A case that was opened again meanwhile stays."""
    made = Disposal.objects.get(pk=disposal_id)
    if made.state != "granted":
        return 0
    gone = 0
    for pk in list(Retention.objects.filter(disposal=made, disposed_at=None).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).get(pk=pk)
            row = Retention.objects.filter(pk=pk, disposal=made, disposed_at=None).first()
            if row is None or case.state not in KEPT_STATES:
                continue
            empty_with_merged(case, made, timezone.now())
            gone += 1
    made.state, made.done_at = "done", timezone.now()
    made.save(update_fields=["state", "done_at"])
    return gone


def go_on() -> int:
    """Granted ones whose job was ended with its process."""
    return sum(carry_out(pk) for pk in Disposal.objects.filter(state="granted").values_list("pk", flat=True))


def empty_with_merged(case: Case, made: Disposal, now: datetime) -> None:
    """What was merged into it, and into that, is read and printed in its file, so it goes with it; each with a record of its own."""
    for each in (case, *Case.objects.select_for_update(of=("self",)).filter(pk__in=below([case.pk])).order_by("pk")):
        empty(each, made, now)


def empty(case: Case, made: Disposal, now: datetime) -> None:
    """First the record: without it the database lets nobody touch a step or a report."""
    names = names_of([case.pk])[case.pk]
    photos, steps = case.photos.count(), case.steps.count()
    what = _("%(matter)s，%(day)s 上报，步骤 %(steps)d，照片 %(photos)d") % {
        "matter": case.matter_name, "day": f"{timezone.localtime(case.reported_at):%Y-%m-%d}", "steps": steps, "photos": photos,
    }  # fmt: skip
    said = {"number": str(case), "at": now, "account_id": made.decided_by_id, "who": made.decided_name, "second": made.proposed_name, "why": made.reason}
    Removal.objects.get_or_create(kind="disposed", case_key=case.pk, defaults={**said, "what": what[:200]})
    nothing = {"description": "", "address": "", "point": None, "reporter_name": "", "reporter_phone": "", "reporter": None}
    Report.objects.filter(case=case).update(said={}, **nothing)
    for step in case.steps.all():
        Step.objects.filter(pk=step.pk).update(opinion="", given={name: step.given[name] for name in COUNTED if name in step.given})
    Photo.objects.filter(case=case).delete()
    Task.objects.filter(case=case).update(words="", reply="")
    Request.objects.filter(case=case).update(reason="", details={}, answer="")
    TakenOver.objects.filter(case=case).update(flags=[])
    Case.objects.filter(pk=case.pk).update(follow_code=None, closing_note="", proof="", **nothing)
    Retention.objects.filter(pk=case.pk).update(disposed_at=now)
    announce.announce(CaseEmptied(case.pk, names))
