"""Keeping in mind what a person used and opened: nothing of a case changes by it, so it is no step and leaves no trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from chengguan.cases import workflow
from chengguan.cases.models import Case, Opened, UsedClass
from chengguan.people.selectors import Who


def remember_classes(who: Who, codes: Iterable[str], now: datetime) -> None:
    """These classes were used just now; the platform and strangers have no habits."""
    if who.account_id is None:
        return
    used = [UsedClass(account_id=who.account_id, matter_code=code, used_at=now) for code in sorted({code for code in codes if code})]
    UsedClass.objects.bulk_create(used, update_conflicts=True, unique_fields=["account", "matter_code"], update_fields=["used_at"])


def mark_opened(who: Who, case: Case, now: datetime | None = None) -> None:
    """This person has seen the case as it stands; written once for each stage the case comes to."""
    if who.account_id is None or case.state in workflow.FINAL:
        return
    if Opened.objects.filter(account=who.account_id, case=case, opened_at__gte=case.entered_at).exists():
        return
    seen = Opened(account_id=who.account_id, case=case, opened_at=now or timezone.now())
    Opened.objects.bulk_create([seen], update_conflicts=True, unique_fields=["account", "case"], update_fields=["opened_at"])


def forget_opened() -> int:
    """What was opened of cases that have ended."""
    return Opened.objects.filter(case__state__in=workflow.FINAL).delete()[0]
