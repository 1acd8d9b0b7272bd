"""`chengguan load` with public files that nobody here made. (M-12, M-48)"""

import csv
import json

import numpy as np
import pytest
import shapely
from django.conf import settings
from django.core.management import CommandError, call_command

from chengguan.places.models import Area, UnitGrid
from chengguan.places.projection import to_degrees, to_metres
from chengguan.places.services import name_area
from chengguan.things.models import Component

SHARED = settings.REPOSITORY.parent / "shared" / "data"
XIUSHAN, LAMPS = SHARED / "xiushan", SHARED / "iot" / "Streetlights.csv"

pytestmark = pytest.mark.django_db
with_xiushan = pytest.mark.skipif(not XIUSHAN.exists(), reason="../shared/data/xiushan is not there")
with_lamps = pytest.mark.skipif(not LAMPS.exists(), reason="../shared/data/iot/Streetlights.csv is not there")


def load(*arguments, capsys=None):
    call_command("load", *map(str, arguments))
    return capsys.readouterr().out if capsys else ""


def _outline():
    return to_metres(shapely.from_wkb(bytes(Area.objects.get(level="county").geom.wkb)))


@with_xiushan
def test_the_county_is_the_same_place_from_gcj02_and_from_wgs84():
    shapes = []
    for name, options in (("boundary_500241_wgs84.geojson", []), ("boundary_500241_gcj02.geojson", ["--gcj02"])):
        load("areas", XIUSHAN / name, *options)
        shapes.append(_outline())
    corners = [shapely.get_coordinates(shape) for shape in shapes]
    assert len(corners[0]) == len(corners[1])
    assert np.hypot(*(corners[0] - corners[1]).T).max() < 1.0
    assert shapes[0].area / 1e6 == pytest.approx(2453.8, rel=0.003)


@with_xiushan
def test_gcj02_taken_for_degrees_would_be_half_a_kilometre_off():
    load("areas", XIUSHAN / "boundary_500241_wgs84.geojson")
    right = _outline()
    load("areas", XIUSHAN / "boundary_500241_gcj02.geojson")
    assert right.centroid.distance(_outline().centroid) > 300


@with_xiushan
def test_the_lists_of_townships_are_joined_by_name(capsys):
    load("areas", XIUSHAN / "boundary_500241_wgs84.geojson")
    county = Area.objects.get()
    rows = list(csv.DictReader((XIUSHAN / "townships.csv").open(encoding="utf-8")))
    for row in rows:
        area = Area.objects.create(level="township", parent=county, code=row["code9_nbs2023"], name=row["name_nbs2023"], geom=county.geom)
        name_area(area, "nbs", area.code, area.name, _day("2023-06-30"))
    out = load(
        "areas", XIUSHAN / "townships.csv", "--map", "code9_2026_mumuy=code", "--map", "name_2026_mumuy=name",
        "--lineage", "mumuy", "--from", "2026-04-18", capsys=capsys,
    )  # fmt: skip
    assert "接受 26，拒绝 1" in out  # 大溪镇 is nowhere called so before that list
    out = load(
        "areas", XIUSHAN / "townships.csv", "--map", "code9_areacity2025=code", "--map", "name_nbs2023=name",
        "--lineage", "areacity", "--from", "2025-01-14", capsys=capsys,
    )  # fmt: skip
    assert "接受 26，拒绝 1" in out  # one township has no code in that list
    zhonghe = Area.objects.get(name="中和街道")
    assert {name.lineage: name.code for name in zhonghe.names.all()} == {"nbs": "500241001", "mumuy": "500241001", "areacity": "500241002"}


def _day(text):
    import datetime as dt

    return dt.date.fromisoformat(text)


