"""Samples and the cases in them, as far as this person may see cases."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from chengguan.cases.selectors import visible
from chengguan.evaluation.models import Sample, SpotCheck
from chengguan.people.models import Account
from chengguan.people.selectors import Who, accounts_with_role, may, reach


def samples(who: Who) -> QuerySet[Sample]:
    """Newest first, each with how many are judged and overturned."""
    if not reach(who, "evaluation.see").everything:
        return Sample.objects.none()
    rows = Sample.objects.select_related("department", "township", "inspector", "drawn_by").defer("township__geom", "township__geom_3857")
    return rows.annotate(
        n=Count("checks"), judged=Count("checks", filter=~Q(checks__verdict="")), overturned=Count("checks", filter=Q(checks__verdict="overturned"))
    ).order_by("-pk")


def checks(who: Who) -> QuerySet[SpotCheck]:
    rows = SpotCheck.objects.filter(case__in=visible(who).values("pk")) if reach(who, "evaluation.see").everything else SpotCheck.objects.none()
    return rows.select_related("case", "inspector", "assigned_to", "judged_by", "followed_by", "case__department")


def may_judge(who: Who, check: SpotCheck) -> bool:
    return not check.verdict and may(who, "evaluation.judge") and (check.assigned_to_id == who.account_id or may(who, "evaluation.draw"))


def judges() -> list[Account]:
    """Whom a sample can be given to."""
    found = [*accounts_with_role("evaluator"), *accounts_with_role("overseer")]
    return list({account.pk: account for account in found}.values())
