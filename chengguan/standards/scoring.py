"""A score from figures, as data: what is looked at with what weight, points by ratio or by band, grades by cuts. Plain Python.

The first preset is one seen in a vendor's program; that it follows an annex of a standard is inferred, so all of it is an example
that a town may change. Counts and ratios are named by their slugs; where a post is held against cases (an inspector's misses, what a
dispatcher should have sent out), who scores says which cases are that person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from chengguan.standards.ratios import RATIOS

Bands = tuple[tuple[int, int], ...]
"""(from how many on, points), from the fewest up: the last that is reached counts."""


@dataclass(frozen=True)
class Item:
    """What is looked at: a ratio, whose points are its per cent (or what is left of a hundred, where less is better), or a
    count with its bands, which may differ by class of the object. Weights are per cent."""

    weight: int
    ratio: str = ""
    count: str = ""
    bands: Mapping[str, Bands] = field(default_factory=dict)
    confidence: str = "seen"

    @property
    def slug(self) -> str:
        return self.ratio or self.count

    def points(self, figures: Mapping[str, int | None], of_class: str = "") -> Fraction | None:
        """0 to 100; None where there is nothing to measure: a ratio over nothing, a count nobody gave."""
        if self.count:
            return _by_band(self.bands.get(of_class) or self.bands[""], figures.get(self.count))
        ratio = RATIOS[self.ratio]
        whole = sum(figures.get(slug) or 0 for slug in ratio.unders)
        if not whole:
            return None
        rate = Fraction(sum(figures.get(slug) or 0 for slug in ratio.over), whole)
        return 100 * (rate if ratio.higher_is_better else 1 - rate)


def _by_band(bands: Bands, figure: int | None) -> Fraction | None:
    if figure is None:
        return None
    return Fraction([points for start, points in bands if figure >= start][-1])


@dataclass(frozen=True)
class Part:
    """One item of a score: its points, and the share of the score it has got once what could not be measured is left out."""

    item: Item
    points: float | None
    share: float


@dataclass(frozen=True)
class Score:
    """Between 0 and 100 to two digits, with its grade; both empty where nothing could be measured."""

    value: Decimal | None
    grade: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Grade:
    name: str
    least: int
    colour: str


@dataclass(frozen=True)
class Preset:
    """How one kind of object is scored."""

    slug: str
    items: tuple[Item, ...]
    grades: tuple[Grade, ...]

    def score(self, figures: Mapping[str, int | None], of_class: str = "") -> Score:
        """An item over nothing is left out and the weights of the others are scaled to the whole, never nought and never full
        marks. The grade is that of the printed value, so that nobody reads 90.00 beside a B."""
        measured = [(item, item.points(figures, of_class)) for item in self.items]
        weight = sum(item.weight for item, points in measured if points is not None)
        parts = tuple(
            Part(item, None if points is None else float(points), item.weight / weight if points is not None else 0.0) for item, points in measured
        )
        if not weight:
            return Score(None, "", parts)
        value = _two_digits(sum((item.weight * points for item, points in measured if points is not None), Fraction(0)) / weight)
        return Score(value, next(grade.name for grade in self.grades if value >= grade.least), parts)


def _two_digits(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)


GRADES = (Grade("A", 90, "green"), Grade("B", 75, "blue"), Grade("C", 60, "yellow"), Grade("D", 40, "red"), Grade("E", 0, "black"))
_POINTS_DOWN = (100, 90, 75, 60, 40, 0)


def _fewer_is_better(*starts: int) -> Bands:
    return tuple(zip((0, *starts), _POINTS_DOWN, strict=True))


_BUSY: Bands = tuple(zip((0, 101, 301, 501, 1201, 2001), reversed(_POINTS_DOWN), strict=True))
"""Of a post: the more it did the better. Given for no period; a small county's month reaches its middle at most."""
_FILED_IN_A_GRID = {"": _fewer_is_better(1, 3, 5, 7, 9), "B": _fewer_is_better(1, 4, 6, 8, 10)}
"""By class of the area: of the second more is expected."""
_FILED_OF_A_DEPARTMENT = {"": _fewer_is_better(51, 101, 201, 501, 1001)}

PRESETS: dict[str, Preset] = {
    slug: Preset(slug, items, GRADES)
    for slug, items in {
        "area": (
            Item(10, ratio="found_by_public"),
            Item(20, count="filed", bands=_FILED_IN_A_GRID),
            Item(30, ratio="closing"),
            Item(40, ratio="closing_on_schedule", confidence="inferred"),  # seen as 10, with which the weights do not make a hundred
        ),
        "department": (
            Item(10, count="filed", bands=_FILED_OF_A_DEPARTMENT),
            Item(30, ratio="closing"),
            Item(30, ratio="handling_on_schedule"),
            Item(30, ratio="rework"),
        ),
        "inspector": (
            Item(40, ratio="post_valid_reports"),
            Item(20, ratio="missing"),
            Item(20, ratio="post_confirming_on_time"),
            Item(20, ratio="post_verifying_on_time"),
        ),
        "acceptor": (
            Item(25, count="post_accepted", bands={"": _BUSY}),
            Item(40, ratio="post_sending_to_confirm"),
            Item(35, ratio="post_sending_to_verify"),
        ),
        "shift_leader": (
            Item(25, ratio="post_filing_on_time"),
            Item(40, ratio="post_filing_right"),
            Item(35, ratio="post_closing_on_time"),
        ),
        "dispatcher": (
            Item(20, count="dispatched", bands={"": _BUSY}),
            Item(40, ratio="dispatch_on_time"),
            Item(40, ratio="dispatch_right"),
        ),
    }.items()
}  # fmt: skip
"""The first preset to offer, one for each kind of object."""
