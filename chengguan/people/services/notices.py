"""Notices inside the system."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chengguan.engines import announce, prepared
from chengguan.people.models import Account, Notice
from chengguan.people.selectors import Who, accounts_with_role


@transaction.atomic
def notify(
    to: Account | Iterable[Account] | str, title: str, text: str = "", link: str = "", kind: str = "plain"
) -> int:
    """Leave a notice for an account, several, or all who hold a role today; their bells ring after the commit. How many were told."""
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


_RING = """
INSERT INTO people_notice (account_id, title, text, link, kind, created_at)
SELECT hears.account, said.title, said.text, said.link, said.kind, %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) WITH ORDINALITY AS said (title, text, link, kind, bell)
JOIN unnest(%s::bigint[], %s::bigint[]) AS hears (account, bell) USING (bell) ORDER BY bell
"""


@transaction.atomic(savepoint=False)
def notify_each(bells: Iterable[Bell]) -> int:
    """Several things to say at once: one insert, however many are said and however many hear them, and each bell rings once. What cannot
    be told takes back what it tells of. How many notices it made."""
    said = [bell for bell in bells if bell.to]
    hears = [(account.pk, number) for number, bell in enumerate(said, 1) for account in bell.to]
    if hears:
        texts = [(bell.title[:120], bell.text[:500], bell.link[:200], bell.kind) for bell in said]
        accounts, which = (list(each) for each in zip(*hears, strict=True))
        prepared.do(_RING, [timezone.now(), *map(list, zip(*texts, strict=True)), accounts, which])
        announce.hint("notices", accounts=list(dict.fromkeys(accounts)))
    return len(hears)


@transaction.atomic
def hide_in_notices(words_of: Callable[[Notice], Sequence[str]], among: Q, without: Callable[[str, Sequence[str]], str]) -> int:
    """Of these notices those that say some of the words of what they tell of say them no longer. How many did."""
    changed = []
    for notice in Notice.objects.filter(among).iterator():
        words = words_of(notice)
        title, text = without(notice.title, words)[:120], without(notice.text, words)[:500]
        if (title, text) != (notice.title, notice.text):
            notice.title, notice.text = title, text
            changed.append(notice)
    Notice.objects.bulk_update(changed, ["title", "text"], batch_size=500)
    return len(changed)


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
