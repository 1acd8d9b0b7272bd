"""挂账(缓办) and what is due: taken out of 应处置数 and 应结案数, or counted in them, as the county says. (M-21)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chengguan.cases import services as cases
from chengguan.cases.models import Clock
from chengguan.evaluation import services
from chengguan.evaluation.selectors import figures
from chengguan.evaluation.tests.conftest import NOW, ON_TIME, World, history, month
from chengguan.people.selectors import SYSTEM


@pytest.fixture
def county(world: World) -> World:
    """One closed in time, one suspended, one suspended whose clock runs on and has run out, one late at work."""
    history(world, "closed", ("report_back", ON_TIME))
    history(world, "suspended")
    running = history(world, "suspended")
    Clock.objects.filter(case=running, kind="handling").update(deadline=NOW - timedelta(hours=1), paused_at=None)
    services.refresh([running.pk])
    history(world, "handling", handling_deadline_in=-timedelta(hours=1))
    return world


def counts(*slugs: str, **asked: Any) -> dict[str, int]:
    found = figures(SYSTEM, "all", month(**asked))[""].counts
    return {slug: found[slug] for slug in slugs}


def test_by_default_what_is_suspended_is_taken_out_even_where_its_clock_runs_on(county: World) -> None:
    assert counts("handle_due", "close_due", "unhandled_late", "unclosed_late", "suspended") == {
        "handle_due": 2, "close_due": 2, "unhandled_late": 1, "unclosed_late": 1, "suspended": 2,
    }  # fmt: skip
    assert figures(SYSTEM, "all", month())[""].ratio("closing") == 1 / 2


def test_a_county_may_count_it_as_due(county: World) -> None:
    cases.set_setting(county.who("administrator"), "evaluation.suspended", "counted", reason="缓办也要算")
    assert counts("handle_due", "close_due", "unhandled_late", "unclosed_late", "suspended") == {
        "handle_due": 4, "close_due": 4, "unhandled_late": 2, "unclosed_late": 2, "suspended": 2,
    }  # fmt: skip
    assert figures(SYSTEM, "all", month())[""].ratio("closing") == 1 / 4


def test_definitions_that_never_reach_a_case_at_a_department_are_as_they_were(county: World) -> None:
    before = [counts("close_due", closing_due=each) for each in ("waiting", "reported_back")]
    cases.set_setting(SYSTEM, "evaluation.suspended", "counted", reason="试")
    assert [counts("close_due", closing_due=each) for each in ("waiting", "reported_back")] == before


@pytest.mark.parametrize("way", ["left_out", "counted"])
def test_in_time_and_late_make_all_that_is_not_handled_either_way(county: World, way: str) -> None:
    cases.set_setting(SYSTEM, "evaluation.suspended", way, reason="试")
    found = counts("unhandled", "unhandled_in_time", "unhandled_late")
    assert found["unhandled"] == found["unhandled_in_time"] + found["unhandled_late"] == 3


def test_no_ratio_is_above_one_either_way(county: World) -> None:
    for way in ("left_out", "counted"):
        cases.set_setting(SYSTEM, "evaluation.suspended", way, reason="试")
        found = figures(SYSTEM, "all", month())[""]
        assert all((found.ratio(slug) or 0) <= 1 for slug in month().rules.ratios), way
