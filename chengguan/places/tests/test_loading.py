"""Every row of a file is accepted or refused with its reason. (M-12)"""

import json
import subprocess

import pytest
import shapely

from chengguan.places import services
from chengguan.places.coordinates import wgs84_to_gcj02
from chengguan.places.models import Address, Area, GridMembership, UnitGrid
from chengguan.places.projection import to_metres
from chengguan.places.tests.conftest import degrees, placed

pytestmark = pytest.mark.django_db


def loaded(function, path, kind="test", read=None, **options):
    report = services.Report(kind, path.name)
    function(services.read(path, **(read or {})), report, **options)
    assert report.accepted + len(report.refused) == report.rows
    return report


def reasons(report):
    return [refusal.reason.split("：")[0] for refusal in report.refused]


def close(codes):
    """Grids that change are closed; their numbers stay taken."""
    GridMembership.objects.filter(unit_grid__code__in=codes).delete()
    UnitGrid.objects.filter(code__in=codes).delete()


def points_csv(path, rows, header="name,lon,lat", encoding="utf-8"):
    path.write_text("\n".join([header, *rows]), encoding=encoding)
    return path


def test_addresses_come_from_csv_in_gb18030_with_columns_of_other_names(little_county, tmp_path):
    lon, lat = degrees(50, 50)
    path = points_csv(tmp_path / "a.csv", [f"合一小学,{lon},{lat}"], "单位名称,经度,纬度", "gb18030")
    report = loaded(services.load_addresses, path, read={"mapping": {"单位名称": "name"}})
    assert report.refused == []
    found = Address.objects.get()
    assert (found.name, found.full, found.initials) == ("合一小学", "合江街道合一社区合一小学", "hyxx")
    assert found.community == little_county.one


def test_every_refused_row_says_why(little_county, tmp_path):
    lon, lat = degrees(50, 50)
    rows = [f"好,{lon},{lat}", f",{lon},{lat}", "远,100.5,20.5", "字,abc,1", "空,,", f"好,{lon},{lat}", "短,1", "界,500,500"]
    report = loaded(services.load_addresses, points_csv(tmp_path / "a.csv", rows))
    assert report.rows == 8
    assert report.accepted == 1
    assert sorted(refusal.number for refusal in report.refused) == [2, 3, 4, 5, 6, 7, 8]
    assert {refusal.number: refusal.reason.split("：")[0] for refusal in report.refused}[3] == "不在本县范围内"
    table = tmp_path / "refused.csv"
    report.write_csv(table)
    assert len(table.read_text("utf-8-sig").splitlines()) == 8
    assert "接受 1，拒绝 7" in report.summary()


@pytest.mark.parametrize("epsg", [4490, 4326, 3857, 4545, 32649])
def test_any_coordinate_system_comes_to_the_same_place(little_county, tmp_path, epsg):
    lon, lat = degrees(50, 50)
    spot = to_metres(shapely.Point(lon, lat), epsg)
    path = points_csv(tmp_path / "a.csv", [f"点,{spot.x:.9f},{spot.y:.9f}"])
    assert loaded(services.load_addresses, path, read={"epsg": epsg}).refused == []
    here = shapely.Point(*Address.objects.get().point.coords)
    assert to_metres(here).distance(to_metres(shapely.Point(lon, lat))) < 0.01


def test_gcj02_is_moved_back(little_county, tmp_path):
    lon, lat = degrees(50, 50)
    x, y = wgs84_to_gcj02(lon, lat)
    loaded(services.load_addresses, points_csv(tmp_path / "a.csv", [f"点,{x},{y}"]), read={"gcj02": True})
    assert Address.objects.get().point.coords == pytest.approx((lon, lat), abs=2e-9)


def test_metres_read_as_degrees_are_refused_with_advice(little_county, tmp_path):
    report = loaded(services.load_addresses, points_csv(tmp_path / "a.csv", ["点,597000,3148000"]))
    assert "--epsg" in report.refused[0].reason


