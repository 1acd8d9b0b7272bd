"""As what a person may take a row of the table for this case: the role, held at the right place."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengguan.cases.models import Case
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.workflow import Row
from chengguan.people.roles import name_of
from chengguan.people.selectors import HeldPost, Who
from chengguan.places.models import Area

OUTSIDE = ("system", "citizen")


def _here(post: HeldPost, case: Case) -> bool:
    """Whether the post reaches this case: a department its own, a crew its own, a township its own area."""
    if post.role == "department":
        return case.department_id in post.organisation_ids
    if post.role == "crew":
        return case.crew_id in post.organisation_ids
    if post.role == "township":
        return bool(post.area_code) and _township_code(case).startswith(post.area_code)
    return True


def _township_code(case: Case) -> str:
    """Without the shape of the area, and asked for once."""
    if not hasattr(case, "_township_code"):
        codes = Area.objects.filter(pk=case.township_id).values_list("code", flat=True) if case.township_id else ()
        case._township_code = next(iter(codes), "")  # type: ignore[attr-defined]
    return case._township_code  # type: ignore[attr-defined]


def _stands_in(post: HeldPost, row: Row, case: Case) -> bool:
    """A township's desk stands in for the department where the case was sent to the township itself."""
    return post.role == "township" and "department" in row.who and (row.anywhere or case.department_id in post.organisation_ids)


def possible_role(who: Who, case: Case, row: Row) -> str | None:
    """The role, or None when the row is not for this person here."""
    if who.is_system:
        return "system" if "system" in row.who else None
    for role in row.who:
        for post in who.posts:
            if post.role == role and role not in OUTSIDE and (row.anywhere or _here(post, case)):
                return role
    for post in who.posts:
        if _stands_in(post, row, case):
            return "township"
    return None


def acting_post(who: Who, role: str, case: Case, doing_for: int | None = None) -> HeldPost | None:
    """The post with which `who` acts in that role: the own before one lent by somebody on leave, and of several the one that
    reaches this case. `doing_for`: whose task it is, when it is not the own."""
    held = [post for post in who.posts if post.role == role]
    lent = [post for post in held if doing_for is not None and post.for_account_id == doing_for]
    here = [post for post in held if _here(post, case) or (post.role == "township" and case.department_id in post.organisation_ids)]
    return next(iter((*lent, *here, *held)), None)


def acting_role(who: Who, case: Case, row: Row) -> str:
    """The role as which `who` acts. Refused in words when there is none."""
    role = possible_role(who, case, row)
    if role is not None:
        return role
    if who.has(*(each for each in row.who if each not in OUTSIDE)) and not who.is_system:
        raise Refused(_("这件案件不在您的单位，不能“%(action)s”") % {"action": _(row.name)})
    names = "、".join(str(name_of(each)) for each in row.who if each not in OUTSIDE) or _("系统")
    raise Refused(_("“%(action)s”由%(roles)s来做") % {"action": _(row.name), "roles": names})
