"""Whose a case is, the county's or a township's, is found anew when its matter or its place is corrected, and stands in the step. (M-45)"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import Point

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Setting, Step
from chengguan.cases.tests.conftest import HERE, NOW, SINCE, World, box
from chengguan.places.models import Area, UnitGrid

THEIRS, OURS = {"matter_code": "01037", "condition_key": "01037-03"}, {"matter_code": "06001", "condition_key": "06001-01"}
AWAY = Point(108.85, 28.35, srid=4490)


@pytest.fixture
def given(world: World) -> World:
    Setting.objects.create(key="township.accepts", value=["01"])
    area = Area.objects.create(level="township", parent=world.county, code="500241002", name="乌杨街道", geom=box(108.8, 28.3, 108.9, 28.4))
    community = Area.objects.create(level="community", parent=area, code="500241002001", name="乌杨社区", geom=box(108.8, 28.3, 108.9, 28.4))
    UnitGrid.objects.create(code="500241002001001", community=community, geom=box(108.8, 28.3, 108.9, 28.4), area_m2=1, valid_from=SINCE)
    return world


def register(world: World, **more: Any) -> Case:
    values: dict[str, Any] = {"source": "hotline", "point": HERE, "description": "灯不亮", "now": NOW}
    return services.register(world.who("hotline_operator"), **(values | more))


def accept(world: World, case: Case, **fields: Any) -> Step:
    return services.act(world.who("acceptor"), case, "accept", now=NOW, **fields)


def test_a_matter_that_turns_out_to_be_the_townships_goes_to_its_desk(given: World) -> None:
    case = register(given)
    assert case.level == "county"
    step = accept(given, case, **THEIRS)
    case.refresh_from_db()
    assert (case.level, step.given["now_level"]) == ("township", "township")
    assert case in selectors.worklist(given.who("township"), post="township").cases
    assert case not in selectors.worklist(given.who("shift_leader"), post="shift_leader").cases
    services.act(given.who("township"), case, "file", now=NOW)


def test_a_matter_that_is_not_the_townships_comes_to_the_county(given: World) -> None:
    case = register(given, matter_code="01037")
    assert case.level == "township"
    step = accept(given, case, **OURS)
    case.refresh_from_db()
    assert (case.level, step.given["now_level"]) == ("county", "county")
    assert case in selectors.worklist(given.who("shift_leader"), post="shift_leader").cases


def test_a_place_in_a_township_without_a_desk_comes_to_the_county(given: World) -> None:
    case = register(given, matter_code="01037")
    accept(given, case, place=AWAY.coords, **THEIRS)
    case.refresh_from_db()
    assert (case.level, case.township.code) == ("county", "500241002")


def test_what_was_handed_down_stays_with_its_township_and_with_no_other(given: World) -> None:
    stays, goes = register(given, matter_code="06001"), register(given, matter_code="06001")
    for case, more in ((stays, {}), (goes, {"place": AWAY.coords})):
        services.act(given.who("dispatcher" if case.state == "awaiting_dispatch" else "acceptor"), case, "hand_down", now=NOW, reason="镇里能办")
        accept(given, case, **THEIRS, **more)
        case.refresh_from_db()
    assert (stays.level, goes.level) == ("township", "county")
    assert goes in selectors.worklist(given.who("shift_leader"), post="shift_leader").cases


def test_what_was_not_corrected_stays_and_what_was_handed_up_stays_up(given: World) -> None:
    same = register(given, matter_code="01037")
    Setting.objects.update(value=["02"])
    assert "now_level" not in accept(given, same, **THEIRS).given
    same.refresh_from_db()
    assert same.level == "township"
    Setting.objects.update(value=["01", "06"])
    up = register(given, matter_code="01037")
    services.act(given.who("township"), up, "hand_up", now=NOW, reason="办不了")
    accept(given, up, **OURS)
    up.refresh_from_db()
    assert up.level == "county"
