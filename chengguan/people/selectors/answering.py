"""Who holds which role, who answers for which place and matter."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from chengguan.people.models import Account, GridDuty, Holding, Organisation, Post, Responsibility
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
    """Who handles this matter there, and why. The longest matter prefix wins, then the owner, then the smallest area."""
    best = _most_fitting(matter_code, area, owner)
    if not best:
        return None, _("责任表中没有事项 %(code)s 的责任单位") % {"code": matter_code}
    row = best[0]
    where = row.area.name if row.area else _("全县")
    words = _("责任表：%(code)s · %(where)s → %(department)s") % {
        "code": row.matter_code,
        "where": where,
        "department": row.organisation,
    }
    return row.organisation, words


def only_one_responsible(matter_code: str, area: Any = None, owner: Any = None) -> bool:
    """Whether the table names one organisation and no other with the same right."""
    return len({row.organisation_id for row in _most_fitting(matter_code, area, owner)}) == 1


def _most_fitting(matter_code: str, area: Any, owner: Any) -> list[Responsibility]:
    area_code = str(getattr(area, "code", area) or "")
    owner_id = getattr(owner, "pk", owner)
    prefixes = [matter_code[:length] for length in range(len(matter_code), 0, -1)]
    rows = Responsibility.objects.filter(on(), matter_code__in=prefixes, organisation__enabled=True).select_related(
        "organisation", "area", "owner"
    )
    ranked = [
        ((len(row.matter_code), int(row.owner_id is not None), len(row.area.code if row.area else "")), row)
        for row in rows
        if area_code.startswith(row.area.code if row.area else "") and row.owner_id in (None, owner_id)
    ]
    highest = max((rank for rank, _row in ranked), default=None)
    return [row for rank, row in ranked if rank == highest]
