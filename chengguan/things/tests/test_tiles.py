"""Components as tiles: points in a street, counts over a county. (M-03)"""

import math

import pytest
from django.contrib.gis.gdal import DataSource
from django.contrib.gis.geos import Point

from chengguan import registry
from chengguan.people.selectors import SYSTEM
from chengguan.things import selectors, services

pytestmark = pytest.mark.django_db

Z, X, Y = 11, 1644, 855
EXTENT = 4096


def at(across: float, down: float) -> Point:
    """A point of the tile, in its 4096 steps from its north-west corner."""
    n = 2**Z
    lon = (X + across / EXTENT) / n * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (Y + down / EXTENT) / n))))
    return Point(lon, lat, srid=4490)


def stand(class_code: str, *places: tuple[float, float]):
    return [services.create_component(SYSTEM, class_code, "部件", at(*place)) for place in places]


@pytest.fixture
def drawn(tmp_path):
    def read(layer: str, z: int = Z, x: int = X, y: int = Y) -> list[dict]:
        file = tmp_path / "one.mvt"
        file.write_bytes(selectors.component_tile(SYSTEM, z, x, y))
        if not file.stat().st_size:
            return []
        found = next(each for each in DataSource(str(file)) if each.name == layer)
        return [{name: each.get(name) for name in found.fields} | {"x": each.geom.x, "y": each.geom.y} for each in found]

    return read


def trade_of(class_code: str) -> str:
    return next(slug for slug, each in registry.present().items() if class_code in each.manifest.component_classes)


def test_from_far_each_trade_is_counted_in_cells(drawn):
    stand("01037", (100, 100), (200, 200), (900, 100))
    stand("01002", (120, 100))
    found = sorted((each["subsystem"], each["count"]) for each in drawn("clusters"))
    assert found == sorted([(trade_of("01037"), 2), (trade_of("01037"), 1), (trade_of("01002"), 1)])


def test_classes_of_one_trade_are_one_count_in_their_middle(drawn):
    slug, classes = next((slug, each.manifest.component_classes) for slug, each in registry.present().items() if len(each.manifest.component_classes) > 1)
    stand(classes[0], (100, 100), (100, 100), (100, 100))
    stand(classes[1], (300, 100))
    (only,) = drawn("clusters")
    assert (only["subsystem"], only["count"]) == (slug, 4)
    assert only["x"] == pytest.approx(150, abs=2)


def test_the_rim_of_the_next_tile_is_no_cell_of_its_own(drawn):
    stand("01037", (EXTENT - 20, 100), (EXTENT + 20, 100))
    assert [each["count"] for each in drawn("clusters")] == [1]
    assert [each["count"] for each in drawn("clusters", x=X + 1)] == [1]


def test_what_was_removed_is_not_counted(drawn):
    lamp, _other = stand("01037", (100, 100), (110, 100))
    services.change_status(SYSTEM, lamp, "removed", "拆除")
    assert [each["count"] for each in drawn("clusters")] == [1]


def test_in_a_street_every_component_is_drawn_by_its_label(drawn):
    n = 2**15
    services.create_component(SYSTEM, "01037", "路灯", Point(108.9916, 28.4482, srid=4490), label="L-1")
    x, y = int((108.9916 + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(28.4482))) / math.pi) / 2 * n)
    (only,) = drawn("components", 15, x, y)
    assert (only["label"], only["class"], only["subsystem"], only["status"]) == ("L-1", "01037", trade_of("01037"), "intact")
