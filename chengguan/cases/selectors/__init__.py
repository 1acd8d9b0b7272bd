"""Questions about cases. Each takes who asks and answers only with what that person may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point
    from django.db.models import QuerySet

    from chengguan.cases.models import Case
    from chengguan.people.selectors import Who


@dataclass(frozen=True)
class Field:
    """kind: text choice photos department departments inspector crew datetime case position matter."""

    name: str
    label: str
    kind: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""  # suggestion, filled in beforehand
    why: str = ""  # why it is suggested


@dataclass(frozen=True)
class Action:
    slug: str
    name: str
    main: bool
    fields: tuple[Field, ...]
    why: str = ""


@dataclass(frozen=True)
class Page:
    """One page of a work list. `after` asks for the next one; None at the end."""

    cases: list[Case]
    after: str | None


def visible(who: Who) -> QuerySet[Case]:
    """Every case this person may see."""
    raise NotImplementedError


def worklist(who: Who, *, post: str = "", after: str = "", size: int = 50, **filters: Any) -> Page:
    """What waits for this person, sorted by deadline. post: a role slug, or "" for all of who's posts.
    filters: state, stage, light (green|yellow|red), department, township, source, matter (prefix), text, mine, urgent."""
    raise NotImplementedError


def counts(who: Who, *, post: str = "") -> dict[str, dict[str, int]]:
    """state -> {"green": n, "yellow": n, "red": n, "all": n} of the worklist."""
    raise NotImplementedError


def actions_for(who: Who, case: Case) -> list[Action]:
    """Only what this person may do now; the main action first."""
    raise NotImplementedError


def case_file(who: Who, case_id: int) -> dict[str, Any]:
    """case, reports, steps, clocks (each with used_s, left_s, light, share), photos, alarms, requests, tasks, dispatches,
    linked, merged. Raises Case.DoesNotExist when not visible."""
    raise NotImplementedError


def duplicates(point: Point, matter_code: str, *, metres: float | None = None, hours: float | None = None, exclude: int | None = None) -> list[Case]:
    """Near in space (50 m) and time (24 h) and of the same matter; nearest first, each with `.metres`."""
    raise NotImplementedError


def durations(case: Case) -> dict[str, float | None]:
    """Seconds the county took: discover, register, file, handle, close, whole."""
    raise NotImplementedError
