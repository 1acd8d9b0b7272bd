"""A grid that nobody answers for stands out, and a point of the county leads to the person who does. (M-07)"""

from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.exceptions import ValidationError
from django.utils import timezone

from chengguan.people import services
from chengguan.people.selectors import SYSTEM, inspectors_of
from chengguan.people.selectors.administration import grids_with_duties
from chengguan.places.models import Area, GridMembership, ResponsibilityGrid, UnitGrid

SINCE = date(2020, 1, 1)


@pytest.fixture
def grids(db):
    square = Polygon.from_bbox((108.9, 28.4, 109.0, 28.5))
    square.srid = 4490
    shape = MultiPolygon(square, srid=4490)
    community = Area.objects.create(level="community", code="500241001001", name="凤凰社区", geom=shape)
    unit = UnitGrid.objects.create(code="500241001001001", community=community, geom=shape, area_m2=1, valid_from=SINCE)
    patrol = ResponsibilityGrid.objects.create(code="R1", name="中心网格", geom=shape, valid_from=SINCE)
    GridMembership.objects.create(unit_grid=unit, responsibility_grid=patrol, valid_from=SINCE)
    return unit, patrol


def test_a_grid_that_nobody_answers_for_is_listed_until_somebody_is_named(grids, person):
    unit, patrol = grids
    gaps = lambda: list(grids_with_duties(SYSTEM, only_gaps=True))  # noqa: E731
    assert (gaps(), inspectors_of(unit)) == ([patrol], [])
    walker = person("walker", "inspector")
    duty = services.give_grid_duty(SYSTEM, walker, patrol, valid_from=timezone.localdate() - timedelta(days=9))
    assert (gaps(), inspectors_of(unit)) == ([], [walker])
    services.end_dated(SYSTEM, duty, timezone.localdate() - timedelta(days=1))
    assert (gaps(), inspectors_of(unit)) == ([patrol], [])


def test_a_collection_companys_lead_sets_its_own_inspectors_only(grids, person, who):
    _unit, patrol = grids
    lead = who("lead", "contractor_lead@drainage")
    own, other = person("own", "inspector@drainage"), person("other", "inspector@town")
    duty = services.give_grid_duty(lead, own, patrol)
    with pytest.raises(ValidationError):
        services.give_grid_duty(lead, other, patrol)
    others = services.give_grid_duty(SYSTEM, other, patrol)
    with pytest.raises(ValidationError):
        services.end_dated(lead, others)
    assert services.end_dated(lead, duty).valid_to is not None