@pytest.fixture
def scratch_county(tmp_path):
    """A county about the lamps, with one community and one coarse grid, loaded as any other."""
    rows = list(csv.DictReader(LAMPS.open(encoding="utf-8-sig")))
    spots = to_degrees(shapely.multipoints([(float(row["X"]), float(row["Y"])) for row in rows]), 3857)
    outline = shapely.segmentize(shapely.box(*spots.bounds).buffer(0.01), 0.002)
    facts = [("990201", "灯县"), ("990201001", "灯街道"), ("990201001001", "灯社区")]
    features = [{"type": "Feature", "properties": {"code": c, "name": n}, "geometry": json.loads(shapely.to_geojson(outline))} for c, n in facts]
    areas, grids = tmp_path / "areas.geojson", tmp_path / "grids.geojson"
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))
    grid = features[0] | {"properties": {"code": "990201001001001", "kind": "coarse"}}
    grids.write_text(json.dumps({"type": "FeatureCollection", "features": [grid]}))
    load("areas", areas)
    load("grids", grids, "--check")
    assert UnitGrid.objects.get().area_m2 > 1e8
    return rows


OPTIONS = ["--set", "class_code=01037", "--map", "FACILITYID=label", "--map", "InstallDate=first_date", "--county", "990201"]


@with_lamps
def test_4556_real_lamps_are_accepted_or_refused_with_a_reason(scratch_county, capsys, tmp_path):
    table = tmp_path / "refused.csv"
    out = load("components", LAMPS, "--epsg", 3857, *OPTIONS, "--report", table, capsys=capsys)
    refused = list(csv.reader(table.open(encoding="utf-8-sig")))[1:] if table.exists() else []
    found = Component.objects.all()
    assert len(scratch_county) == 4556
    assert found.count() + len(refused) == 4556
    assert f"共 4556 行，接受 {found.count()}，拒绝 {len(refused)}" in out
    assert found.count() > 4000
    assert all(reason for _, reason, _ in refused)
    assert found.filter(unit_grid__code="990201001001001").count() == found.count()
    codes = set(found.values_list("code", flat=True))
    assert len(codes) == found.count()
    assert {code[:11] for code in codes} == {"99020101037"}
    lamp = found.order_by("code")[0]
    assert lamp.attributes["Lamp_Type"]


@with_lamps
def test_the_lamps_stand_where_their_state_plane_feet_say(scratch_county, tmp_path):
    """EPSG:3857 metres and EPSG:3435 feet of the same rows agree to about 1.5 m."""
    path = tmp_path / "feet.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["x", "y", "label"])
        table.writerows((row["Easting"], row["Northing"], row["GlobalID"]) for row in scratch_county[:300])
    load("components", path, "--epsg", 3435, "--set", "class_code=01037", "--county", "990201")
    metres = {row["GlobalID"]: (float(row["X"]), float(row["Y"])) for row in scratch_county[:300]}
    off = []
    for component in Component.objects.all():
        there = to_degrees(shapely.Point(metres[component.label]), 3857)
        off.append(_apart(component.point.coords, (there.x, there.y)))
    assert len(off) > 290
    assert np.median(off) < 2.0


def _apart(a, b):
    east = (a[0] - b[0]) * 111_320 * np.cos(np.radians(a[1]))
    return float(np.hypot(east, (a[1] - b[1]) * 111_320))


@with_lamps
def test_a_dry_run_writes_nothing(scratch_county, capsys):
    out = load("components", LAMPS, "--epsg", 3857, *OPTIONS, "--dry-run", capsys=capsys)
    assert "试运行" in out
    assert Component.objects.count() == 0


@with_lamps
def test_loading_the_lamps_twice_doubles_none(scratch_county, capsys):
    load("components", LAMPS, "--epsg", 3857, *OPTIONS)
    before = Component.objects.exclude(label="").count()
    load("components", LAMPS, "--epsg", 3857, *OPTIONS)
    assert Component.objects.exclude(label="").count() == before


def test_without_a_county_the_operator_is_told_what_to_do_first(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\n点,109,28\n", encoding="utf-8")
    with pytest.raises(CommandError, match="areas"):
        load("addresses", path)


def test_a_missing_file_and_a_bad_pair_are_said_in_words(tmp_path):
    with pytest.raises(CommandError, match="没有这个文件"):
        load("areas", tmp_path / "none.geojson")
    (tmp_path / "a.csv").write_text("code,name\n", encoding="utf-8")
    with pytest.raises(CommandError, match="甲=乙"):
        load("areas", tmp_path / "a.csv", "--map", "nonsense")
