"""Rows of any file GDAL reads, and of CSV, as fields and a geometry in degrees (EPSG:4490). A row that cannot be
read comes out too, with what is wrong with it: nothing is lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from chengguan.places.coordinates import gcj02_to_wgs84
from chengguan.places.projection import GRAIN_DEG

LONGITUDES = ("lon", "lng", "longitude", "经度", "x")
LATITUDES = ("lat", "latitude", "纬度", "y")
SHAPES = ("wkt", "geom", "geometry", "geojson")


class Unreadable(ValueError):
    """The file as a whole cannot be read; the words say why and what to do."""


@dataclass
class Row:
    """One row: its number in the file from 1, fields under our names, geometry, or what is wrong with it."""

    number: int
    fields: dict[str, Any]
    geom: BaseGeometry | None = None
    wrong: str = ""
    raw: dict[str, Any] = field(default_factory=dict)


def read(
    path: Path, epsg: int | None = None, gcj02: bool = False, mapping: Mapping[str, str] | None = None, given: Mapping[str, str] | None = None
) -> Iterator[Row]:
    """Every row of the file. `mapping` is column -> field; `given` are fields every row gets unless it has them.
    The coordinate system is the file's own, or `epsg`, or GCJ-02 degrees; CSV without either is degrees."""
    if not path.exists():
        raise Unreadable(_("没有这个文件：%(path)s") % {"path": path})
    mapping = dict(mapping or {})
    rows = _csv_rows(path, mapping) if path.suffix.lower() in {".csv", ".txt", ".tsv"} else _gdal_rows(path)
    movers: dict[str, Any] = {}
    for number, (raw, shape, crs, wrong) in enumerate(rows, start=1):
        fields = {mapping.get(column, column): _clean(value) for column, value in raw.items()}
        for key, value in (given or {}).items():
            if not fields.get(key):
                fields[key] = value
        row = Row(number, fields, None, wrong, raw)
        if shape is not None and not wrong:
            try:
                row.geom = _moved(shapely.force_2d(shape), str(epsg or crs or 4490), gcj02, movers)
            except ValueError as error:
                row.wrong = str(error)
        yield row


def _clean(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _moved(shape: BaseGeometry, crs: str, gcj02: bool, movers: dict[str, Any]) -> BaseGeometry:
    if gcj02:
        moved = shapely.transform(shape, lambda xy: np.column_stack(gcj02_to_wgs84(xy[:, 0], xy[:, 1])))
    else:
        if crs not in movers:
            source = CRS.from_user_input(int(crs) if crs.isdigit() else crs)
            movers[crs] = Transformer.from_crs(source, 4490, always_xy=True)
        moved = shapely.transform(shape, lambda xy: np.column_stack(movers[crs].transform(xy[:, 0], xy[:, 1])))
    moved = shapely.transform(moved, lambda xy: np.round(xy / GRAIN_DEG) * GRAIN_DEG)
    spots = shapely.get_coordinates(moved)
    if not len(spots) or not np.isfinite(spots).all():
        raise ValueError(_("坐标无法换算，请核对坐标系"))
    if (np.abs(spots[:, 0]) > 180).any() or (np.abs(spots[:, 1]) > 90).any():
        raise ValueError(_("坐标超出经纬度范围，请用 --epsg 指明坐标系"))
    return moved


def decoded(content: bytes) -> str:
    """Text of a file from an office here: UTF-8 (with or without mark) or GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("文字编码既不是 UTF-8 也不是 GB 18030"))


Raw = tuple[dict[str, Any], "BaseGeometry | None", str, str]


def _csv_rows(path: Path, mapping: Mapping[str, str]) -> Iterator[Raw]:
    text = decoded(path.read_bytes())
    reader = csv.reader(io.StringIO(text), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    header = [name.strip() for name in next(reader, [])]
    if not header:
        raise Unreadable(_("文件是空的"))
    named = {mapping.get(column, column).lower(): column for column in header}
    lon = next((named[name] for name in LONGITUDES if name in named), None)
    lat = next((named[name] for name in LATITUDES if name in named), None)
    shape_column = next((named[name] for name in SHAPES if name in named), None)
    for values in reader:
        if not any(value.strip() for value in values):
            continue
        raw: dict[str, Any] = dict(zip(header, values, strict=False))
        if len(values) != len(header):
            yield raw, None, "", _("列数不符：应为 %(want)d 列，实为 %(got)d 列") % {"want": len(header), "got": len(values)}
        elif shape_column and raw[shape_column].strip():
            yield raw, *_shape(raw[shape_column])
        elif lon and lat and (raw[lon].strip() or raw[lat].strip()):
            try:
                yield raw, shapely.Point(float(raw[lon]), float(raw[lat])), "", ""
            except ValueError:
                yield raw, None, "", _("坐标不是数字：%(lon)s, %(lat)s") % {"lon": raw[lon], "lat": raw[lat]}
        else:
            yield raw, None, "", ""


def _shape(text: str) -> tuple[BaseGeometry | None, str, str]:
    try:
        return (shapely.from_geojson(text) if text.lstrip().startswith("{") else shapely.from_wkt(text)), "", ""
    except shapely.errors.GEOSException:
        return None, "", _("图形不是 WKT 或 GeoJSON")


def _gdal_rows(path: Path) -> Iterator[Raw]:
    from django.contrib.gis.gdal import DataSource, GDALException

    try:
        source = DataSource(str(path), encoding="latin-1")  # bytes as they are: `_text` finds out what they mean
        layers = [source[index] for index in range(source.layer_count)]
    except (GDALException, UnicodeDecodeError) as error:
        raise Unreadable(_("读不了这个文件：%(error)s") % {"error": error}) from error
    for layer in layers:
        try:
            crs = layer.srs.wkt if layer.srs else ""
        except GDALException:
            crs = ""
        for feature in layer:
            raw: dict[str, Any] = {}
            for index, name in enumerate(layer.fields):
                raw[_text(name)] = _value(feature[index])
            try:
                yield raw, shapely.from_wkb(bytes(feature.geom.wkb)), crs, ""
            except (GDALException, shapely.errors.GEOSException) as error:
                none = "OGR_F_GetGeometryRef" in str(error)  # the row has no shape at all
                yield raw, None, crs, "" if none else _("图形无法读取：%(error)s") % {"error": error}


def _value(field: Any) -> Any:
    from django.contrib.gis.gdal import GDALException

    try:
        value = field.value
    except GDALException:
        value = field.as_string()
    if isinstance(value, str):
        return _text(value)
    return value if value is None or isinstance(value, int | float) else str(value)


def _text(text: str) -> str:
    """Text that was read byte by byte: UTF-8 as GDAL gives it, or what a Shapefile held that names no encoding."""
    return text if text.isascii() else decoded(text.encode("latin-1"))


def plain(raw: Mapping[str, Any]) -> str:
    """A row as it was, on one line, for the report."""
    return json.dumps({key: value for key, value in raw.items() if value not in (None, "")}, ensure_ascii=False, default=str)
