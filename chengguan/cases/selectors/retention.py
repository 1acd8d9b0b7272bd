"""What is kept how long, what is past its time, what was proposed, and the register of what was taken out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from chengguan.cases.models import Case, Disposal, Removal, Retention
from chengguan.cases.selectors.seeing import visible
from chengguan.cases.workflow import KEPT_STATES
from chengguan.engines import prepared
from chengguan.people.selectors import Who, may


def kept(who: Who) -> QuerySet[Retention]:
    """Of the ended cases this person may see."""
    rows = Retention.objects.filter(disposed_at=None, case__state__in=KEPT_STATES)
    if not may(who, "cases.see_archive"):
        return rows.none()
    return rows.filter(case__in=visible(who).order_by()).select_related("case__department", "case__township").defer("case__township__geom", "case__township__geom_3857")


def ending(who: Who, until: date | None = None) -> QuerySet[Retention]:
    """Past their time by that day, the oldest first; those that are in a proposal already are left out."""
    day = until or timezone.localdate()
    return kept(who).filter(ends_on__lt=day, disposal=None).order_by("ends_on", "pk")


def counted(who: Who) -> dict[str, Any]:
    """How many are kept by each term, and how many are past their time."""
    today = timezone.localdate()
    terms = {term: Count("pk", filter=Q(term=term)) for term, _name in Retention.TERMS}
    return kept(who).order_by().aggregate(**terms, due=Count("pk", filter=Q(ends_on__lt=today, disposal=None)))


def disposals(who: Who) -> QuerySet[Disposal]:
    rows = Disposal.objects.select_related("proposed_by", "decided_by").order_by("-pk")
    return rows if may(who, "cases.see_archive") else rows.none()


def of_disposal(who: Who, disposal: Disposal) -> QuerySet[Retention]:
    """Also of one that was denied: what it was about."""
    rows = Retention.objects.filter(pk__in=disposal.case_ids).select_related("case").order_by("pk")
    return rows if may(who, "cases.see_archive") else rows.none()


def register(who: Who, kind: str = "") -> QuerySet[Removal]:
    rows = Removal.objects.order_by("-pk")
    if not may(who, "cases.see_archive"):
        return rows.none()
    return rows.filter(kind=kind) if kind else rows


def told_of(case: Case) -> dict[str, Any]:
    """For the case page: its period, and what was taken out of it."""
    kept = prepared.found(Retention, "case_id = %s", [case.pk])
    return {"retention": kept[0] if kept else None, "removals": prepared.found(Removal, "case_key = %s ORDER BY id", [case.pk])}
