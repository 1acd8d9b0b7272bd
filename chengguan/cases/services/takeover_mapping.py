"""The mapping of another system's export to our fields: a TOML file, checked as a whole before a row is read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from pyproj import CRS
from pyproj.exceptions import CRSError

from chengguan.cases.models import SOURCES
from chengguan.standards import codes

TIMES = ("occurred_at", "reported_at", "filed_at", "dispatched_at", "reported_back_at", "verified_at", "closed_at", "deadline")
TEXTS = ("key", "description", "address", "reporter_name", "reporter_phone", "closing_note")
FIELDS = (*TIMES, *TEXTS, "state", "on_time", "matter_code", "source", "department", "position")
KINDS = {
    **dict.fromkeys(TIMES, "time"), **dict.fromkeys(TEXTS, "text"), "state": "state", "on_time": "code", "matter_code": "code",
    "source": "code", "department": "code", "position": "position",
}  # fmt: skip
"""What a field is read as unless the mapping gives it a constant."""
ASKED = ("key", "reported_at", "state")
OPEN_STATES = ("reported", "awaiting_filing", "awaiting_dispatch")
"""Where a case that the other system had not ended goes on: at a desk of the centre, never with somebody who does not know of it."""
ENDED_STATES = ("closed", "refused", "declined", "answered", "transferred", "voided")
DEGREES = 4490


class BadMapping(ValueError):
    """The mapping cannot be used; the words say which entry and what is expected."""


@dataclass(frozen=True)
class Entry:
    """How one field is read. `columns` are joined for a text; of a position they are longitude and latitude."""

    kind: str
    columns: tuple[str, ...] = ()
    format: str = ""
    zone: ZoneInfo | None = None
    crs: str = ""
    table: dict[str, str] | None = None
    default: str | None = None
    value: str = ""


@dataclass(frozen=True)
class Mapping:
    system: str
    name: str
    crowd: int
    """That many rows on one point are flagged."""
    entries: dict[str, Entry]

    @property
    def columns(self) -> set[str]:
        return {column for entry in self.entries.values() for column in entry.columns}

    @property
    def private(self) -> set[str]:
        """Columns that say who reported."""
        return {column for name in ("reporter_name", "reporter_phone") if name in self.entries for column in self.entries[name].columns}

    def kept(self, raw: dict[str, str]) -> dict[str, str]:
        """Of a row what is kept beside the case: who reported stands in the case alone, from where it can be hidden."""
        return {name: value for name, value in raw.items() if name not in self.private}


def private_columns(told: dict[str, Any]) -> set[str]:
    """The same of a mapping that is not complete yet."""
    columns: set[str] = set()
    for name in ("reporter_name", "reporter_phone"):
        column = (told.get("fields", {}).get(name) or {}).get("column") or []
        columns |= set(column if isinstance(column, list) else [column])
    return columns


def read_mapping(text: str) -> Mapping:
    """The mapping, or BadMapping."""
    try:
        return mapping_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(_("映射文件不是 TOML：%(error)s") % {"error": error}) from error


def mapping_of(told: dict[str, Any]) -> Mapping:
    """The same from what such a file says, as a page makes it up."""
    system, fields = str(told.get("system", "")).strip(), told.get("fields")
    if not system or len(system) > 30 or not isinstance(fields, dict):
        raise BadMapping(_("映射文件需要 system（30 字以内的系统代号）与 [fields]"))
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise BadMapping(_("没有这个字段：%(names)s。可用的有：%(known)s") % {"names": "、".join(unknown), "known": "、".join(FIELDS)})
    missing = [name for name in ASKED if name not in fields]
    if missing:
        raise BadMapping(_("映射文件缺少字段：%(names)s") % {"names": "、".join(missing)})
    zone, crowd = str(told.get("zone", "Asia/Shanghai")), told.get("crowd", 10)
    if not isinstance(crowd, int) or crowd < 2:
        raise BadMapping(_("crowd 应为大于 1 的整数"))
    entries = {name: _entry(name, given, zone) for name, given in fields.items()}
    return Mapping(system, str(told.get("name", system))[:60], crowd, entries)


def _entry(name: str, given: Any, zone: str) -> Entry:
    if not isinstance(given, dict):
        raise BadMapping(_("%(field)s 应写成 { column = \"列名\" }") % {"field": name})
    if "value" in given:
        value = str(given["value"])
        _check_target(name, value)
        return Entry("constant", value=value)
    kind = KINDS[name]
    if kind == "position":
        spot = (str(given.get("lon", "")), str(given.get("lat", "")))
        crs = str(given.get("crs", DEGREES)).lower()
        if not all(spot):
            raise BadMapping(_("position 应写明 lon 与 lat 两列"))
        _check_crs(crs)
        return Entry(kind, spot, crs=crs)
    column = given.get("column")
    columns = tuple(map(str, column)) if isinstance(column, list) and kind == "text" else (str(column),) if column else ()
    if not columns:
        raise BadMapping(_("%(field)s 应写明 column 或 value") % {"field": name})
    try:
        its_zone = ZoneInfo(str(given.get("zone", zone)))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadMapping(_("没有这个时区：%(zone)s") % {"zone": given.get("zone", zone)}) from error
    table = given.get("table")
    if kind in ("state", "code"):
        if table is not None and not isinstance(table, dict):
            raise BadMapping(_("%(field)s 的 table 应为对照表") % {"field": name})
        if kind == "state" and not table:
            raise BadMapping(_("state 需要 table：对方的状态各对应我们的哪个状态"))
        for target in [*(table or {}).values(), *([given["default"]] if "default" in given else [])]:
            _check_target(name, str(target))
    return Entry(
        kind, columns, str(given.get("format", "")), its_zone, table={str(key): str(to) for key, to in table.items()} if table else None,
        default=str(given["default"]) if "default" in given else None,
    )  # fmt: skip


def _check_crs(crs: str) -> None:
    if crs in ("gcj02", "bd09"):
        return
    try:
        CRS.from_user_input(int(crs) if crs.isdigit() else crs)
    except CRSError as error:
        raise BadMapping(_("没有这个坐标系：%(crs)s") % {"crs": crs}) from error


def _check_target(name: str, value: str) -> None:
    """What a table or a constant leads to must be something of ours."""
    known: tuple[str, ...] | None = None
    if name == "state":
        known = (*OPEN_STATES, *ENDED_STATES)
    elif name == "on_time":
        known = ("yes", "no", "")
    elif name == "source":
        known = tuple(key for key, _name in SOURCES)
    elif name == "matter_code":
        known = ("", *codes.in_force().matters)
    if known is not None and value not in known:
        shown = "、".join(known[:12])
        raise BadMapping(_("%(field)s 不能是 %(value)s。可用的有：%(known)s") % {"field": name, "value": value, "known": shown})


def moment(text: str, entry: Entry) -> datetime:
    """The moment in UTC, of a text in the entry's format and zone (ISO 8601 without one). ValueError when it is none."""
    found = datetime.strptime(text, entry.format) if entry.format else datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=entry.zone)).astimezone(UTC)
