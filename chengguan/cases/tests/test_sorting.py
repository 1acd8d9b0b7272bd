"""A work list in any order is turned page by page without losing or repeating a case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import repeat

import pytest

from chengguan.cases import selectors
from chengguan.cases.models import Case, Request
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


def paged(world: World, sort: str, moments: Iterator[datetime]) -> list[int]:
    """Every page of two, each asked for a little later."""
    seen, after = [], ""
    for now in moments:
        page = selectors.worklist(world.who("leader"), post="leader", sort=sort, after=after, size=2, now=now)
        seen += [case.pk for case in page.cases]
        if not page.after:
            break
        after = page.after
    return seen


def test_by_light_red_comes_first_then_yellow_then_green_then_what_no_clock_runs_for(world: World) -> None:
    """The nearest deadline first within each; what turns red while pages are turned is neither missed nor shown twice."""
    def hours(n: float) -> datetime:
        return NOW + timedelta(hours=n)

    lights = {
        "red": (hours(-1), hours(-2)), "redder": (hours(-5), hours(-6)), "yellow": (hours(2), hours(-1)), "soon": (hours(0.5), hours(0)),
        "green": (hours(1), hours(0.8)), "later": (hours(9), None), "grey": (None, None), "grey too": (None, None),
    }  # fmt: skip
    cases = {name: world.case("reported").pk for name in lights}
    for name, (deadline, yellow_at) in lights.items():
        Case.objects.filter(pk=cases[name]).update(deadline=deadline, yellow_at=yellow_at)
    named = {pk: name for name, pk in cases.items()}
    whole = ["redder", "red", "soon", "yellow", "green", "later", "grey", "grey too"]
    for step in (timedelta(0), timedelta(minutes=40)):
        moments = (NOW + step * n for n in range(9))
        assert [named[pk] for pk in paged(world, "light", moments)] == whole
    assert [named[pk] for pk in paged(world, "-light", repeat(NOW))] == ["later", "green", "yellow", "soon", "red", "redder", "grey", "grey too"]


def test_by_request_what_waits_longest_for_its_decision_comes_first(world: World) -> None:
    plain, new, old, over = (world.case("handling") for _n in range(4))
    for case, days, state in ((new, 1, "waiting"), (old, 3, "waiting"), (over, 9, "denied")):
        Request.objects.create(case=case, kind="extend", state=state, asked_at=NOW - timedelta(days=days), reason="缺配件")
    assert paged(world, "asked", repeat(NOW)) == [old.pk, new.pk, plain.pk, over.pk]
    assert paged(world, "-asked", repeat(NOW)) == [new.pk, old.pk, plain.pk, over.pk]


@pytest.mark.parametrize("after", ["~~~", "x~0~y~1", f"{NOW.isoformat()}~0~~1", f"{NOW.isoformat()}~x~~1"])
def test_a_key_that_somebody_cut_shows_the_list_from_its_beginning(world: World, after: str) -> None:
    world.case("handling")
    assert len(selectors.worklist(world.who("leader"), post="leader", sort="light", after=after, now=NOW).cases) == 1
