"""A score is points by weight, with its grade; what cannot be measured is left out, and nobody gains or loses by it. Own figures. (M-21)"""

from __future__ import annotations

from decimal import Decimal

import pytest

from chengguan.standards.ratios import RATIOS
from chengguan.standards.scoring import GRADES, PRESETS, Item, Preset

GOOD = {"filed": 60, "closed": 50, "close_due": 50, "handled_on_schedule": 48, "handle_due": 60, "reworked": 5}
BACK = Preset("back", (Item(100, ratio="rework"),), GRADES)
CLOSING = Preset("closing", (Item(100, ratio="closing"),), GRADES)


def points(slug: str, figures: dict[str, int], of_class: str = "") -> list[float | None]:
    return [None if part.points is None else round(part.points, 2) for part in PRESETS[slug].score(figures, of_class).parts]


@pytest.mark.parametrize("slug", sorted(PRESETS))
def test_weights_make_a_hundred_and_every_item_is_one_of_ours(slug: str) -> None:
    items = PRESETS[slug].items
    assert sum(item.weight for item in items) == 100
    assert [item.ratio for item in items if item.ratio and item.ratio not in RATIOS] == []
    assert all(bool(item.ratio) != bool(item.count) for item in items)


def test_points_by_weight_make_the_score() -> None:
    assert points("department", GOOD) == [90.0, 100.0, 80.0, 90.0]
    score = PRESETS["department"].score(GOOD)
    assert (score.value, score.grade) == (Decimal("90.00"), "A")
    assert [part.share for part in score.parts] == [0.1, 0.3, 0.3, 0.3]


def test_where_less_is_better_the_rest_of_a_hundred_counts() -> None:
    few, many = (BACK.score({"reworked": n, "close_due": 10}).value for n in (1, 8))
    assert (few, many) == (Decimal("90.00"), Decimal("20.00"))


def test_what_is_over_nothing_is_left_out_and_the_others_are_scaled() -> None:
    score = PRESETS["area"].score({"public_confirmed": 0, "filed": 0, "closed": 0, "close_due": 0})
    assert [part.points for part in score.parts] == [None, 100.0, None, None]
    assert [part.share for part in score.parts] == [0.0, 1.0, 0.0, 0.0]
    assert (score.value, score.grade) == (Decimal("100.00"), "A")


def test_where_nothing_can_be_measured_there_is_no_score() -> None:
    score = PRESETS["shift_leader"].score({"post_filed": 0, "post_closed": 0})
    assert (score.value, score.grade) == (None, "")


@pytest.mark.parametrize(
    ("of_class", "filed", "expected"),
    [("", 0, 100), ("", 1, 90), ("", 2, 90), ("", 3, 75), ("", 8, 40), ("", 9, 0), ("B", 3, 90), ("B", 9, 40), ("B", 10, 0), ("B", 500, 0)],
)
def test_bands_hold_both_their_ends_and_differ_by_class(of_class: str, filed: int, expected: int) -> None:
    assert points("area", {"filed": filed}, of_class)[1] == expected


@pytest.mark.parametrize(("did", "expected"), [(0, 0), (100, 0), (101, 40), (500, 60), (1200, 75), (2000, 90), (2001, 100)])
def test_a_post_that_did_more_gets_more(did: int, expected: int) -> None:
    assert points("acceptor", {"post_accepted": did})[0] == expected


@pytest.mark.parametrize(
    ("closed", "grade"), [(10000, "A"), (9000, "A"), (8999, "B"), (7500, "B"), (7499, "C"), (6000, "C"), (5999, "D"), (4000, "D"), (3999, "E"), (0, "E")]
)
def test_a_grade_begins_at_its_cut(closed: int, grade: str) -> None:
    assert CLOSING.score({"closed": closed, "close_due": 10000}).grade == grade


def test_the_grade_is_that_of_the_printed_value() -> None:
    score = CLOSING.score({"closed": 899_951, "close_due": 1_000_000})
    assert (score.value, score.grade) == (Decimal("90.00"), "A")
    assert CLOSING.score({"closed": 899_949, "close_due": 1_000_000}).grade == "B"


def test_half_a_hundredth_is_rounded_up() -> None:
    assert CLOSING.score({"closed": 80_125, "close_due": 100_000}).value == Decimal("80.13")
