"""The check must hold on a sound set, and fail on each kind of broken one. (M-07)"""

import pytest
import shapely

from chengguan.places.models import UnitGrid
from chengguan.places.services import check_topology
from chengguan.places.services.writing import as_geos, multi
from chengguan.places.tests.conftest import placed

pytestmark = pytest.mark.django_db


def redraw(code, shape):
    UnitGrid.objects.filter(code=code).update(geom=as_geos(multi(placed(shape))))


def test_a_sound_set_has_no_fault(little_county):
    assert check_topology() == []
    assert check_topology([little_county.one.code]) == []


def test_a_gap_is_found(little_county):
    redraw("990101001001002", shapely.box(100, 102, 200, 200))
    fault = check_topology()[0]
    assert (fault.kind, fault.community, round(fault.m2)) == ("gap", little_county.one.code, 200)


def test_an_overlap_is_found_and_names_both(little_county):
    redraw("990101001001002", shapely.box(95, 100, 200, 200))
    fault = check_topology()[0]
    assert (fault.kind, fault.codes) == ("overlap", ("990101001001001", "990101001001002"))
    assert fault.m2 == pytest.approx(500, rel=0.01)


def test_a_grid_beyond_its_community_is_found(little_county):
    redraw("990101001001001", shapely.box(-30, 100, 100, 200))
    assert {fault.kind for fault in check_topology()} == {"outside"}


def test_a_grid_reaching_into_the_next_community_overlaps_its_grid(little_county):
    redraw("990101001001004", shapely.box(300, 100, 420, 200))
    assert {fault.kind for fault in check_topology()} == {"overlap", "outside"}


def test_a_community_without_grids_is_found(little_county):
    UnitGrid.objects.filter(code="990101001200001").delete()
    assert [(fault.kind, fault.community) for fault in check_topology()] == [("missing", little_county.two.code)]


def test_an_invalid_shape_is_found(little_county):
    bow = shapely.Polygon([(0, 100), (100, 200), (100, 100), (0, 200)])
    redraw("990101001001001", bow)
    assert "invalid" in {fault.kind for fault in check_topology()}


def test_a_millimetre_is_within_the_tolerance_and_a_decimetre_is_not(little_county):
    redraw("990101001001002", shapely.box(100, 100.001, 200, 200))
    assert check_topology() == []
    redraw("990101001001002", shapely.box(100, 100.1, 200, 200))
    assert check_topology()


def test_a_closed_grid_counts_no_more(little_county):
    import datetime as dt

    UnitGrid.objects.filter(code="990101001001001").update(valid_to=dt.date(2025, 1, 1))
    assert check_topology(on=dt.date(2024, 6, 1)) == []
    assert [fault.kind for fault in check_topology(on=dt.date(2025, 6, 1))] == ["gap"]
