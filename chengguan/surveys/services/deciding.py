"""What becomes of a finding: a case by the ordinary registration, a figure only, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import selectors as cases
from chengguan.cases import services as moves
from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.cases.selectors.refusals import Refused
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit, notify
from chengguan.surveys.models import Finding, Survey
from chengguan.surveys.services.opening import link

MOST_AT_ONCE = 200


@transaction.atomic
def decide(who: Who, finding: Finding | int, outcome: str, reason: str = "", now: datetime | None = None) -> Finding:
    """Once. A case is registered at the same door as any other, its source 专项普查; to refuse asks for a reason, which the one
    who found it is told."""
    now = now or timezone.now()
    if not may(who, "surveys.decide"):
        raise Refused(_("普查发现由受理员或值班长处理"))
    found = Finding.objects.select_for_update(of=("self",)).select_related("survey", "found_by", "component").get(pk=finding if isinstance(finding, int) else finding.pk)
    if found.survey.closed_at is not None:
        raise Refused(_("这次普查已经结束，不再改动"))
    if found.outcome:
        raise Refused(_("已经处理过了：%(outcome)s") % {"outcome": found.get_outcome_display()})
    if outcome not in dict(Finding.OUTCOMES):
        raise Refused(_("请选怎么处理"), "outcome")
    if outcome == "refused" and not reason.strip():
        raise Refused(_("不采用请写明原因"), "reason")
    if outcome == "case":
        found.case = moves.register(
            who, source="survey", point=found.point, description=found.description or found.matter_name, matter_code=found.matter_code,
            component=found.component, address=found.address, photos=list(found.photos.order_by("id")), occurred_at=found.found_at,
            source_key=f"survey:{found.pk}", reporter_name=str(found.found_by), now=now,
            said={"survey": found.survey.name, "finding": found.pk},
        )  # fmt: skip
    found.outcome, found.reason, found.decided_at, found.decided_by_id = outcome, reason.strip()[:200], now, who.account_id
    found.save(update_fields=["outcome", "reason", "decided_at", "decided_by", "case"])
    if outcome != "case":
        audit(who, "survey.decide", found, f"{found.survey} · {found} · {found.get_outcome_display()}")
    if outcome == "refused":
        notify(found.found_by, _("普查发现没有采用：%(matter)s") % {"matter": found.matter_name}, found.reason, link(found.survey, phone=True), "survey")
    return found


@dataclass
class Decided:
    """How a bulk came out: what was done, and what was left with the reason."""

    done: list[Finding] = field(default_factory=list)
    left: list[tuple[Finding, str]] = field(default_factory=list)


def decide_each(who: Who, survey: Survey, ids: Iterable[int], outcome: str, reason: str = "", now: datetime | None = None) -> Decided:
    """Each by itself, so that one that is refused holds up no other. What looks like a case in hand already is left for a look
    of its own."""
    now = now or timezone.now()
    said = Decided()
    for found in Finding.objects.filter(survey=survey, pk__in=list(ids)[:MOST_AT_ONCE]).order_by("pk"):
        same = near_in_hand(who, [found], now)[found.pk] if outcome == "case" and not found.outcome else []
        try:
            if same:
                raise Refused(_("附近已有在办的同类案件 %(case)s，请逐条处理") % {"case": same[0]})
            said.done.append(decide(who, found, outcome, reason, now))
        except Refused as refused:
            said.left.append((found, refused.words))
    return said


def near_in_hand(who: Who, findings: Iterable[Finding], now: datetime) -> dict[int, list[Case]]:
    """By finding the open cases that may be the same thing, as far as this person may see them; of all findings at once."""
    near = cases.duplicates_of_each({each.pk: (each.point, each.matter_code) for each in findings}, hours=24 * 30, now=now)
    ids = {case.pk for found in near.values() for case in found if case.state in workflow.OPEN}
    seen = set(cases.visible(who).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    return {key: [case for case in found if case.pk in seen] for key, found in near.items()}
