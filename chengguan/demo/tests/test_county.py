"""The sample county: the same for the same seed, a partition, and a town one can find one's way in."""

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import Point

from chengguan.demo import county, county_names
from chengguan.places import selectors, services
from chengguan.places.models import Address, Area, BaseFeature, GridMembership, UnitGrid


@pytest.fixture(scope="module")
def drawn():
    return county.draw()


def test_the_same_seed_gives_the_same_bytes(drawn):
    assert county.fingerprint(drawn) == county.fingerprint(county.draw())


def test_another_seed_gives_another_county(drawn):
    from chengguan.demo.county_ground import ground

    assert not ground(county.SEED + 1).outline.equals(drawn.land.outline)


def test_unit_grids_communities_and_townships_partition_the_county(drawn):
    grids = [shape for community in drawn.areas.communities for _, shape in community.grids]
    for shapes in (grids, [c.shape for c in drawn.areas.communities], list(drawn.areas.townships.values())):
        in_degrees = county.placed(shapes)
        assert shapely.is_valid(in_degrees).all()
        assert shapely.coverage_is_valid(in_degrees)
        assert sum(shape.area for shape in shapes) == pytest.approx(drawn.areas.county.area, abs=1)
    assert drawn.areas.county.geom_type == "Polygon"
    assert drawn.areas.county.area == pytest.approx(2450e6, rel=1e-6)


def test_cells_of_the_town_are_about_a_hectare_and_every_other_community_is_one(drawn):
    urban = [shape.area for c in drawn.areas.communities if c.urban for _, shape in c.grids]
    assert 8_000 < np.median(urban) < 12_000
    assert np.mean([4_000 < area < 20_000 for area in urban]) > 0.95
    assert all(len(c.grids) == 1 for c in drawn.areas.communities if not c.urban)
    assert all(c.shape.geom_type == "Polygon" for c in drawn.areas.communities)


def test_grid_numbers_run_from_left_to_right_and_down(drawn):
    community = max(drawn.areas.communities, key=lambda c: len(c.grids))
    assert [code for code, _ in community.grids] == [f"{community.code}{n:03d}" for n in range(1, len(community.grids) + 1)]
    spots = np.array([shape.centroid.coords[0] for _, shape in community.grids])
    band = np.floor((spots[:, 1].max() - spots[:, 1]) / 120)
    assert (np.diff(band) >= 0).all()
    assert all((np.diff(spots[band == b, 0]) >= 0).all() for b in np.unique(band))


def test_the_townships_are_those_of_the_public_lists(drawn):
    assert len(county_names.TOWNSHIPS) == 27
    assert list(drawn.areas.townships) == [place.code for place in county_names.TOWNSHIPS]
    assert sum(place.name.endswith("街道") for place in county_names.TOWNSHIPS) == 5
    assert len({place.code for place in county_names.TOWNSHIPS}) == 27


def test_cells_are_cut_by_the_river_and_the_main_streets(drawn):
    """No unit grid has land on both banks, and next to none lies on both sides of the main avenue."""
    banks = [part for part in shapely.get_parts(shapely.difference(drawn.town.builtup, drawn.land.river)) if part.area > 1e6]
    assert len(banks) == 2
    avenue = next(s.line for s in drawn.town.streets if s.name == "渝秀大道")
    within = []
    for community in drawn.areas.communities:
        for _, shape in community.grids if community.urban else ():
            assert min(shape.intersection(bank).area for bank in banks) < 200
            if shape.intersects(avenue):
                within.append(shape.buffer(-4).intersection(avenue).length)
    assert np.mean(np.array(within) > 30) < 0.05


@pytest.mark.django_db
def test_the_loaded_county_stands_the_topology_check_and_is_loaded_once(drawn):
    assert county.load_county(drawn=drawn) is True
    counted = UnitGrid.objects.count(), Address.objects.count(), BaseFeature.objects.count()
    assert services.check_topology() == []
    assert county.load_county() is False
    assert (UnitGrid.objects.count(), Address.objects.count(), BaseFeature.objects.count()) == counted
    assert GridMembership.objects.count() == UnitGrid.objects.count()
    assert not Area.objects.filter(synthetic=False).exists()
    assert not BaseFeature.objects.filter(synthetic=False).exclude(kind="border").exists()
    seat = Point(*county_names.SEAT, srid=4490)
    grid = selectors.grid_at(seat)
    assert grid is not None
    assert grid.kind == "fine"
    assert selectors.responsibility_grid_of(grid) is not None
    assert selectors.nearest_address(seat).startswith(("渝秀大道", "站前大道", "解放路"))
    assert selectors.geocode("渝秀大道118号")[0].name == "渝秀大道118号"
    assert selectors.geocode("xrmyy")[0].name == "县人民医院"
    daxi = selectors.area_named("大溪镇")
    assert daxi is not None
    assert daxi.code == "500241208"
    assert {name.name for name in daxi.names.all()} == {"大溪乡", "大溪镇"}
    rng = np.random.default_rng(1)
    outline = shapely.from_wkb(bytes(selectors.county().geom.wkb))
    west, south, east, north = outline.bounds
    tries = rng.uniform((west, south), (east, north), (120, 2))
    for lon, lat in tries[shapely.contains_xy(outline, tries)]:
        covering = UnitGrid.objects.filter(geom__covers=Point(lon, lat, srid=4490)).count()
        assert covering == 1, (lon, lat)
