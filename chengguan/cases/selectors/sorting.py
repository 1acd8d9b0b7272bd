"""In what order a work list stands, and from where its next page goes on."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet

from chengguan.cases.models import Case
from chengguan.people.typed import moment, whole_number

SORTS: dict[str, str] = {
    "deadline": "deadline",
    "number": "register_number",
    "reported": "reported_at",
    "matter": "matter_name",
    "place": "address",
    "source": "source",
    "state": "state",
    "holder": "department__name",
}
"""What a list can be put in order by, and the column; a leading "-" turns it round. What has no value stands last either way."""
_MOMENTS = ("deadline", "reported")
_MAY_LACK = ("deadline", "holder")


def sorts_of(sort: str) -> tuple[str, bool]:
    """(a key of SORTS, whether the list is turned round); the nearest deadline first for a word that is none."""
    name = sort.removeprefix("-")
    return (name, sort.startswith("-")) if name in SORTS else ("deadline", False)


def sorted_after(cases: QuerySet[Case], sort: str, after: str) -> QuerySet[Case]:
    """In that order, from behind the key `after` on."""
    name, down = sorts_of(sort)
    column = F(SORTS[name])
    first = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
    return cases.filter(_beyond(name, down, after)).order_by(first, "id")


def key_of(case: Case, sort: str) -> str:
    """From where the page behind this case goes on."""
    name, _down = sorts_of(sort)
    value: Any = case
    for part in SORTS[name].split("__"):
        value = getattr(value, part, None)
    return f"{value.isoformat() if name in _MOMENTS and value else value or ''}~{case.pk}"


def _beyond(name: str, down: bool, after: str) -> Q:
    """What comes behind that key; everything when it is no key, as in an address somebody has cut."""
    first, _tilde, last = after.rpartition("~")
    pk = whole_number(last)
    value: Any = moment(first) if name in _MOMENTS else first
    if pk is None or (name in _MOMENTS and first and value is None):
        return Q()
    column = SORTS[name]
    if name in _MAY_LACK and not first:
        return Q(**{f"{column}__isnull": True}, pk__gt=pk)
    behind = Q(**{f"{column}__{'lt' if down else 'gt'}": value}) | Q(**{column: value}, pk__gt=pk)
    return behind | Q(**{f"{column}__isnull": True}) if name in _MAY_LACK else behind
