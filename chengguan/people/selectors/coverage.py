"""Holes and overlaps of the responsibility table: every matter in force in every township, computed from one reading of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations

from django.utils import timezone

from chengguan.people.models import Responsibility
from chengguan.people.selectors.responsibility import MAJOR, rank, rows_today
from chengguan.people.selectors.who import Who, may
from chengguan.places.models import Area
from chengguan.standards import codes

SOON_DAYS = 30
WHOLE, PART, OWNER, LATER, DISABLED, NONE = "whole", "part", "owner", "later", "disabled", "none"


@dataclass(frozen=True)
class Covered:
    """One matter in one township: whole; part (some communities only); owner (components of some owners only); later;
    disabled (the department is); none. `rows` are those that say so."""

    state: str
    rows: tuple[Responsibility, ...] = ()

    @property
    def hole(self) -> bool:
        return self.state != WHOLE


@dataclass(frozen=True)
class Line:
    """A major class of the matrix: holes by township, in the order of the townships."""

    code: str
    name: str
    matters: int
    holes: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.holes)


@dataclass(frozen=True)
class Coverage:
    townships: Sequence[Area] = ()
    lines: Sequence[Line] = ()
    matters: int = 0
    contradictions: Sequence[tuple[Responsibility, Responsibility]] = ()
    ending: Sequence[Responsibility] = ()
    disabled: Sequence[Responsibility] = ()
    rows: Sequence[Responsibility] = field(default=(), repr=False)

    @property
    def holes(self) -> int:
        return sum(line.total for line in self.lines)


def coverage(who: Who) -> Coverage:
    """The whole matrix and what is wrong beside it; empty for those who may not set responsibilities."""
    if not may(who, "people.manage_responsibility"):
        return Coverage()
    rows, book, today = rows_today(), codes.in_force(), timezone.localdate()
    townships = list(Area.objects.filter(level=Area.Level.TOWNSHIP).defer("geom", "geom_3857").order_by("code"))
    cover = _Cover(rows, today)
    lines = []
    for major, name in sorted(book.majors["matter"].items()):
        matters = [code for code in book.matters if code.startswith(major)]
        holes = tuple(sum(cover.of(matter, township.code).hole for matter in matters) for township in townships)
        lines.append(Line(major, name, len(matters), holes))
    in_force = [row for row in rows if row.valid_from <= today]
    return Coverage(
        townships, lines, len(book.matters), contradictions(rows), ending_soon(rows, today), [row for row in in_force if not row.organisation.enabled], rows
    )


def covered(who: Who, found: Coverage, major: str, township: str) -> list[tuple[codes.Item, Covered]]:
    """Every matter of a major class in one township with its row, the holes first."""
    cover = _Cover(found.rows, timezone.localdate())
    matters = [item for code, item in codes.in_force().matters.items() if code.startswith(major)]
    return sorted(((item, cover.of(item.code, township)) for item in matters), key=lambda each: (not each[1].hole, each[0].code))


class _Cover:
    """Looks a matter and a township up; matters with the same rows are looked up once."""

    def __init__(self, rows: Iterable[Responsibility], today: date) -> None:
        self.today = today
        self.by_code: dict[str, list[Responsibility]] = defaultdict(list)
        for row in rows:
            self.by_code[row.matter_code].append(row)
        self.known: dict[tuple[tuple[int, ...], str], Covered] = {}

    def of(self, matter: str, township: str) -> Covered:
        rows = [row for length in range(MAJOR, len(matter) + 1) for row in self.by_code.get(matter[:length], ())]
        key = tuple(row.pk for row in rows), township
        if key not in self.known:
            self.known[key] = self._look(rows, township)
        return self.known[key]

    def _look(self, rows: Sequence[Responsibility], township: str) -> Covered:
        found: dict[str, list[Responsibility]] = defaultdict(list)
        for row in rows:
            state = self._says(row, township)
            if state:
                found[state].append(row)
        if WHOLE in found:
            return Covered(WHOLE, (max(found[WHOLE], key=lambda row: (rank(row), row.valid_from, row.pk)),))
        for state in (PART, OWNER, LATER, DISABLED):
            if state in found:
                return Covered(state, tuple(found[state]))
        return Covered(NONE)

    def _says(self, row: Responsibility, township: str) -> str:
        inside = row.area is not None and row.area.code.startswith(township) and row.area.code != township
        if not inside and row.area is not None and not township.startswith(row.area.code):
            return ""
        if not row.organisation.enabled:
            return DISABLED
        if row.valid_from > self.today:
            return LATER
        if inside:
            return PART
        return OWNER if row.owner_id is not None else WHOLE


def _groups(rows: Iterable[Responsibility]) -> dict[tuple[str, int | None, int | None], list[Responsibility]]:
    found: dict[tuple[str, int | None, int | None], list[Responsibility]] = defaultdict(list)
    for row in rows:
        found[row.matter_code, row.area_id, row.owner_id].append(row)
    return found


def contradictions(rows: Iterable[Responsibility]) -> list[tuple[Responsibility, Responsibility]]:
    """Pairs of the same rank that name different departments for the same days."""
    return [
        (one, other)
        for group in _groups(rows).values()
        for one, other in combinations(group, 2)
        if one.organisation_id != other.organisation_id
        and (one.valid_to is None or other.valid_from < one.valid_to)
        and (other.valid_to is None or one.valid_from < other.valid_to)
    ]


def ending_soon(rows: Iterable[Responsibility], today: date, days: int = SOON_DAYS) -> list[Responsibility]:
    """Rows that end within so many days and are followed by no other."""
    found = []
    for group in _groups(rows).values():
        for row in group:
            if row.valid_to is None or row.valid_to > today + timedelta(days=days):
                continue
            if not any(other.valid_from <= row.valid_to and (other.valid_to is None or other.valid_to > row.valid_to) for other in group):
                found.append(row)
    return sorted(found, key=lambda row: (row.valid_to or today, row.matter_code))
