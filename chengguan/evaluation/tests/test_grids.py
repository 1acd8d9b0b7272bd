"""From a township to its communities, from a community to its unit grids: the same counts and ratios, of what lies within. (M-21)"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengguan.cases.tests.conftest import SINCE, box
from chengguan.evaluation.selectors import cases_behind, figures, sheet, table
from chengguan.evaluation.tests.conftest import LATE, ON_TIME, World, history, month
from chengguan.people.selectors import SYSTEM
from chengguan.places.models import Area, UnitGrid


@pytest.fixture
def county(world: World) -> dict[str, Any]:
    """Two grids in 凤凰社区, one in another community of another township."""

    def grid(code: str, community: Area) -> UnitGrid:
        return UnitGrid.objects.create(code=code, community=community, geom=box(108.9, 28.4, 109.1, 28.5), area_m2=1, valid_from=SINCE)

    other = Area.objects.create(level="township", parent=world.county, code="500241002", name="平凯街道", geom=world.township.geom)
    there = Area.objects.create(level="community", parent=other, code="500241002001", name="官庄社区", geom=world.township.geom)
    second, far = grid("500241001001002", world.community), grid("500241002001001", there)
    history(world, "closed", ("report_back", ON_TIME))
    history(world, "closed", ("report_back", LATE), unit_grid=second)
    history(world, "closed", ("report_back", ON_TIME), unit_grid=second)
    history(world, "closed", ("report_back", LATE), unit_grid=far, community=there, township=other)
    return {"world": world, "second": second, "far": far, "there": there, "other": other}


def test_the_grids_of_a_community_stand_side_by_side_with_its_sum(county: dict[str, Any]) -> None:
    world = county["world"]
    found = table(SYSTEM, "unit_grid", month(within=("community", world.community.pk)))
    closed = {line.name: (dict((count.slug, n) for count, n in line.counts)["closed"], line.rates[1].value) for line in found.lines}
    assert closed == {world.grid.code: (1, 1.0), county["second"].code: (2, 0.5)}
    assert found.whole is not None
    assert (found.whole.name, dict((count.slug, n) for count, n in found.whole.counts)["closed"]) == ("凤凰社区", 3)


def test_the_communities_of_a_township_are_only_its_own(county: dict[str, Any]) -> None:
    lines = table(SYSTEM, "community", month(within=("township", county["other"].pk))).lines
    assert [line.name for line in lines] == ["官庄社区"]
    assert len(table(SYSTEM, "community", month()).lines) == 2


def test_a_grids_figure_opens_to_exactly_its_cases(county: dict[str, Any]) -> None:
    asked, grid = month(within=("community", county["world"].community.pk)), county["second"]
    name, counts, _rates, _means = sheet(SYSTEM, "unit_grid", grid.pk, asked)  # type: ignore[misc]
    assert name == grid.code
    of = {count.slug: n for count, n, _before in counts}
    assert set(cases_behind(SYSTEM, "closed", asked, "unit_grid", grid.pk).values_list("unit_grid", flat=True)) == {grid.pk}
    assert cases_behind(SYSTEM, "closed", asked, "unit_grid", grid.pk).count() == of["closed"] == 2
    assert not cases_behind(SYSTEM, "closed", asked, "unit_grid", county["far"].pk)


def test_the_backlog_of_an_area_is_its_own(county: dict[str, Any]) -> None:
    history(county["world"], "awaiting_dispatch", unit_grid=county["far"], community=county["there"], township=county["other"])
    here, there = (figures(SYSTEM, "all", month(within=("community", pk)))[""].counts["now_dispatch"] for pk in (county["world"].community.pk, county["there"].pk))
    assert (here, there) == (0, 1)


def test_a_township_sees_the_grids_of_its_own_area_only(county: dict[str, Any]) -> None:
    who = county["world"].who("township")
    assert len(table(who, "unit_grid", month(within=("community", county["world"].community.pk))).lines) == 2
    assert table(who, "unit_grid", month(within=("community", county["there"].pk))).lines == []
    assert sheet(who, "unit_grid", county["far"].pk, month()) is None


@pytest.mark.parametrize("by", ["department", "township", "community"])
def test_nobody_else_pays_for_grids(county: dict[str, Any], by: str) -> None:
    """Only the grids' own figures read the cases beside the facts; the backlog's lateness alone did before."""
    with CaptureQueriesContext(connection) as asked:
        figures(SYSTEM, by, month(), ["reported", "closed", "close_due"])
    assert not [each["sql"] for each in asked if "unit_grid" in each["sql"]]
