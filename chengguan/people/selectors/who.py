"""Who is asking, what they may, who answers for what. Everything downstream takes a `Who` first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from chengguan.engines import prepared
from chengguan.people import permissions
from chengguan.people.models import Organisation
from chengguan.people.permissions import Scope
from chengguan.people.roles import ADMINISTRATOR, name_of


@dataclass(frozen=True)
class HeldPost:
    """A post someone holds today, with how far it reaches."""

    role: str
    name: str
    organisation_id: int
    organisation_name: str
    organisation_kind: str
    organisation_ids: frozenset[int]  # the organisation and all below it
    area_code: str = ""
    for_account_id: int | None = None  # acts with the post of somebody on leave
    for_name: str = ""


@dataclass(frozen=True)
class Who:
    """The person (or the system itself) that asks or acts."""

    account_id: int | None
    name: str
    roles: frozenset[str] = frozenset()
    organisation_ids: frozenset[int] = frozenset()  # own and below
    department_ids: frozenset[int] = (
        frozenset()
    )  # own organisations that handle cases (department, township, contractor)
    area_codes: frozenset[str] = frozenset()
    is_administrator: bool = False
    is_system: bool = False
    posts: tuple[HeldPost, ...] = ()
    ip: str | None = field(default=None, compare=False)

    @property
    def task_accounts(self) -> frozenset[int]:
        """Whose tasks this person does: the own, and those of the inspectors on leave in whose place they act."""
        lent = frozenset(post.for_account_id for post in self.posts if post.role == "inspector" and post.for_account_id is not None)
        return lent if self.account_id is None else lent | {self.account_id}

    @property
    def is_anonymous(self) -> bool:
        return self.account_id is None and not self.is_system

    def has(self, *roles: str) -> bool:
        """Whether one of `roles` is held. The system holds every role."""
        return self.is_system or not self.roles.isdisjoint(roles)

    def post_as(self, *roles: str) -> HeldPost | None:
        """The first post held with one of `roles`, in that order; any post when none are named."""
        for role in roles or [post.role for post in self.posts]:
            for post in self.posts:
                if post.role == role:
                    return post
        return None


SYSTEM = Who(None, "系统", is_system=True)
ANONYMOUS = Who(None, "")
HANDLING_KINDS = {
    Organisation.Kind.DEPARTMENT,
    Organisation.Kind.TOWNSHIP,
    Organisation.Kind.CONTRACTOR,
    Organisation.Kind.ENTERPRISE,
}


def on(day: date | None = None) -> Q:
    """Filter for dated rows that are valid on `day` (today when not given)."""
    day = day or timezone.localdate()
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def tree() -> dict[int | None, list[int]]:
    """Organisation id -> ids directly below it."""
    below: dict[int | None, list[int]] = {}
    for child, parent in Organisation.objects.values_list("id", "parent_id"):
        below.setdefault(parent, []).append(child)
    return below


def children_of(organisation_id: int, below: dict[int | None, list[int]] | None = None) -> frozenset[int]:
    """The organisation and all below it."""
    below = tree() if below is None else below
    found, rest = set(), [organisation_id]
    while rest:
        current = rest.pop()
        if current not in found:
            found.add(current)
            rest += below.get(current, [])
    return frozenset(found)


def who_is(account: Any, ip: str | None = None) -> Who:
    """The `Who` of a signed-in account with the posts held today, its own before those of people on leave in whose place it
    acts; ANONYMOUS for nobody or a disabled account."""
    if account is None or not getattr(account, "is_authenticated", False) or not account.is_active:
        return ANONYMOUS
    posts = tuple(_held(row, account.pk) for row in prepared.rows(_POSTS, {"account": account.pk, "day": timezone.localdate()}))
    return Who(
        account_id=account.pk,
        name=account.name or account.username,
        roles=frozenset(post.role for post in posts),
        organisation_ids=frozenset().union(*(post.organisation_ids for post in posts)),
        department_ids=frozenset(post.organisation_id for post in posts if post.organisation_kind in HANDLING_KINDS),
        area_codes=frozenset(post.area_code for post in posts if post.area_code),
        is_administrator=any(post.role == ADMINISTRATOR for post in posts),
        posts=posts,
        ip=ip,
    )


_POSTS = """
WITH held AS (
  SELECT id, account_id, post_id FROM people_holding WHERE valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
), lent AS (
  SELECT away.account_id, lent.post_id FROM people_leave away JOIN people_leave_posts lent ON lent.leave_id = away.id
  JOIN people_account gone ON gone.id = away.account_id AND gone.is_active
  WHERE away.stand_in_id = %(account)s AND away.valid_from <= %(day)s AND (away.valid_to IS NULL OR away.valid_to > %(day)s)
)
SELECT held.account_id, coalesce(nullif(owner.name, ''), owner.username), post.role, post.name, office.id, office.name, office.kind, area.code, ARRAY(
  WITH RECURSIVE below AS (
    SELECT office.id UNION SELECT child.id FROM people_organisation child JOIN below ON child.parent_id = below.id
  ) SELECT id FROM below
)
FROM held JOIN people_account owner ON owner.id = held.account_id JOIN people_post post ON post.id = held.post_id
JOIN people_organisation office ON office.id = post.organisation_id AND office.enabled LEFT JOIN places_area area ON area.id = office.area_id
WHERE held.account_id = %(account)s OR (held.account_id, held.post_id) IN (SELECT account_id, post_id FROM lent)
ORDER BY held.account_id <> %(account)s, held.id
"""
"""The posts an account holds today, then those of people on leave in whose place it acts. One text: every request asks it first."""


def _held(row: tuple[Any, ...], own: int) -> HeldPost:
    holder, holder_name, role, name, organisation, organisation_name, kind, area_code, below = row
    return HeldPost(
        role=role,
        name=name or name_of(role),
        organisation_id=organisation,
        organisation_name=organisation_name,
        organisation_kind=kind,
        organisation_ids=frozenset(below),
        area_code=area_code or "",
        for_account_id=holder if holder != own else None,
        for_name=holder_name if holder != own else "",
    )


def may(who: Who, action: str, organisation: Any = None, area: Any = None) -> bool:
    """Whether `who` may do `action` (a key of permissions.PERMISSIONS), for that organisation (object or id) and
    area (object or code). With neither given: whether at all, and the caller limits what is shown."""
    if who.is_system:
        return True
    allowed = permissions.scopes(who.roles, action)
    organisation_id = getattr(organisation, "pk", organisation)
    area_code = str(getattr(area, "code", area) or "")
    for post in who.posts:
        scope = allowed.get(post.role)
        if scope is None:
            continue
        if scope in (Scope.ALL, Scope.OWN) or (organisation_id is None and not area_code):
            return True
        if scope == Scope.DEPARTMENT and organisation_id in post.organisation_ids:
            return True
        if scope == Scope.AREA and (
            organisation_id in post.organisation_ids or (post.area_code and area_code.startswith(post.area_code))
        ):
            return True
    return False


@dataclass(frozen=True)
class Reach:
    """How far `who` may see for one action: everything, or these organisations, areas, and what is their own."""

    everything: bool = False
    organisation_ids: frozenset[int] = frozenset()
    area_codes: frozenset[str] = frozenset()
    own: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.everything or self.organisation_ids or self.area_codes or self.own)


def reach(who: Who, action: str) -> Reach:
    """The data scope of `who` for `action`, for use in filters."""
    if who.is_system:
        return Reach(everything=True)
    allowed = permissions.scopes(who.roles, action)
    organisations: set[int] = set()
    areas: set[str] = set()
    for post in who.posts:
        scope = allowed.get(post.role)
        if scope == Scope.ALL:
            return Reach(everything=True)
        if scope in (Scope.DEPARTMENT, Scope.AREA):
            organisations |= post.organisation_ids
        if scope == Scope.AREA and post.area_code:
            areas.add(post.area_code)
    return Reach(False, frozenset(organisations), frozenset(areas), Scope.OWN in allowed.values())
