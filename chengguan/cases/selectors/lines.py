"""What a line of a list says of a case: a whole case, its shapes above all, takes longer to read than the line to write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Model, QuerySet

from chengguan.cases.models import Case
from chengguan.engines import prepared
from chengguan.people.models import Account, Organisation
from chengguan.places.models import Area

LINE = (
    "number", "register_number", "version", "state", "level", "source", "matter_code", "matter_name", "description", "address", "urgent", "important",
    "responsibility_open", "found_done", "reported_at", "entered_at", "yellow_at", "deadline",
)  # fmt: skip
WHO: dict[str, type[Model]] = {"department": Organisation, "crew": Organisation, "community": Area, "township": Area, "inspector": Account}
NAMES: dict[type[Model], tuple[str, ...]] = {Organisation: ("name", "short"), Area: ("name",), Account: ("name",)}


def in_lines(cases: QuerySet[Case], also: Sequence[str] = ()) -> QuerySet[Case]:
    """Read of these no more than a line says, and what is named `also`."""
    names = (f"{field}__{name}" for field, model in WHO.items() for name in NAMES[model])
    return cases.select_related(*WHO).only(*LINE, *names, *also)


def lines_of(ids: Iterable[int]) -> dict[int, Case]:
    """The same of the cases with these ids, each by its id."""
    found = prepared.found(Case, "id = ANY(%s::bigint[])", [prepared.among(ids)], (*LINE, *WHO))
    prepared.follow((found, list(WHO)), only=NAMES)
    return {case.pk: case for case in found}
