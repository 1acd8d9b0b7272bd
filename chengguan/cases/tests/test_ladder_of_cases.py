"""A ladder of approval may climb by how many cases an organisation asks it for on one day. (M-22)"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Request, Setting
from chengguan.cases.selectors.ladders import ladder_in_words
from chengguan.cases.tests.conftest import NOW, World
from chengguan.standards.limits import check

LADDER = [
    {"times": 1, "days": 0, "who": ["shift_leader"]},
    {"times": 2, "days": 0, "who": ["dispatcher"]},
    {"times": 1, "days": 0, "cases": 3, "who": ["leader"]},
]


@pytest.fixture
def laddered(world: World) -> World:
    Setting.objects.create(key="approval.extend", value=LADDER)
    return world


def ask(world: World, case: Case, later: timedelta = timedelta()) -> None:
    services.act(world.who("department"), case, "ask_extend", now=NOW + later, reason="等料")


def deciders() -> list[list[str]]:
    return [request.details["who"] for request in Request.objects.filter(state="waiting").order_by("pk")]


def test_a_batch_is_decided_by_the_rung_that_its_last_case_reaches(laddered: World) -> None:
    cases = [laddered.case("handling") for _ in range(3)]
    for case in cases[:2]:
        ask(laddered, case)
    assert deciders() == [["shift_leader"]] * 2
    ask(laddered, cases[2])
    assert deciders() == [["leader"]] * 3, "those before it climb with it"
    assert cases[0] in selectors.waiting(laddered.who("leader"), "leader")
    assert cases[0] not in selectors.waiting(laddered.who("shift_leader"), "shift_leader")
    with pytest.raises(services.Refused, match="由领导审批"):
        services.act(laddered.who("shift_leader"), cases[0], "grant_extend", now=NOW)


def test_another_day_another_kind_and_another_department_are_no_batch(laddered: World) -> None:
    for case in (laddered.case("handling"), laddered.case("handling")):
        ask(laddered, case)
    ask(laddered, laddered.case("handling", now=NOW + timedelta(days=1)), timedelta(days=1))
    other = laddered.case("handling")
    services.act(laddered.who("department"), other, "ask_suspend", now=NOW, reason="等开春", reason_code="season", until=NOW + timedelta(days=9))
    assert ["leader"] not in deciders()[:3]


def test_what_was_decided_already_stays_decided_and_still_counts(laddered: World) -> None:
    cases = [laddered.case("handling") for _ in range(3)]
    for case in cases[:2]:
        ask(laddered, case)
    services.act(laddered.who("shift_leader"), cases[0], "grant_extend", now=NOW)
    ask(laddered, cases[2])
    assert deciders() == [["leader"]] * 2


def test_the_form_and_the_settings_say_it_in_words(laddered: World) -> None:
    assert ladder_in_words(LADDER) == "一般：值班长；第 2 次起：派遣员；一天 3 件起：领导"
    case = laddered.case("handling")
    asks = next(each for each in selectors.actions_for(laddered.who("department"), case, NOW) if each.slug == "ask_extend")
    assert "一天 3 件起：领导" in asks.why


@pytest.mark.parametrize(("second", "words"), [
    ({"times": 1, "days": 0, "cases": 1, "who": ["leader"]}, "由低到高"), ({"times": 1, "days": 0, "cases": 0, "who": ["leader"]}, "一天几件"),
    ({"times": 1, "days": 0, "case": 2, "who": ["leader"]}, "每一级要写明"),
])  # fmt: skip
def test_a_rung_that_never_decides_or_says_nonsense_is_refused(second: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check("approval.extend", [LADDER[0], second])


def test_rungs_may_climb_by_one_measure_each() -> None:
    """The second time, or long, or many at once: whichever is reached last in the list decides."""
    check("approval.extend", [*LADDER, {"times": 1, "days": 30, "who": ["leader"]}])
    with pytest.raises(ValueError, match="由低到高"):
        check("approval.extend", [LADDER[0], LADDER[2], {"times": 1, "days": 0, "cases": 2, "who": ["dispatcher"]}])
