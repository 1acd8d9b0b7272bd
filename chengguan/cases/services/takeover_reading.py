"""Rows of a spreadsheet of another system's cases, and what each says in our fields."""

from __future__ import annotations

import codecs
import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pyproj import CRS, Transformer

from chengguan.cases.services.takeover_mapping import DEGREES, Entry, Mapping, moment
from chengguan.places.coordinates import bd09_to_wgs84, gcj02_to_wgs84
from chengguan.places.services import Unreadable

COARSE_DECIMALS = 2
"""Degrees with no more decimals say a place to a kilometre at best."""
COARSE_METRES = 1000
CHUNK = 1 << 20


class RowRefused(ValueError):
    """This row cannot be taken over; the words say why, what is particular to it behind a colon."""


@dataclass
class Said:
    """One row in our fields."""

    number: int
    raw: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    point: Point | None = None
    flags: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.texts["key"]


def rows_of(path: Path, mapping: Mapping) -> Iterator[tuple[int, dict[str, str], str]]:
    """(number from 1, the row as texts, what is wrong with it). Unreadable when the file has not the mapping's columns."""
    if not path.exists():
        raise Unreadable(_("没有这个文件：%(path)s") % {"path": path})
    lines = lines_of(path)
    header = next(lines, [])
    missing = sorted(mapping.columns - set(header))
    if missing:
        raise Unreadable(_("文件里没有映射要用的列：%(columns)s") % {"columns": "、".join(missing)})
    number = 0
    for values in lines:
        if not any(values):
            continue
        number += 1
        wrong = ""
        if len(values) != len(header):
            wrong = _("列数不符：应为 %(want)d 列，实为 %(got)d 列") % {"want": len(header), "got": len(values)}
        yield number, {name: value for name, value in zip(header, values, strict=False) if value}, wrong


def lines_of(path: Path) -> Iterator[list[str]]:
    """The header and every line beneath it, as texts. Unreadable, in words, when this is no table."""
    return _sheet(path) if path.suffix.lower() in (".xlsx", ".xlsm") else _table(path)


def _table(path: Path) -> Iterator[list[str]]:
    with path.open(encoding=_encoding(path), newline="") as text:
        first = text.readline()
        delimiter = max(",\t;", key=first.count)
        text.seek(0)
        try:
            for values in csv.reader(text, delimiter=delimiter):
                yield [value.replace("\0", "").strip() for value in values]
        except csv.Error as error:
            raise Unreadable(_("这不是逗号分隔的文本表格：%(error)s") % {"error": error}) from error


def _encoding(path: Path) -> str:
    """In which the whole file can be read; of the two bytes Excel puts before its Unicode text, the third."""
    with path.open("rb") as file:
        encodings = ("utf-16",) if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            with path.open(encoding=encoding, newline="") as text:
                while text.read(CHUNK):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise Unreadable(_("文字编码既不是 UTF-8 也不是 GB 18030"))


def _sheet(path: Path) -> Iterator[list[str]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise Unreadable(_("读不了这个文件：%(error)s") % {"error": error}) from error
    if not book.worksheets:
        raise Unreadable(_("这个工作簿里没有工作表"))
    for values in book.worksheets[0].iter_rows(values_only=True):
        yield [_cell(value) for value in values]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).replace("\0", "").strip()


def understood(number: int, raw: dict[str, str], mapping: Mapping) -> Said:
    """The row in our fields; RowRefused when something that is needed cannot be read."""
    said = Said(number, raw)
    for name, entry in mapping.entries.items():
        if entry.kind == "constant":
            said.texts[name] = entry.value
        elif entry.kind == "position":
            _position(said, entry)
        else:
            _value(said, name, entry)
    if not said.texts.get("key"):
        raise RowRefused(_("没有编号"))
    if len(said.key) > 60:
        raise RowRefused(_("编号超过 60 个字：%(key)s") % {"key": said.key[:80]})
    if "reported_at" not in said.times:
        raise RowRefused(_("没有上报时间"))
    return said


def _value(said: Said, name: str, entry: Entry) -> None:
    text = " ".join(filter(None, (said.raw.get(column, "") for column in entry.columns)))
    if entry.kind == "time":
        if not text:
            return
        try:
            said.times[name] = moment(text, entry)
        except (ValueError, OverflowError) as error:
            raise RowRefused(_("%(field)s 的时间看不懂：%(text)s") % {"field": entry.columns[0], "text": text}) from error
    elif entry.kind == "text" or entry.table is None:
        said.texts[name] = text
    elif text in entry.table or entry.default is not None:
        said.texts[name] = entry.table.get(text, entry.default or "")
    else:
        raise RowRefused(_("%(field)s 的取值不在对照表里：%(text)s") % {"field": entry.columns[0], "text": text})


def _position(said: Said, entry: Entry) -> None:
    lon, lat = (said.raw.get(column, "") for column in entry.columns)
    if not lon and not lat:
        said.flags.append(_("没有坐标，不落图"))
        return
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        said.flags.append(_("坐标不是数字，不落图"))
    elif x == 0 or y == 0:
        said.flags.append(_("坐标为零，不落图"))
    elif _coarse(lon, lat, entry.crs):
        said.flags.append(_("坐标取整，不落图"))
    else:
        said.point = _moved(x, y, entry.crs)


def _coarse(lon: str, lat: str, crs: str) -> bool:
    """Both numbers rounded so far that the place is anywhere within a kilometre or more."""
    if crs in ("gcj02", "bd09") or _mover(crs)[1]:
        return all(len(text.partition(".")[2].rstrip("0")) <= COARSE_DECIMALS for text in (lon, lat))
    return all(float(text) % COARSE_METRES == 0 for text in (lon, lat))


def _moved(x: float, y: float, crs: str) -> Point:
    if crs == "gcj02":
        x, y = gcj02_to_wgs84(x, y)
    elif crs == "bd09":
        x, y = bd09_to_wgs84(x, y)
    else:
        x, y = _mover(crs)[0].transform(x, y)
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
        raise RowRefused(_("坐标无法换算，请核对坐标系"))
    return Point(round(float(x), 8), round(float(y), 8), srid=DEGREES)


@lru_cache
def _mover(crs: str) -> tuple[Transformer, bool]:
    """How that system's coordinates become degrees, and whether they are degrees already."""
    source = CRS.from_user_input(int(crs) if crs.isdigit() else crs)
    return Transformer.from_crs(source, DEGREES, always_xy=True), source.is_geographic
