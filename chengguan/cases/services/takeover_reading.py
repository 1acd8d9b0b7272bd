"""Rows of a spreadsheet of another system's cases, and what each says in our fields."""

from __future__ import annotations

import codecs
import csv
import logging
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pyproj import CRS, Transformer

from chengguan.cases.models import Case, TakenOver
from chengguan.cases.services.takeover_mapping import DEGREES, NAMES, Entry, Mapping, is_ours, moment
from chengguan.places.coordinates import bd09_to_wgs84, gcj02_to_wgs84
from chengguan.places.services import Unreadable

log = logging.getLogger(__name__)
COARSE_DECIMALS = 2
"""Degrees with no more decimals say a place to a kilometre at best."""
COARSE_METRES = 1000
CHUNK = 1 << 20
KEY_LENGTH: int = getattr(TakenOver._meta.get_field("old_number"), "max_length")  # noqa: B009, a relation has none
STATE_LENGTH: int = getattr(TakenOver._meta.get_field("old_state"), "max_length")  # noqa: B009
LENGTHS: dict[str, int] = {name: getattr(Case._meta.get_field(name), "max_length") for name in ("address", "reporter_name", "reporter_phone")}  # noqa: B009
"""Our columns that have an end; the other texts have none."""


BROKEN = (InvalidFileException, BadZipFile, zlib.error, ParseError, KeyError, ValueError, EOFError, OSError)
"""What comes of a workbook that is cut off or damaged, at its beginning or deep inside."""


class RowRefused(ValueError):
    """This row cannot be taken over; the words say why, what is particular to it behind a colon."""


@dataclass
class Said:
    """One row in our fields; `number` is its row in the spreadsheet."""

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
    """(the row's number as a spreadsheet counts, the head being 1 and an empty row counting too; the row as texts; what is wrong with
    it). Unreadable when the file has not the mapping's columns."""
    if not path.exists():
        raise Unreadable(_("没有这个文件：%(path)s") % {"path": path})
    lines = lines_of(path)
    header = next(lines, [])
    missing = sorted(mapping.columns - set(header))
    if missing:
        raise Unreadable(_("文件里没有映射要用的列：%(columns)s") % {"columns": "、".join(missing)})
    for number, values in enumerate(lines, 2):
        if not any(values):
            continue
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
            log.warning("a table of cases could not be read: %s", error)
            raise Unreadable(_("文件里有读不成表格的地方：多半是引号没有成对，或一格的内容太长。请用 Excel 打开，另存为 xlsx 再传。")) from error


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
        if not book.worksheets:
            raise Unreadable(_("这个工作簿里没有工作表"))
        for values in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell(value) for value in values]
    except BROKEN as error:
        if isinstance(error, Unreadable):
            raise
        log.warning("a workbook of cases could not be read: %r", error)
        raise Unreadable(_("这个 Excel 文件打不开：可能没有传完，或已损坏。请用 Excel 打开，另存为 xlsx 再传。")) from error


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
    if len(said.key) > KEY_LENGTH:
        raise RowRefused(_("编号超过 %(most)d 个字：%(key)s") % {"most": KEY_LENGTH, "key": said.key})
    if "reported_at" not in said.times:
        raise RowRefused(_("没有上报时间"))
    _lengths(said, mapping)
    return said


def _lengths(said: Said, mapping: Mapping) -> None:
    """What does not fit is told whole beside the case. A name or a telephone is not: cut, it is somebody else's, and beside the
    case nobody would hide it; the row is refused, and comes again with the cell made shorter."""
    for name in ("reporter_name", "reporter_phone"):
        if len(said.texts.get(name, "")) > LENGTHS[name]:
            told = {"field": NAMES[name], "most": LENGTHS[name], "count": len(said.texts[name])}
            raise RowRefused(_("%(field)s超过 %(most)d 个字，截短就错了，请在表里改短再来：现有 %(count)d 个字") % told)
    for what, text, most in ((NAMES["address"], said.texts.get("address", ""), LENGTHS["address"]), (_("原状态"), old_state(said, mapping), STATE_LENGTH)):
        if len(text) > most:
            said.flags.append(_("%(field)s超过 %(most)d 个字，只写入了前面的，全文是：%(text)s") % {"field": what, "most": most, "text": text})


def old_state(said: Said, mapping: Mapping) -> str:
    """The other system's own word for where the case stood."""
    return " ".join(said.raw.get(column, "") for column in mapping.entries["state"].columns) or said.texts["state"]


def _value(said: Said, name: str, entry: Entry) -> None:
    text = " ".join(filter(None, (said.raw.get(column, "") for column in entry.columns)))
    if entry.kind == "time":
        if not text:
            return
        try:
            said.times[name] = moment(text, entry)
        except (ValueError, OverflowError) as error:
            raise RowRefused(_("%(field)s 的时间看不懂：%(text)s") % {"field": entry.columns[0], "text": text}) from error
    elif entry.kind == "text":
        said.texts[name] = text
    elif entry.table is not None and text in entry.table:
        said.texts[name] = entry.table[text]
    elif entry.table is None and is_ours(name, text):
        said.texts[name] = text
    elif entry.default is not None:
        said.texts[name] = entry.default
    else:
        raise RowRefused(_("%(field)s 的取值不在对照表里：%(text)s") % {"field": entry.columns[0], "text": text or _("（空）")})


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