def _geojson(path, features):
    path.write_text(
        json.dumps(
            {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": p, "geometry": g and json.loads(shapely.to_geojson(g))} for p, g in features]},
            ensure_ascii=False,
        )
    )
    return path


@pytest.mark.parametrize("driver, suffix, options", [("ESRI Shapefile", "shp", ["-lco", "ENCODING=GBK"]), ("GPKG", "gpkg", []), ("GeoJSON", "geojson", [])])
def test_what_gdal_reads_is_read_with_chinese_names(little_county, tmp_path, driver, suffix, options):
    lon, lat = degrees(50, 50)
    source = _geojson(tmp_path / "s.json", [({"name": "花灯广场", "kind": "poi"}, shapely.Point(lon, lat)), ({"name": "无处", "kind": "poi"}, None)])
    target = tmp_path / f"t.{suffix}"
    subprocess.run(["ogr2ogr", "-f", driver, str(target), str(source), *options], check=True, capture_output=True)
    report = loaded(services.load_addresses, target)
    assert Address.objects.get().name == "花灯广场"
    assert reasons(report) == ["没有坐标，或不是点"]


def test_a_shapefile_that_does_not_name_its_encoding_is_read_as_chinese(little_county, tmp_path):
    lon, lat = degrees(50, 50)
    source = _geojson(tmp_path / "s.json", [({"name": "花灯广场"}, shapely.Point(lon, lat))])
    target = tmp_path / "t.shp"
    subprocess.run(["ogr2ogr", "-f", "ESRI Shapefile", str(target), str(source), "-lco", "ENCODING=GBK"], check=True, capture_output=True)
    (tmp_path / "t.cpg").unlink(missing_ok=True)
    content = bytearray((tmp_path / "t.dbf").read_bytes())
    content[29] = 0  # the language byte too
    (tmp_path / "t.dbf").write_bytes(content)
    loaded(services.load_addresses, target)
    assert Address.objects.get().name == "花灯广场"


def test_a_file_that_is_not_one_is_refused_as_a_whole(tmp_path):
    with pytest.raises(services.Unreadable):
        list(services.read(tmp_path / "none.csv"))
    (tmp_path / "x.shp").write_bytes(b"nothing")
    with pytest.raises(services.Unreadable):
        list(services.read(tmp_path / "x.shp"))


def test_areas_are_drawn_from_the_county_down_whatever_the_order_of_rows(db, tmp_path):
    county, town, village = shapely.box(0, 0, 900, 900), shapely.box(0, 0, 500, 900), shapely.box(0, 0, 100, 100)
    path = _geojson(
        tmp_path / "areas.json",
        [
            ({"code": "990102001201", "name": "小村"}, placed(village)),
            ({"code": "990102001", "name": "大镇"}, placed(town)),
            ({"adcode": 990102, "name": "远县"}, placed(county)),
            ({"code": "990102002", "name": "外镇"}, placed(shapely.box(5000, 0, 6000, 900))),
            ({"code": "990103001", "name": "孤镇"}, placed(town)),
            ({"code": "99", "name": "短"}, placed(town)),
            ({"code": "990102003", "name": "点镇"}, shapely.Point(109, 28)),
        ],
    )
    report = loaded(services.load_areas, path)
    assert report.accepted == 3
    assert sorted(reasons(report)) == sorted(
        ["图形超出上级区域", "没有上级区域", "需要 6、9 或 12 位数字代码(code)和名称(name)", "图形不是面，或无法修复"]
    )
    assert Area.objects.get(code="990102001201", parent__parent__name="远县")
    assert not Area.objects.get(code="990102").synthetic


def test_names_without_shapes_are_joined_by_name(little_county, tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("code,name\n990101109,合江街道\n990101110,不知镇\n", encoding="utf-8")
    report = loaded(services.load_areas, path, lineage="areacity")
    assert report.accepted == 1
    assert "没有名为不知镇的区域" in report.refused[0].reason
    assert little_county.town.names.get(lineage="areacity").code == "990101109"
    assert loaded(services.load_areas, path, lineage="areacity").accepted == 1  # again changes nothing
    assert little_county.town.names.filter(lineage="areacity").count() == 1


def test_grids_are_loaded_and_the_unfit_refused(little_county, tmp_path):
    close(["990101001001001", "990101001001002"])
    path = _geojson(
        tmp_path / "grids.json",
        [
            ({"code": "990101001001101"}, placed(shapely.box(0, 100, 100, 200))),
            ({"code": "990101001001102"}, placed(shapely.box(100, 100, 200, 200))),
            ({"code": "990101001001103"}, placed(shapely.box(150, 100, 200, 200))),  # lies on 102
            ({"code": "990101001001101"}, placed(shapely.box(0, 100, 100, 200))),  # twice
            ({"code": "990101001001003"}, placed(shapely.box(200, 100, 300, 200))),  # used before
            ({"code": "990101009001001"}, placed(shapely.box(0, 0, 9, 9))),  # no such community
            ({"code": "12"}, placed(shapely.box(0, 0, 9, 9))),
        ],
    )
    report = loaded(services.load_grids, path)
    assert report.accepted == 2
    assert len(report.refused) == 5
    assert set(UnitGrid.objects.filter(code__startswith="9901010010011").values_list("code", flat=True)) == {"990101001001101", "990101001001102"}
    assert services.check_topology() == []
    assert report.notes == []


def test_what_loaded_grids_leave_uncovered_is_said(little_county, tmp_path):
    close(["990101001001001", "990101001001002"])
    path = _geojson(tmp_path / "grids.json", [({"code": "990101001001101"}, placed(shapely.box(0, 100, 100, 200)))])
    report = loaded(services.load_grids, path)
    assert report.accepted == 1
    assert "不属于任何单元网格" in report.notes[0]
