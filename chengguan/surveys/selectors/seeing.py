"""Which surveys, patches and findings a person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from chengguan.people.models import Holding
from chengguan.people.selectors import Who, on, reach
from chengguan.surveys.models import Finding, Patch, Survey, SurveyStep


def patches(who: Who) -> QuerySet[Patch]:
    """All of them for the centre; a collection company's lead sees those its own inspectors walk, an inspector their own."""
    far = reach(who, "surveys.see")
    if far.everything:
        return Patch.objects.all()
    walked = Patch.objects.none()
    if far.organisation_ids:
        own = Holding.objects.filter(on(), post__role="inspector", post__organisation__in=far.organisation_ids).values("account")
        walked = Patch.objects.filter(walkers__in=own)
    if far.own:
        walked = walked | Patch.objects.filter(walkers__in=who.task_accounts)
    return Patch.objects.filter(pk__in=walked.values("pk"))


def visible(who: Who) -> QuerySet[Survey]:
    """Open ones first, the newest first."""
    if reach(who, "surveys.see").everything:
        return Survey.objects.all()
    return Survey.objects.filter(pk__in=patches(who).values("survey"))


def steps(who: Who, survey: Survey) -> QuerySet[SurveyStep]:
    """What was done with it, the newest first; of patches as far as this person may see them."""
    rows = SurveyStep.objects.filter(survey=survey).select_related("patch")
    return rows if reach(who, "surveys.see").everything else rows.filter(Q(patch=None) | Q(patch__in=patches(who).values("pk")))


def findings(who: Who) -> QuerySet[Finding]:
    rows = Finding.objects.select_related("patch", "unit_grid", "found_by", "decided_by", "component", "case").defer(
        "unit_grid__geom", "unit_grid__geom_3857", "component__geom_3857"
    )
    return rows if reach(who, "surveys.see").everything else rows.filter(patch__in=patches(who).values("pk"))


def files(who: Who) -> QuerySet[Any]:
    """The ids of the photos of what this person may see."""
    shown = findings(who).order_by().values("pk")
    return Finding.photos.through.objects.filter(finding__in=shown).values_list("attachment", flat=True)
