"""A work list in any order is turned page by page without losing or repeating a case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import selectors
from chengguan.cases.selectors.sorting import SORTS
from chengguan.cases.tests.conftest import NOW, World


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
def test_every_order_turns_all_its_pages(world: World, sort: str) -> None:
    for n, state in enumerate(("handling", "dispatched", "reported", "suspended", "awaiting_dispatch")):
        world.case(
            state, address=f"甲路{n % 2}号", reported_at=NOW - timedelta(hours=n), matter_name="" if n == 2 else "路灯异常",
            department=None if state in ("reported", "awaiting_dispatch") else world.drainage if n else world.lighting,
        )  # fmt: skip
    seen, after = [], ""
    while True:
        page = selectors.worklist(world.who("leader"), post="leader", sort=sort, after=after, size=2, now=NOW)
        seen += page.cases
        if not page.after:
            break
        after = page.after
    assert len(seen) == len({case.pk for case in seen}) == 5
    name = sort.removeprefix("-")
    if name == "reported":
        times = [case.reported_at for case in seen]
        assert times == sorted(times, reverse=sort.startswith("-"))
    if name == "holder":
        assert [case.department is None for case in seen] == [False, False, False, True, True], "who has none stands last either way"


def test_a_word_that_is_no_order_leaves_the_nearest_deadline_first(world: World) -> None:
    world.case("handling")
    assert selectors.sorts_of("nonsense") == selectors.sorts_of("") == ("deadline", False)
    assert len(selectors.worklist(world.who("leader"), post="leader", sort="nonsense", after="x~y", now=NOW).cases) == 1
