"""Writing areas, grids, addresses and the base map; many rows at once go in by COPY."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from shapely.geometry.base import BaseGeometry

from chengguan.places.models import CRS, Area, AreaName, BaseFeature, Loading
from chengguan.places.spelling import initials_of, pinyin_of


class FeatureRow(NamedTuple):
    """A shape of the base map, in degrees."""

    kind: str
    klass: str
    name: str
    rank: int
    min_zoom: int
    height: int
    geom: BaseGeometry


class GridRow(NamedTuple):
    code: str
    community_id: int
    kind: str
    geom: BaseGeometry
    area_m2: float
    valid_from: dt.date


class AddressRow(NamedTuple):
    """`name` is what people say; `full` adds the county, township and community."""

    kind: str
    name: str
    full: str
    road: str
    number: int | None
    klass: str
    lon: float
    lat: float
    community_id: int | None


def _ewkb(geometries: Sequence[BaseGeometry] | np.ndarray) -> Any:
    return shapely.to_wkb(shapely.set_srid(np.asarray(geometries, dtype=object), CRS), hex=True, include_srid=True)


def multi(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.MultiPolygon([geometry]) if isinstance(geometry, shapely.Polygon) else geometry


def as_geos(geometry: BaseGeometry) -> Any:
    return GEOSGeometry(memoryview(shapely.to_wkb(geometry)), srid=CRS)


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


@transaction.atomic
def write_features(rows: Sequence[FeatureRow], synthetic: bool) -> int:
    geoms = _ewkb([row.geom for row in rows])
    columns = ("kind", "klass", "name", "rank", "min_zoom", "height", "geom", "synthetic")
    return _copy("places_basefeature", columns, ((*row[:6], geom, synthetic) for row, geom in zip(rows, geoms, strict=True)))


@transaction.atomic
def write_grids(rows: Sequence[GridRow], synthetic: bool, note: str = "") -> int:
    geoms = _ewkb([multi(row.geom) for row in rows])
    columns = ("code", "community_id", "kind", "geom", "area_m2", "valid_from", "note", "synthetic")
    return _copy(
        "places_unitgrid",
        columns,
        (
            (row.code, row.community_id, row.kind, geom, row.area_m2, row.valid_from, note, synthetic)
            for row, geom in zip(rows, geoms, strict=True)
        ),
    )


@transaction.atomic
def write_addresses(rows: Sequence[AddressRow], synthetic: bool) -> int:
    """Pinyin is made here; a road's is spelled once."""
    spelled: dict[str, tuple[str, str]] = {}

    def spell(text: str) -> tuple[str, str]:
        if text not in spelled:
            spelled[text] = pinyin_of(text), initials_of(text)
        return spelled[text]

    def lines() -> Iterable[Sequence[Any]]:
        geoms = _ewkb(shapely.points([row.lon for row in rows], [row.lat for row in rows]))
        for row, geom in zip(rows, geoms, strict=True):
            if row.kind == "door" and row.name == f"{row.road}{row.number}号":
                sound, letters = spell(row.road)
                sound, letters = f"{sound}{row.number}hao", f"{letters}{row.number}h"
            else:
                sound, letters = spell(row.name)
            yield (row.kind, row.name, row.full, sound[:200], letters[:80], row.road, row.number, row.klass, geom, row.community_id, synthetic)

    columns = ("kind", "name", "full", "pinyin", "initials", "road", "number", "klass", "point", "community_id", "synthetic")
    return _copy("places_address", [f'"{column}"' for column in columns], lines())


def add_area(level: str, code: str, name: str, geom: BaseGeometry, parent: Area | None, **facts: Any) -> Area:
    """A new area with its geometry in degrees; its dated names are added by `name_area`."""
    return Area.objects.create(
        level=level, code=code, name=name, pinyin=pinyin_of(name), parent=parent, geom=as_geos(multi(geom)), **facts
    )


def name_area(area: Area, lineage: str, code: str, name: str, valid_from: dt.date, valid_to: dt.date | None = None) -> AreaName:
    return AreaName.objects.create(area=area, lineage=lineage, code=code, name=name, valid_from=valid_from, valid_to=valid_to)


@transaction.atomic
def rebuild_borders() -> int:
    """The borders drawn on the map: each shared line once, at the highest level it belongs to."""
    BaseFeature.objects.filter(kind=BaseFeature.Kind.BORDER).delete()
    rows: list[FeatureRow] = []
    drawn: BaseGeometry | None = None
    synthetic = False
    for rank, (level, zoom) in enumerate(((Area.Level.COUNTY, 0), (Area.Level.TOWNSHIP, 8), (Area.Level.COMMUNITY, 12))):
        found = list(Area.objects.filter(level=level).order_by("code"))
        synthetic = synthetic or any(area.synthetic for area in found)
        shapes = np.asarray([shapely.from_wkb(bytes(area.geom.wkb)) for area in found], dtype=object)
        if not len(shapes):
            continue
        lines = shapely.union_all(shapely.boundary(shapes))
        new = lines if drawn is None else shapely.difference(lines, drawn)
        drawn = lines if drawn is None else shapely.union(drawn, lines)
        merged = shapely.get_parts(shapely.line_merge(new))
        rows += [FeatureRow("border", level.value, "", rank, zoom, 0, part) for part in merged if part.geom_type == "LineString"]
    return write_features(rows, synthetic) if rows else 0


def remember_loading(key: str, kind: str, source: str, accepted: int, refused: int = 0, **detail: Any) -> Loading:
    return Loading.objects.create(key=key, kind=kind, source=source, accepted=accepted, refused=refused, detail=detail)
