"""The views a person saved for their own work list."""

from __future__ import annotations

from django.db.models import QuerySet

from chengguan.console.models import SavedView
from chengguan.people.selectors import Who


def saved_views(who: Who) -> QuerySet[SavedView]:
    return SavedView.objects.filter(account=who.account_id)
