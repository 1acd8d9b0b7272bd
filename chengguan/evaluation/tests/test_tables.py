"""Periods, and whose rows a person sees."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chengguan.evaluation.selectors import Question, cases_behind, figures, objects_for, period, sheet, table
from chengguan.evaluation.tests.conftest import LATE, ON_TIME, World, history, month
from chengguan.places.models import Area


@pytest.mark.parametrize(
    "kind, day, first, last, before",
    [
        ("day", date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 1), date(2026, 2, 28)),
        ("week", date(2026, 11, 18), date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 9)),
        ("month", date(2024, 2, 10), date(2024, 2, 1), date(2024, 2, 29), date(2024, 1, 1)),
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31), date(2026, 11, 1)),
        ("quarter", date(2026, 5, 5), date(2026, 4, 1), date(2026, 6, 30), date(2026, 1, 1)),
        ("year", date(2026, 5, 5), date(2026, 1, 1), date(2026, 12, 31), date(2025, 1, 1)),
    ],
)
def test_period_holds_its_days_and_knows_the_one_before(kind: str, day: date, first: date, last: date, before: date) -> None:
    found = period(kind, day)
    assert (found.first, found.last, found.before().first) == (first, last, before)
    assert found.before().after() == found


def test_any_days_are_compared_with_as_many_before_them() -> None:
    found = period("custom", date(2026, 11, 20), date(2026, 11, 11))
    assert (found.first, found.last) == (date(2026, 11, 11), date(2026, 11, 20))
    assert (found.before().first, found.before().last) == (date(2026, 11, 1), date(2026, 11, 10))


def test_a_day_begins_at_midnight_of_the_county() -> None:
    assert period("day", date(2026, 11, 18)).start.isoformat() == "2026-11-18T00:00:00+08:00"


def two_departments(world: World) -> None:
    history(world, "closed", ("report_back", LATE))
    history(world, "closed", ("report_back", ON_TIME), department=world.drainage, crew=None)


def test_the_best_stands_first_and_a_blank_last(world: World) -> None:
    two_departments(world)
    history(world, "handling", department=world.street)
    lines = table(world.who("leader"), "department", month()).lines
    assert [line.name for line in lines] == ["市政排水", "路灯管理所", "中和街道办"]
    assert [line.rates[0].value for line in lines] == [1.0, 0.0, None]


def test_a_department_sees_its_own_row_only(world: World) -> None:
    two_departments(world)
    found = table(world.who("department"), "department", month())
    assert ([line.name for line in found.lines], found.whole) == (["路灯管理所"], None)
    assert objects_for(world.who("department")) == ["department"]
    assert table(world.who("department"), "post", month()).lines == []
    assert sheet(world.who("department"), "department", world.drainage.pk, month()) is None


def test_the_cases_behind_a_figure_are_those_one_may_see(world: World) -> None:
    two_departments(world)
    assert cases_behind(world.who("leader"), "closed", month()).count() == 2
    assert cases_behind(world.who("department"), "closed", month()).count() == 1
    assert figures(world.who("department"), "all", month())[""].counts["closed"] == 1


def test_a_township_sees_its_own_area(world: World) -> None:
    elsewhere = Area.objects.create(level="township", parent=world.county, code="500241002", name="平凯街道", geom=world.township.geom)
    history(world, "handling")
    history(world, "handling", township=elsewhere, community=None)
    assert [line.name for line in table(world.who("township"), "township", month()).lines] == ["中和街道"]
    assert {line.name for line in table(world.who("evaluator"), "township", month()).lines} == {"中和街道", "平凯街道"}


def test_a_ratio_is_compared_with_the_period_before(world: World) -> None:
    history(world, "closed", ("report_back", ON_TIME))
    old = month().period.before()
    history(world, "closed", ("report_back", LATE), reported_at=old.start + timedelta(days=3))
    (line,) = table(world.who("leader"), "department", month()).lines
    assert line.rates[0].change == 100.0


def test_mean_times_are_of_the_periods_cases(world: World) -> None:
    history(world, "closed", ("report_back", {"used_s": 7200}))
    history(world, "closed", ("report_back", {"used_s": 3600}))
    assert figures(world.who("leader"), "all", month())[""].means["handle_s"] == 5400
    assert isinstance(month(), Question)
