"""The version of a piece of the configuration: the number of the last change of it, which a form carries back."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from chengguan.cases.models import Change


def changes_of(kind: str, keys: Collection[str] = (), beginning: str = "") -> QuerySet[Change]:
    """Of these things, of those whose key begins so, or (with neither) of the whole kind."""
    rows = Change.objects.filter(kind=kind)
    if keys:
        rows = rows.filter(key__in=keys)
    return rows.filter(key__startswith=beginning) if beginning else rows


def last_seen(kind: str, keys: Collection[str] = (), beginning: str = "") -> int:
    """0 before the first change."""
    return changes_of(kind, keys, beginning).order_by("-pk").values_list("pk", flat=True).first() or 0
