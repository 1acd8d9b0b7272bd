"""Lists of people, organisations, notices; the demo's sign-in cards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from chengguan.engines import prepared
from chengguan.people.models import Account, AuditEntry, Notice, Organisation
from chengguan.people.roles import ROLES, name_of
from chengguan.people.selectors.who import Who, may


def organisations(who: Who, kind: str | None = None) -> QuerySet[Organisation]:
    """Organisations in use; the address book is visible to all staff."""
    found = Organisation.objects.filter(enabled=True) if not who.is_anonymous else Organisation.objects.none()
    return found.filter(kind=kind) if kind else found


def notices(who: Who, unread: bool = False) -> QuerySet[Notice]:
    """This person's notices, newest first."""
    found = Notice.objects.filter(account_id=who.account_id) if who.account_id else Notice.objects.none()
    return found.filter(read_at__isnull=True) if unread else found


def unread_notices(who: Who) -> int:
    """How many; every page asks."""
    counted = prepared.row("SELECT count(*) FROM people_notice WHERE account_id = %s AND read_at IS NULL", [who.account_id]) if who.account_id else None
    return counted[0] if counted else 0


def audit_entries(who: Who) -> QuerySet[AuditEntry]:
    """The audit trail, newest first; empty for those who may not read it."""
    return AuditEntry.objects.all() if may(who, "people.see_audit") else AuditEntry.objects.none()


def accounts(who: Who, ids: Iterable[int] | None = None) -> QuerySet[Account]:
    """Accounts, for those who may see the address book."""
    found = Account.objects.all() if may(who, "people.see") else Account.objects.none()
    return found if ids is None else found.filter(pk__in=ids)


@dataclass(frozen=True)
class Card:
    """A demo account as the sign-in page shows it."""

    username: str
    name: str
    posts: str
    place: str


def demo_cards(most: int = 2) -> tuple[list[Card], list[Card]]:
    """The demo's accounts: at most `most` of those that hold exactly the same posts, and the rest."""
    accounts = (
        Account.objects.filter(demo=True, is_active=True)
        .prefetch_related("holdings__post__organisation")
        .order_by("pk")
    )
    seen: dict[str, int] = {}
    first: list[Card] = []
    rest: list[Card] = []
    for account in accounts:
        held = [
            holding.post
            for holding in account.holdings.all()
            if holding.valid_to is None and holding.post.role in ROLES
        ]
        posts = sorted(held, key=lambda post: ROLES[post.role].order)
        words = "、".join(dict.fromkeys(name_of(post.role) for post in posts))
        seen[words] = seen.get(words, 0) + 1
        card = Card(account.username, account.name, words, str(posts[0].organisation) if posts else "")
        (first if seen[words] <= most else rest).append(card)
    return first, rest
