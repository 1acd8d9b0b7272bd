"""Who holds which role, who answers for which place and matter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from chengguan.engines import prepared
from chengguan.people.models import Account, GridDuty, Leave, Organisation
from chengguan.people.selectors.leaves import leave_of, leaves_of, stand_in_as
from chengguan.people.selectors.responsibility import explained
from chengguan.people.selectors.who import children_of, on
from chengguan.places.models import GridMembership
from chengguan.places.selectors import responsibility_grid_of

_ACCOUNT = [field.attname for field in Account._meta.concrete_fields]
_HOLDERS = """
WITH post AS (
  SELECT p.id FROM people_post p JOIN people_organisation o ON o.id = p.organisation_id
  WHERE p.role = %(role)s AND o.enabled AND (%(all)s OR o.id = ANY(%(organisations)s))
), away AS (
  SELECT id, account_id, stand_in_id FROM people_leave WHERE valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
), held AS (
  SELECT account_id, post_id FROM people_holding JOIN post ON post.id = post_id WHERE valid_from <= %(day)s AND (valid_to IS NULL OR valid_to > %(day)s)
), named AS (
  SELECT account_id, true AS holds, account_id NOT IN (SELECT account_id FROM away) AS here FROM held
  UNION ALL
  SELECT away.stand_in_id, false, true FROM away
  JOIN people_account gone ON gone.id = away.account_id AND gone.is_active
  JOIN people_leave_posts lent ON lent.leave_id = away.id
  JOIN held ON held.account_id = away.account_id AND held.post_id = lent.post_id
  WHERE away.stand_in_id IS NOT NULL
)
SELECT {columns}, bool_or(holds) AS holds, bool_or(here) AS here FROM named JOIN people_account account ON account.id = named.account_id
WHERE account.is_active GROUP BY account.id ORDER BY account.username
""".replace("{columns}", ", ".join(f"account.{name}" for name in _ACCOUNT))
"""One text for all roles: every step of a case asks it, and the same asked of the models costs more than the step itself."""


def accounts_with_role(role: str, organisation: Any = None, *, with_away: bool = False) -> list[Account]:
    """Active accounts that hold `role` today, at that organisation or below it when one is given. In the place of those on
    leave stands who acts with their post; with nobody left, or `with_away`, those on leave are named all the same."""
    below = [] if organisation is None else list(children_of(getattr(organisation, "pk", organisation)))
    given = {"role": role, "all": organisation is None, "organisations": below, "day": timezone.localdate()}
    named = [(Account.from_db(connection.alias, _ACCOUNT, found[:-2]), *found[-2:]) for found in prepared.rows(_HOLDERS, given)]
    here = [] if with_away else [account for account, _holds, is_here in named if is_here]
    return here or [account for account, holds, _is_here in named if holds]


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


def inspectors_at(spots: Iterable[tuple[int, date]]) -> dict[tuple[int, date], list[Account]]:
    """(unit grid's id, day) -> the inspectors on duty there that day, in the order of `inspectors_of`, of all of them at once."""
    wanted = set(spots)
    holds: dict[int, list[GridMembership]] = {}
    for row in GridMembership.objects.filter(unit_grid__in={grid for grid, _day in wanted}).order_by("responsibility_grid__code"):
        holds.setdefault(row.unit_grid_id, []).append(row)
    duties: dict[int, list[GridDuty]] = {}
    walked = {row.responsibility_grid_id for rows in holds.values() for row in rows}
    for duty in GridDuty.objects.filter(responsibility_grid__in=walked, account__is_active=True).select_related("account").order_by("shift", "id"):
        duties.setdefault(duty.responsibility_grid_id, []).append(duty)
    leaves: dict[int, list[Leave]] = {}
    named = {duty.account_id for rows in duties.values() for duty in rows}
    for leave in Leave.objects.filter(account__in=named).select_related("stand_in").prefetch_related("posts"):
        leaves.setdefault(leave.account_id, []).append(leave)
    found: dict[tuple[int, date], list[Account]] = {}
    for grid, day in wanted:
        held = next((row for row in holds.get(grid, ()) if _holds(row, day)), None)
        here: dict[Account, None] = {}
        for duty in duties.get(held.responsibility_grid_id, ()) if held else ():
            away = next((leave for leave in leaves.get(duty.account_id, ()) if _holds(duty, day) and _holds(leave, day)), None)
            walks = stand_in_as(away, "inspector") if away else duty.account
            if walks is not None and _holds(duty, day):
                here[walks] = None
        found[grid, day] = list(here)
    return found


def _holds(row: Any, day: date) -> bool:
    """Whether a dated row is valid on that day, as `on` asks the database."""
    return row.valid_from <= day and (row.valid_to is None or row.valid_to > day)


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
