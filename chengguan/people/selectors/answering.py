"""Who holds which role, who answers for which place and matter."""

from __future__ import annotations

from datetime import date
from typing import Any

from chengguan.people.models import Account, GridDuty, Holding, Organisation, Post
from chengguan.people.selectors.responsibility import explained
from chengguan.people.selectors.who import children_of, on
from chengguan.places.selectors import responsibility_grid_of


def accounts_with_role(role: str, organisation: Any = None) -> list[Account]:
    """Active accounts that hold `role` today, at that organisation or below it when one is given."""
    posts = Post.objects.filter(role=role, organisation__enabled=True)
    if organisation is not None:
        posts = posts.filter(organisation_id__in=children_of(getattr(organisation, "pk", organisation)))
    held = Holding.objects.filter(on(), post__in=posts)
    return list(Account.objects.filter(is_active=True, holdings__in=held).distinct().order_by("username"))


def inspectors_of(unit_grid: Any, day: date | None = None) -> list[Account]:
    """Inspectors on duty for the responsibility grid that holds this unit grid; empty when nobody is named."""
    grid = responsibility_grid_of(unit_grid)
    if grid is None:
        return []
    duties = GridDuty.objects.filter(on(day), responsibility_grid=grid, account__is_active=True).select_related(
        "account"
    )
    return list(dict.fromkeys(duty.account for duty in duties.order_by("shift", "id")))


def responsible_department(matter_code: str, area: Any = None, owner: Any = None) -> tuple[Organisation | None, str]:
    """Who handles this matter there, and why in one line."""
    answer = explained(matter_code, area, owner)
    return answer.organisation, answer.words


def only_one_responsible(matter_code: str, area: Any = None, owner: Any = None) -> bool:
    """Whether the table names one organisation and no other with the same right."""
    return explained(matter_code, area, owner).alone
