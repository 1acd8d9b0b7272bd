"""Who is away, and who acts in their place. A leave ends by its date; a stand-in's own leave is never passed on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone

from chengguan.people.models import Account, Holding, Leave, Organisation
from chengguan.people.roles import ADMINISTRATOR
from chengguan.people.selectors.who import Who, children_of, may, on, tree


def leave_of(account: Any, day: date | None = None) -> Leave | None:
    """The leave the account is on that day."""
    return Leave.objects.filter(on(day), account=account).select_related("stand_in").prefetch_related("posts").first()


def leaves_of(accounts: Iterable[Account], day: date | None = None) -> dict[int, Leave]:
    """account -> its leave on that day."""
    rows = Leave.objects.filter(on(day), account__in=list(accounts)).select_related("stand_in").prefetch_related("posts")
    return {leave.account_id: leave for leave in rows}


def stand_in_as(leave: Leave, role: str) -> Account | None:
    """Who acts with that role in the place of the one on leave; nobody when that post is not lent."""
    lent = any(post.role == role for post in leave.posts.all())
    return leave.stand_in if lent and leave.stand_in is not None and leave.stand_in.is_active else None


def overlapping(first: date, after: date) -> Q:
    """Leaves with a day in common with [first, after)."""
    return Q(valid_from__lt=after, valid_to__gt=first) & Q(valid_to__gt=F("valid_from"))


def colleagues(account: Account) -> QuerySet[Account]:
    """Who may be asked by the person himself: active accounts of the same organisations, of those below and of those above.
    Those who hold the same post stand first, then those of the same organisation."""
    below = tree()
    above = {child: parent for parent, children in below.items() for child in children}
    mine = list(Holding.objects.filter(on(), account=account).values_list("post__organisation", "post__role"))
    own, roles = {organisation for organisation, _role in mine}, {role for _organisation, role in mine}
    reached = set().union(*(children_of(each, below) for each in own)) if own else set()
    for each in own:
        parent = above.get(each)
        while parent is not None:
            reached.add(parent)
            parent = above.get(parent)
    held = Holding.objects.filter(on(), post__organisation__in=Organisation.objects.filter(pk__in=reached, enabled=True))
    alike, beside = (held.filter(**only).values("account") for only in ({"post__role__in": roles}, {"post__organisation__in": own}))
    nearness = Case(When(pk__in=alike, then=0), When(pk__in=beside, then=1), default=2)
    return Account.objects.filter(is_active=True, pk__in=held.values("account")).exclude(pk=account.pk).order_by(nearness, "name", "username")


def lendable(account: Account, own: bool) -> list[Any]:
    """The posts held today that can be lent; the administrator's only by an administrator."""
    held = Holding.objects.filter(on(), account=account, post__organisation__enabled=True).select_related("post__organisation")
    return [each.post for each in held.order_by("id") if not own or each.post.role != ADMINISTRATOR]


def own_leaves(who: Who) -> QuerySet[Leave]:
    """This person's own leaves, and those in which they stand in, newest first."""
    rows = Leave.objects.filter(Q(account=who.account_id) | Q(stand_in=who.account_id)) if who.account_id else Leave.objects.none()
    return _shown(rows)


def all_leaves(who: Who, past: bool = False) -> QuerySet[Leave]:
    """Every leave that is not over (all of them with `past`), for those who manage people."""
    if not may(who, "people.manage"):
        return Leave.objects.none()
    rows = Leave.objects.all() if past else Leave.objects.filter(not_over())
    return _shown(rows)


def not_over(day: date | None = None) -> Q:
    return Q(valid_to__gt=day or timezone.localdate()) & Q(valid_to__gt=F("valid_from"))


def _shown(rows: QuerySet[Leave]) -> QuerySet[Leave]:
    return rows.select_related("account", "stand_in").prefetch_related("posts__organisation").order_by("-valid_from", "-id")
