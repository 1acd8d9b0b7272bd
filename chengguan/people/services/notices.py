"""Notices inside the system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
    return notify_each([Bell(receivers, title, text, link, kind)])


@dataclass(frozen=True)
class Bell:
    """One thing to say to some accounts."""

    to: Sequence[Account]
    title: str
    text: str = ""
    link: str = ""
    kind: str = "plain"


@transaction.atomic(savepoint=False)
def notify_each(bells: Iterable[Bell]) -> list[Notice]:
    """Several things to say at once: one insert, and each bell rings once. What cannot be told takes back what it tells of."""
    notices = Notice.objects.bulk_create(
        [
            Notice(account=account, title=bell.title[:120], text=bell.text[:500], link=bell.link[:200], kind=bell.kind)
            for bell in bells
            for account in bell.to
        ]
    )
    if notices:
        announce.hint("notices", accounts=list(dict.fromkeys(notice.account_id for notice in notices)))
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
