"""Notices inside the system."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from chengguan.engines import announce
from chengguan.people.models import Account, Notice
from chengguan.people.selectors import Who, accounts_with_role


@transaction.atomic
def notify(
    to: Account | Iterable[Account] | str, title: str, text: str = "", link: str = "", kind: str = "plain"
) -> list[Notice]:
    """Leave a notice for an account, several, or all who hold a role today; their bells ring after the commit."""
    if isinstance(to, str):
        receivers: list[Account] = accounts_with_role(to)
    elif isinstance(to, Account):
        receivers = [to]
    else:
        receivers = list({account.pk: account for account in to}.values())
    notices = Notice.objects.bulk_create(
        [
            Notice(account=account, title=title[:120], text=text[:500], link=link[:200], kind=kind)
            for account in receivers
        ]
    )
    if notices:
        announce.hint("notices", accounts=[account.pk for account in receivers])
    return notices


@transaction.atomic
def mark_read(who: Who, ids: Iterable[int] | None = None) -> int:
    """Mark own notices read, all when no ids are given; returns how many were unread."""
    if who.account_id is None:
        return 0
    rows = Notice.objects.filter(account_id=who.account_id, read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    changed = rows.update(read_at=timezone.now())
    if changed:
        announce.hint("notices", accounts=[who.account_id])
    return changed
