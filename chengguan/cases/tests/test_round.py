"""The round of a crew: what is due today, from the most pressing on to the nearest each time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.gis.geos import Point

from chengguan.cases.models import Case
from chengguan.cases.selectors.round import nearest_first, round_of, rounds_of
from chengguan.cases.tests.conftest import HERE, NOW, World


def job(world: World, east: float, hours: float, **given: Any) -> Case:
    case = world.case("handling", point=Point(HERE.x + east, HERE.y, srid=4490), **given)
    case.deadline = NOW + timedelta(hours=hours)
    case.save()
    return case


def test_the_walk_begins_with_the_most_pressing_and_goes_on_to_the_nearest(world: World) -> None:
    far, first, near = job(world, 0.02, 3), job(world, 0.0, 1), job(world, 0.001, 5)
    found = round_of(world.who("crew"), world.crew, now=NOW)
    assert [stop.case for stop in found.stops] == [first, near, far]
    assert found.stops[0].metres is None
    assert 90 < (found.stops[1].metres or 0) < 110
    assert found.metres == sum(stop.metres or 0 for stop in found.stops)


def test_only_what_is_due_by_tonight_or_urgent_is_todays(world: World) -> None:
    today, urgent, later = job(world, 0, 5), job(world, 0.001, 70, urgent=True), job(world, 0.002, 70)
    found = round_of(world.who("department"), world.lighting, now=NOW)
    assert {stop.case for stop in found.stops} == {today, urgent}
    assert found.later == 1
    everything = round_of(world.who("department"), world.lighting, everything=True, now=NOW)
    assert later in [stop.case for stop in everything.stops]


def test_a_round_shows_only_what_its_reader_may_see(world: World) -> None:
    job(world, 0, 1)
    assert round_of(world.who("inspector"), world.crew, now=NOW).stops == []
    assert {each.pk for each in rounds_of(world.who("crew"))} == {world.crew.pk}
    assert {each.pk for each in rounds_of(world.who("department"))} == {world.lighting.pk, world.crew.pk}
    assert {each.pk for each in rounds_of(world.who("dispatcher"))} == {world.lighting.pk, world.crew.pk}, "who has work in hand"


def test_what_has_no_place_stands_at_the_end(world: World) -> None:
    nowhere = world.case("handling", point=None)
    nowhere.urgent = True
    nowhere.save()
    placed = job(world, 0, 1)
    assert [stop.case for stop in round_of(world.who("crew"), world.crew, now=NOW).stops] == [placed, nowhere]


def test_the_way_does_not_cross_itself(world: World) -> None:
    corners = [Point(HERE.x + x, HERE.y + y, srid=4490) for x, y in ((0, 0), (0.01, 0.01), (0.01, 0), (0, 0.01))]
    assert nearest_first(corners)[0] == 0
    assert nearest_first(corners) in ([0, 3, 1, 2], [0, 2, 1, 3])
    assert nearest_first([]) == []
