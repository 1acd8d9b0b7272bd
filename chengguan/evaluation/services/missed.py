"""漏报: a case that others reported first is judged: should the inspector on duty in that grid have seen it?"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.models import Case
from chengguan.cases.selectors.refusals import Refused, Stale
from chengguan.cases.services.retention import without
from chengguan.evaluation.models import MissedReport, SpotCheck
from chengguan.evaluation.selectors.missed import OTHERS, begun_by_spot_check, on_duty
from chengguan.evaluation.services.deriving import refresh
from chengguan.people.models import Account
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit, hide_in_notices, notify

RUNG = "evaluation"


@transaction.atomic
def judge_missed(who: Who, case: Case, missed: bool, inspector: Account | None = None, words: str = "", seen: str | None = None) -> MissedReport:
    """A verdict may be given anew; the trail keeps the one before, but no words: they go with the case. `inspector`: one of those
    on duty there that day. `seen`: the `mark` of the verdict this person looked at, "" of none; another one since is not turned over."""
    if not may(who, "evaluation.judge"):
        raise Refused(_("您的岗位不能判漏报"))
    found = Case.objects.select_for_update(of=("self",)).select_related("unit_grid").get(pk=case.pk)
    checked = missed and begun_by_spot_check().filter(followed_by=found).exists()
    if found.source not in OTHERS or found.filed_at is None or found.state == "voided" or checked:
        raise Refused(_("只判别人先报、已经立案的"))
    former = MissedReport.objects.filter(case=found).select_related("judged_by").first()
    if seen is not None and former is not None and seen != former.mark:
        raise Stale(
            _("%(case)s 在您打开页面后已由%(who)s判为“%(verdict)s”，没有改动；要改判，请看过理由，在“%(verdict)s”里改")
            % {"case": found, "who": former.judged_by or "", "verdict": former.get_verdict_display()}
        )
    named = on_duty(found)
    if missed and inspector not in named:
        raise Refused(_("那天在那个责任网格当班的没有这个人，不能算漏报"), "inspector")
    if missed and not words.strip():
        raise Refused(_("判漏报要写明理由"), "words")
    before = {"verdict": former.verdict, "inspector": former.inspector_id} if former else None
    blamed = former.inspector if former and former.verdict == "missed" else None
    verdict = "missed" if missed else "not_missed"
    given = {"verdict": verdict, "inspector": inspector if missed else None, "words": words.strip()[:300], "judged_at": timezone.now(), "judged_by_id": who.account_id}
    row, _new = MissedReport.objects.update_or_create(case=found, defaults=given)
    audit(who, "evaluation.missed", found, "", before, {"verdict": verdict, "inspector": row.inspector_id})
    if row.inspector != blamed:
        _tell(found, row, blamed)
    refresh([found.pk])
    return row


def empty_missed(case_id: int) -> None:
    """The contents of the case went when its time was over; the verdict is counted and stays, what was written of it goes."""
    MissedReport.objects.filter(case=case_id).update(words="")


def hide_in_words(case_id: int, words: Sequence[str]) -> None:
    """Of what was written in judging a case, and rung about a verdict, who reported it."""
    for model in (SpotCheck, MissedReport):
        for row in model._default_manager.filter(case=case_id).exclude(words=""):
            if (told := without(row.words, words)) != row.words:
                model._default_manager.filter(pk=row.pk).update(words=told[: model._meta.get_field("words").max_length])
    judged = MissedReport.objects.filter(case=case_id).select_related("case").first()
    if judged is not None:
        hide_in_notices(lambda _notice: words, Q(kind=RUNG, title__endswith=str(judged.case)), without)


def _tell(case: Case, row: MissedReport, blamed: Account | None) -> None:
    """Whom it is laid upon, and whom it is taken from. An inspector cannot open what others reported, so the notice itself says
    what and where."""
    what = {"matter": case.matter_name, "place": case.community or case.township or "", "day": timezone.localdate(case.reported_at), "words": row.words or "—"}
    text = _("%(day)s %(place)s %(matter)s。理由：%(words)s") % what
    if row.inspector is not None:
        notify(row.inspector, _("判为漏报：%(case)s") % {"case": case}, text, kind=RUNG)
    if blamed is not None:
        notify(blamed, _("不再算您漏报：%(case)s") % {"case": case}, text, kind=RUNG)
