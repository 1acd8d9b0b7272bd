"""A county of two communities: 合一社区 is 400 m x 200 m of eight unit grids, 合二村 lies east of it and is one coarse grid."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
import shapely
from django.contrib.gis.geos import Point

from chengguan.places import services
from chengguan.places.models import GridMembership, ResponsibilityGrid, UnitGrid
from chengguan.places.projection import to_degrees, to_metres
from chengguan.places.services.writing import as_geos, multi

SINCE = dt.date(2024, 1, 1)


def placed(shape):
    """Metres about the seat -> degrees."""
    seat = to_metres(shapely.Point(108.9916, 28.4482))
    return to_degrees(shapely.transform(shape, lambda xy: xy + (round(seat.x), round(seat.y))))


def degrees(x, y):
    spot = placed(shapely.Point(x, y))
    return spot.x, spot.y


def at(x, y):
    lon, lat = degrees(x, y)
    return Point(lon, lat, srid=4490)


@pytest.fixture
def little_county(db):
    whole, left, right = shapely.box(0, 0, 1000, 200), shapely.box(0, 0, 400, 200), shapely.box(400, 0, 1000, 200)
    cells = [shapely.box(100 * i, 100 * j, 100 * i + 100, 100 * j + 100) for j in (1, 0) for i in range(4)]
    # one noded linework: every shape carries the corners of its neighbours
    lines = shapely.node(shapely.union_all([shapely.boundary(shape) for shape in [whole, left, right, *cells]]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    face_of = {i: next(f for f in faces if f.contains(cell.centroid)) for i, cell in enumerate(cells)}
    east = next(f for f in faces if f.contains(right.centroid))
    facts = {"synthetic": True}
    county = services.add_area("county", "990101", "合县", placed(shapely.coverage_union_all(faces)), None, **facts)
    town = services.add_area("township", "990101001", "合江街道", placed(shapely.coverage_union_all(faces)), county, **facts)
    one = services.add_area("community", "990101001001", "合一社区", placed(shapely.coverage_union_all(list(face_of.values()))), town, urban=True, **facts)
    two = services.add_area("community", "990101001200", "合二村", placed(east), town, **facts)
    for area in (county, town, one, two):
        services.name_area(area, "nbs", area.code, area.name, SINCE)
    rows = [services.GridRow(f"990101001001{i + 1:03d}", one.pk, "fine", placed(face_of[i]), 10_000.0, SINCE) for i in range(8)]
    rows.append(services.GridRow("990101001200001", two.pk, "coarse", placed(east), 120_000.0, SINCE))
    services.write_grids(rows, synthetic=True)
    patrol = ResponsibilityGrid.objects.create(code="Z01", name="合一责任网格", geom=as_geos(multi(placed(left))), valid_from=SINCE)
    for grid in UnitGrid.objects.filter(community=one):
        GridMembership.objects.create(unit_grid=grid, responsibility_grid=patrol, valid_from=SINCE)
    return SimpleNamespace(county=county, town=town, one=one, two=two, patrol=patrol)


@pytest.fixture
def little_streets(little_county):
    line = shapely.LineString([(0, 100), (400, 100)])
    services.write_features(
        [
            services.FeatureRow("road", "arterial", "渝秀大道", 1, 0, 0, placed(line)),
            services.FeatureRow("landuse", "park", "花灯公园", 2, 12, 0, placed(shapely.box(10, 10, 60, 60))),
            services.FeatureRow("label", "park", "花灯公园", 2, 16, 0, placed(shapely.Point(30, 30))),
        ],
        synthetic=True,
    )
    doors = []
    for number in range(101, 121):
        lon, lat = degrees((number - 101) * 20, 120 if number % 2 else 80)
        name = f"渝秀大道{number}号"
        doors.append(services.AddressRow("door", name, f"合江街道合一社区{name}", "渝秀大道", number, "", lon, lat, little_county.one.pk))
    lon, lat = degrees(200, 100)
    doors.append(services.AddressRow("road", "渝秀大道", "合江街道合一社区渝秀大道", "渝秀大道", None, "arterial", lon, lat, little_county.one.pk))
    lon, lat = degrees(900, 100)
    doors.append(services.AddressRow("poi", "花灯公园", "合江街道合一社区花灯公园", "", None, "park", lon, lat, little_county.one.pk))
    services.write_addresses(doors, synthetic=True)
    return little_county
