"""撤回走完: a patch that was called walked by mistake is walked on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.selectors.refusals import Refused
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit, notify
from chengguan.surveys.models import Patch
from chengguan.surveys.selectors.walks import back_until
from chengguan.surveys.services.history import note_step
from chengguan.surveys.services.opening import link, managed
from chengguan.surveys.services.walking import walked


@transaction.atomic
def take_back(who: Who, patch: Patch | int, words: str = "", now: datetime | None = None) -> Patch:
    """Whoever said it, for as long as the county's setting says; the shift leader while the survey is open, with a reason that the walkers
    are told. That it was finished, and taken back, stays in the survey's history."""
    now = now or timezone.now()
    found, manages = Patch.objects.get(pk=patch if isinstance(patch, int) else patch.pk), may(who, "surveys.manage")
    survey = managed(who, found.survey_id) if manages else walked(who, found.survey_id, now)
    found.refresh_from_db()
    if found.finished_at is None:
        raise Refused(_("“%(patch)s”现在不是走完的，不用撤回。") % {"patch": found})
    if manages:
        if not words.strip():
            raise Refused(_("请写明为什么撤回，走片区的人会看到。"), "words")
    elif found.finished_by_id not in who.task_accounts:
        raise Refused(_("走完是%(name)s报的，请由本人或值班长撤回。") % {"name": found.finished_by})
    elif now > back_until(found):
        raise Refused(_("报走完已经有一阵了，不能自己撤回，请找值班长。"))
    all_done = not survey.patches.filter(finished_at=None).exists()
    found.finished_at, found.finished_by, found.finished_words = None, None, ""
    found.save(update_fields=["finished_at", "finished_by", "finished_words"])
    audit(who, "survey.take_back", survey, f"{survey} · {found}")
    note_step(who, survey, "take_back", words.strip(), found, now)
    others = [account for account in found.walkers.all() if account.pk != who.account_id]
    notify(others, _("片区要接着走：%(patch)s") % {"patch": found}, words.strip(), link(survey, phone=True), "survey")
    if all_done and survey.opened_by and survey.opened_by_id != who.account_id:
        notify(survey.opened_by, _("普查还没有走完：%(name)s") % {"name": survey}, _("“%(patch)s”的走完撤回了") % {"patch": found}, link(survey), "survey")
    return found
