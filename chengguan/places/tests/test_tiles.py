"""The county's map as tiles. (M-03)"""

import math

import pytest
import shapely

from chengguan.places import selectors, services
from chengguan.places.selectors import streets
from chengguan.places.tests.conftest import degrees, placed

pytestmark = pytest.mark.django_db


def tile_of(z, x=50, y=50):
    lon, lat = degrees(x, y)
    n = 2**z
    return z, int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


def test_a_tile_holds_the_layers_of_its_zoom(little_streets):
    near = selectors.tile(selectors.base_layers(), *tile_of(16))
    far = selectors.tile(selectors.base_layers(), *tile_of(9))
    assert b"unit_grids" in near
    assert "花灯公园".encode() in near
    assert "渝秀大道".encode() in near
    assert b"unit_grids" not in far
    assert b"areas" in far
    assert "花灯公园".encode() not in far  # parks come from zoom 12


def test_where_nothing_is_the_tile_is_empty(little_streets):
    assert selectors.tile(selectors.base_layers(), 16, 1, 1) == b""


@pytest.mark.parametrize("z, x, y", [(3, 8, 0), (3, 0, 8), (25, 0, 0)])
def test_there_is_no_tile_outside_the_world(little_streets, client, z, x, y):
    with pytest.raises(ValueError):
        selectors.tile(selectors.base_layers(), z, x, y)
    assert client.get(f"/tiles/base/{z}/{x}/{y}.mvt").status_code == 404


def test_a_tile_is_served_to_anyone_and_not_sent_twice(little_streets, client):
    z, x, y = tile_of(16)
    answer = client.get(f"/tiles/base/{z}/{x}/{y}.mvt")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert len(answer.content) > 100
    again = client.get(f"/tiles/base/{z}/{x}/{y}.mvt", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert client.post(f"/tiles/base/{z}/{x}/{y}.mvt").status_code == 405


def test_a_new_load_makes_the_old_tiles_stale(little_streets, client, monkeypatch):
    from chengguan.places.selectors import tiles

    z, x, y = tile_of(16)
    monkeypatch.setattr(tiles, "_known_version", (0.0, ""))
    before = client.get(f"/tiles/base/{z}/{x}/{y}.mvt")
    services.write_features([services.FeatureRow("building", "hall", "", 0, 14, 3, placed(shapely.box(20, 120, 60, 150)))], synthetic=True)
    services.remember_loading("test", "features", "test", 1)
    monkeypatch.setattr(tiles, "_known_version", (0.0, ""))
    after = client.get(f"/tiles/base/{z}/{x}/{y}.mvt", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert b"buildings" in after.content


def test_kerb_points_stand_evenly_on_both_sides_of_a_street(little_streets):
    points = list(selectors.street_points(40, "arterial"))
    assert len(points) == 20
    assert {point.side for point in points} == {"left", "right"}
    assert {point.road for point in points} == {"渝秀大道"}
    from chengguan.places.projection import to_metres

    road = to_metres(placed(shapely.LineString([(0, 100), (400, 100)])))
    for point in points:
        away = road.distance(to_metres(shapely.Point(point.lon, point.lat)))
        assert away == pytest.approx(streets.WIDTH_M["arterial"] / 2 + 1.2, abs=0.01)
        assert point.bearing == pytest.approx(90, abs=1)
    assert points == list(selectors.street_points(40, "arterial"))
    assert len(list(selectors.street_points(40, sides="alternate"))) == 10
