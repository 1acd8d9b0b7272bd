import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from chengguan.places import selectors, services
from chengguan.places.models import GridMembership, UnitGrid
from chengguan.places.tests.conftest import SINCE, at

pytestmark = pytest.mark.django_db


def grid_code(x, y, on=None):
    grid = selectors.grid_at(at(x, y), on)
    return grid.code if grid else None


def test_a_point_lies_in_one_area_of_each_level(little_county):
    assert selectors.area_at(at(50, 50), "community") == little_county.one
    assert selectors.area_at(at(500, 50), "community") == little_county.two
    assert selectors.area_at(at(50, 50), "township") == little_county.town
    assert selectors.area_at(at(-500, 50), "county") is None
    assert selectors.inside_county(at(50, 50))
    assert not selectors.inside_county(at(50, 500))
    assert selectors.county() == little_county.county


def test_lists_disagree_about_numbers_so_areas_are_found_by_name(little_county):
    services.name_area(little_county.town, "areacity", "990101102", "合江镇", dt.date(2025, 1, 14))
    assert selectors.area_named("合江街道") == little_county.town
    assert selectors.area_named("合江镇", on=dt.date(2025, 6, 1)) == little_county.town
    assert selectors.area_named("合江镇", on=dt.date(2024, 6, 1)) is None  # not yet called so
    assert selectors.area_coded("990101102", "areacity", on=dt.date(2025, 6, 1)) == little_county.town
    assert selectors.area_coded("990101102", "nbs") is None


def test_one_list_gives_a_code_to_one_area_only(little_county):
    with pytest.raises(IntegrityError), transaction.atomic():
        services.name_area(little_county.two, "nbs", little_county.one.code, "合二村", SINCE)


def test_every_point_is_in_exactly_one_unit_grid_also_on_edges_and_corners(little_county):
    assert grid_code(50, 150) == "990101001001001"
    assert grid_code(350, 50) == "990101001001008"
    assert grid_code(100, 150) in {"990101001001001", "990101001001002"}
    assert grid_code(100, 100) == "990101001001001"  # the corner of four: the lowest number
    assert grid_code(700, 100) == "990101001200001"
    assert selectors.grid_at(at(2000, 100)) is None


def test_a_closed_grid_answers_for_its_own_days_only(little_county):
    old = UnitGrid.objects.get(code="990101001001001")
    old.valid_to = dt.date(2025, 1, 1)
    old.save()
    services.write_grids([services.GridRow("990101001001009", little_county.one.pk, "fine", _shape(old), 1e4, dt.date(2025, 1, 1))], synthetic=True)
    assert grid_code(50, 150, dt.date(2024, 6, 1)) == "990101001001001"
    assert grid_code(50, 150, dt.date(2025, 6, 1)) == "990101001001009"


def test_a_number_is_never_used_twice(little_county):
    old = UnitGrid.objects.get(code="990101001001001")
    with pytest.raises(IntegrityError), transaction.atomic():
        services.write_grids([services.GridRow(old.code, little_county.one.pk, "fine", _shape(old), 1e4, SINCE)], synthetic=True)


def test_a_unit_grid_belongs_to_one_responsibility_grid_at_a_time(little_county):
    grid = UnitGrid.objects.get(code="990101001001001")
    assert selectors.responsibility_grid_of(grid) == little_county.patrol
    with pytest.raises(IntegrityError), transaction.atomic():
        GridMembership.objects.create(unit_grid=grid, responsibility_grid=little_county.patrol, valid_from=SINCE)
    assert selectors.responsibility_grid_of(UnitGrid.objects.get(code="990101001200001")) is None


def test_shared_borders_are_drawn_once_at_their_highest_level(little_county):
    services.rebuild_borders()
    first = _border_lengths()
    assert first["county"] > 0
    assert first["community"] == pytest.approx(200, rel=0.01)  # only the line between the two
    assert "township" not in first  # the one township's border is the county's
    services.rebuild_borders()
    assert _border_lengths() == first


def _border_lengths():
    import shapely

    from chengguan.places.models import BaseFeature
    from chengguan.places.projection import to_metres

    found: dict[str, float] = {}
    for row in BaseFeature.objects.filter(kind="border"):
        found[row.klass] = found.get(row.klass, 0) + to_metres(shapely.from_wkb(bytes(row.geom.wkb))).length
    return found


def _shape(grid):
    import shapely

    return shapely.from_wkb(bytes(grid.geom.wkb))


