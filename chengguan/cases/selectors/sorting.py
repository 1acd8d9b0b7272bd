"""In what order a work list stands, and from where its next page goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, FilteredRelation, Q, QuerySet, Value

from chengguan.cases.models import Case
from chengguan.people.typed import moment, whole_number

SORTS: dict[str, str] = {
    "light": "light_order",
    "deadline": "deadline",
    "number": "register_number",
    "reported": "reported_at",
    "matter": "matter_name",
    "place": "address",
    "source": "source",
    "state": "state",
    "asked": "waiting__asked_at",
    "holder": "department__name",
}
"""What a list can be put in order by, and the column; a leading "-" turns it round. What has no value stands last either way. By light:
red, yellow, green, within each the nearest deadline first, then what no clock runs for. By request: what has waited longest for its
decision first. Only the deadline has an index that holds the order: the others are sorted from what the post's own index finds."""
_MOMENTS = ("deadline", "reported", "asked")
_MAY_LACK = ("deadline", "holder", "asked")
_GREY = 3


def sorts_of(sort: str) -> tuple[str, bool]:
    """(a key of SORTS, whether the list is turned round); the nearest deadline first for a word that is none."""
    name = sort.removeprefix("-")
    return (name, sort.startswith("-")) if name in SORTS else ("deadline", False)


def rows_after(cases: QuerySet[Case], sort: str, after: str, now: datetime) -> QuerySet[Any, tuple[Any, ...]]:
    """(pk, what it is sorted by) in that order, from behind the key `after` on."""
    name, down = sorts_of(sort)
    if name == "light":
        return _by_light(cases, down, after, now)
    if name == "asked":
        cases = cases.alias(waiting=FilteredRelation("requests", condition=Q(requests__state="waiting")))
    return cases.filter(_beyond(name, down, after)).order_by(_first(SORTS[name], down), "id").values_list("pk", SORTS[name])


def key_of(row: Sequence[Any], sort: str, after: str, now: datetime) -> str:
    """From where the page goes on that comes behind this row of `rows_after`."""
    said = "~".join(value.isoformat() if isinstance(value, datetime) else str("" if value is None else value) for value in row[1:])
    return f"{(_seen_at(after) or now).isoformat()}~{said}~{row[0]}" if sorts_of(sort)[0] == "light" else f"{said}~{row[0]}"


def _first(column: str, down: bool) -> models.expressions.OrderBy:
    return F(column).desc(nulls_last=True) if down else F(column).asc(nulls_last=True)


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


def _seen_at(after: str) -> datetime | None:
    """The moment whose lights the first page showed: the following ones go by the same, or what turned red meanwhile would be missed."""
    return moment(after.split("~")[0]) if after.count("~") == 3 else None


def _by_light(cases: QuerySet[Case], down: bool, after: str, now: datetime) -> QuerySet[Any, tuple[Any, ...]]:
    at = _seen_at(after)
    red, green = (2, 0) if down else (0, 2)
    order = models.Case(
        models.When(deadline=None, then=Value(_GREY)), models.When(deadline__lt=at or now, then=Value(red)),
        models.When(yellow_at__lte=at or now, then=Value(1)), default=Value(green), output_field=models.SmallIntegerField(),
    )  # fmt: skip
    cases = cases.annotate(light_order=order)
    if at is not None:
        cases = cases.filter(_beyond_light(down, after))
    return cases.order_by("light_order", _first("deadline", down), "id").values_list("pk", "light_order", "deadline")


def _beyond_light(down: bool, after: str) -> Q:
    _at, order, deadline, last = after.split("~")
    light, value, pk = whole_number(order), moment(deadline), whole_number(last)
    if light is None or pk is None or (value is None and light != _GREY):
        return Q()
    behind = Q(light_order=light, pk__gt=pk, **({} if value is None else {"deadline": value}))
    if value is not None:
        behind |= Q(light_order=light, **{f"deadline__{'lt' if down else 'gt'}": value})
    return behind | Q(light_order__gt=light)
