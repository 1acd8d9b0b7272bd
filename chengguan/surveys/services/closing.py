"""Closing a survey: everything found is decided, and the counts are kept as they are now; and what goes with the contents of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.retention import without
from chengguan.people.models import Account
from chengguan.people.selectors import Who
from chengguan.people.services import audit, notify
from chengguan.surveys.models import Finding, Survey
from chengguan.surveys.selectors.progress import summary_of
from chengguan.surveys.services.history import note_step
from chengguan.surveys.services.opening import link, managed


@transaction.atomic
def close_survey(who: Who, survey: Survey | int, words: str = "", now: datetime | None = None) -> Survey:
    """Nothing of it changes afterwards. What was not walked to its end is explained in words."""
    found = managed(who, survey)
    waiting = found.findings.filter(outcome="").count()
    if waiting:
        raise Refused(_("还有 %(n)d 条发现没有处理，请先转为案件、只作统计或不采用") % {"n": waiting})
    left = found.patches.filter(finished_at=None).count()
    if left and not words.strip():
        raise Refused(_("还有 %(n)d 个片区没有走完，确实要结束，请在小结里说明") % {"n": left}, "words")
    found.summary = summary_of(found)
    found.closed_at, found.closed_by_id, found.closing_words = now or timezone.now(), who.account_id, words.strip()
    found.save(update_fields=["summary", "closed_at", "closed_by", "closing_words"])
    audit(who, "survey.close", found, found.name)
    note_step(who, found, "close", found.closing_words, now=found.closed_at)
    walkers = Account.objects.filter(patches__survey=found, is_active=True).distinct()
    notify(walkers, _("普查结束：%(name)s") % {"name": found}, found.closing_words, link(found, phone=True), "survey")
    return found


@transaction.atomic
def empty_finding(case_id: int) -> None:
    """The contents of the case went when its time was over: words, place and photos of the finding go with them; that there was
    one, of what and in which unit grid, stays counted."""
    for found in Finding.objects.select_related("unit_grid").filter(case=case_id):
        found.description = found.address = found.reason = ""
        found.point = found.unit_grid.geom.point_on_surface
        found.save(update_fields=["description", "address", "reason", "point"])
        found.photos.clear()


def hide_in_finding(case_id: int, words: Sequence[str]) -> None:
    """Who reported the case, where the finding that it came from says so."""
    for found in Finding.objects.filter(case=case_id):
        told = {name: without(getattr(found, name), words) for name in ("description", "address", "reason")}
        longest = {name: getattr(Finding._meta.get_field(name), "max_length", None) for name in told}
        Finding.objects.filter(pk=found.pk).update(**{name: text[: longest[name]] for name, text in told.items()})
