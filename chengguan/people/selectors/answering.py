"""Who holds which role, who answers for which place and matter."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q

from chengguan.people.models import Account, GridDuty, Holding, Leave, Organisation, Post
from chengguan.people.selectors.leaves import leave_of, leaves_of, lent_posts, stand_in_as
from chengguan.people.selectors.responsibility import explained
from chengguan.people.selectors.who import children_of, on
from chengguan.places.selectors import responsibility_grid_of


def accounts_with_role(role: str, organisation: Any = None, *, with_away: bool = False) -> list[Account]:
    """Active accounts that hold `role` today, at that organisation or below it when one is given. In the place of those on
    leave stands who acts with their post; with nobody left, or `with_away`, those on leave are named all the same."""
    posts = Post.objects.filter(role=role, organisation__enabled=True)
    if organisation is not None:
        posts = posts.filter(organisation_id__in=children_of(getattr(organisation, "pk", organisation)))
    held = Holding.objects.filter(on(), post__in=posts).values("account")
    active = Account.objects.filter(is_active=True).order_by("username")
    if not with_away:
        here = Q(pk__in=held) & ~Q(pk__in=Leave.objects.filter(on()).values("account"))
        found = list(active.filter(here | Q(pk__in=lent_posts().filter(post__in=posts).values("leave__stand_in"))))
        if found:
            return found
    return list(active.filter(pk__in=held))


def inspectors_of(unit_grid: Any, day: date | None = None) -> list[Account]:
    """Inspectors on duty for the responsibility grid that holds this unit grid, a stand-in in the place of one on leave;
    empty when nobody is named."""
    grid = responsibility_grid_of(unit_grid)
    if grid is None:
        return []
    duties = GridDuty.objects.filter(on(day), responsibility_grid=grid, account__is_active=True).select_related(
        "account"
    )
    named = list(dict.fromkeys(duty.account for duty in duties.order_by("shift", "id")))
    away = leaves_of(named, day)
    here = (stand_in_as(away[each.pk], "inspector") if each.pk in away else each for each in named)
    return list(dict.fromkeys(each for each in here if each is not None))


def in_place_of(inspector: Account, unit_grid: Any) -> Account:
    """Who gets the task of this inspector today: the stand-in of one on leave, else the grid's other inspector."""
    leave = leave_of(inspector)
    if leave is None:
        return inspector
    others = inspectors_of(unit_grid) if unit_grid is not None else []
    return stand_in_as(leave, "inspector") or next(iter(others), inspector)


def responsible_department(matter_code: str, area: Any = None, owner: Any = None) -> tuple[Organisation | None, str]:
    """Who handles this matter there, and why in one line."""
    answer = explained(matter_code, area, owner)
    return answer.organisation, answer.words


def only_one_responsible(matter_code: str, area: Any = None, owner: Any = None) -> bool:
    """Whether the table names one organisation and no other with the same right."""
    return explained(matter_code, area, owner).alone
