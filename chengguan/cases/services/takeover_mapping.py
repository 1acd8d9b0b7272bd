"""The mapping of another system's export to our fields, from a page or a TOML file, checked as a whole before a row is read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pyproj import CRS
from pyproj.exceptions import CRSError

from chengguan.cases.models import SOURCES
from chengguan.cases.workflow import STATES
from chengguan.standards import codes

TIMES = ("occurred_at", "reported_at", "filed_at", "dispatched_at", "reported_back_at", "verified_at", "closed_at", "deadline")
TEXTS = ("key", "description", "address", "reporter_name", "reporter_phone", "closing_note")
FIELDS = (*TIMES, *TEXTS, "state", "on_time", "matter_code", "source", "department", "position")
KINDS = {
    **dict.fromkeys(TIMES, "time"), **dict.fromkeys(TEXTS, "text"), "state": "state", "on_time": "code", "matter_code": "code",
    "source": "code", "department": "code", "position": "position",
}  # fmt: skip
"""What a field is read as unless the mapping gives it a constant."""
NAMES: dict[str, Any] = {
    "key": gettext_lazy("对方编号"), "reported_at": gettext_lazy("上报时间"), "state": gettext_lazy("状态"), "occurred_at": gettext_lazy("发生时间"),
    "filed_at": gettext_lazy("立案时间"), "dispatched_at": gettext_lazy("派遣时间"), "reported_back_at": gettext_lazy("反馈时间"),
    "verified_at": gettext_lazy("核查时间"), "closed_at": gettext_lazy("办结时间"), "deadline": gettext_lazy("处置截止时间"),
    "on_time": gettext_lazy("是否按时"), "description": gettext_lazy("问题描述"), "closing_note": gettext_lazy("结案意见"),
    "address": gettext_lazy("地址描述"), "reporter_name": gettext_lazy("举报人姓名"), "reporter_phone": gettext_lazy("举报人电话"),
    "matter_code": gettext_lazy("案件类别"), "source": gettext_lazy("来源"), "department": gettext_lazy("责任单位"), "position": gettext_lazy("坐标"),
}  # fmt: skip
"""In the order of the form."""
ASKED = ("key", "reported_at", "state")
OPEN_STATES = ("reported", "awaiting_filing", "awaiting_dispatch")
"""Where a case that the other system had not ended goes on: at a desk of the centre, never with somebody who does not know of it."""
ENDED_STATES = ("closed", "refused", "declined", "answered", "transferred", "voided")
OURS: dict[str, tuple[str, ...]] = {
    "state": (*OPEN_STATES, *ENDED_STATES), "on_time": ("yes", "no", ""), "source": tuple(key for key, _name in SOURCES),
}  # fmt: skip
"""The codes a field may hold, but for the classes, which are a book of their own."""
DEGREES = 4490
LONGEST_NAME = 60


class BadMapping(ValueError):
    """The mapping cannot be used; the words say which field and what is expected, as the page calls them. `written` is how a
    mapping file writes the same."""

    def __init__(self, words: str, written: str = "") -> None:
        super().__init__(words)
        self.written = written


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
    """The mapping, or BadMapping, which names the entry of the file."""
    try:
        told = tomllib.loads(text)
        check_name(told)
        return mapping_of(told)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(_("映射文件不是 TOML：%(error)s") % {"error": error}) from error
    except BadMapping as wrong:
        raise BadMapping(_("%(words)s（映射文件里：%(written)s）") % {"words": wrong, "written": wrong.written}) from wrong


def check_name(told: dict[str, Any]) -> None:
    """Where a name is typed. A longer one that a batch keeps goes on as it is: it only stands in the words of a step."""
    if len(str(told.get("name", ""))) > LONGEST_NAME:
        raise BadMapping(_("“叫什么”太长，请改到 %(most)d 字以内") % {"most": LONGEST_NAME}, "name")


def mapping_of(told: dict[str, Any]) -> Mapping:
    """The same from what such a file says, as a page makes it up and a batch keeps it."""
    system, fields = str(told.get("system", "")).strip(), told.get("fields")
    if not system or len(system) > 30:
        raise BadMapping(_("请填“对方系统的代号”，30 字以内"), "system")
    if not isinstance(fields, dict):
        raise BadMapping(_("还没有说明哪一列是什么"), "[fields]")
    unknown = [name for name in fields if name not in FIELDS]
    if unknown:
        raise BadMapping(_("没有这样的字段：%(names)s") % {"names": "、".join(unknown)}, f"[fields] {'、'.join(FIELDS)}")
    missing = [name for name in ASKED if name not in fields]
    if missing:
        names = "、".join(str(NAMES[name]) for name in missing)
        raise BadMapping(_("还没有说明这些在哪一列：%(names)s") % {"names": names}, f"[fields] {'、'.join(missing)}")
    zone, crowd = str(told.get("zone", "Asia/Shanghai")), told.get("crowd", 10)
    if not isinstance(crowd, int) or crowd < 2:
        raise BadMapping(_("同一点上多少行算多，应为大于 1 的整数"), "crowd")
    entries, wrong = dict[str, Entry](), list[BadMapping]()
    for name, given in fields.items():
        try:
            entries[name] = _entry(name, given, zone)
        except BadMapping as fault:
            wrong.append(fault)
    if wrong:
        raise BadMapping("；".join(dict.fromkeys(map(str, wrong))), "；".join(each.written for each in wrong))
    return Mapping(system, str(told.get("name", system)), crowd, entries)


def _entry(name: str, given: Any, zone: str) -> Entry:
    its, at = {"field": NAMES[name]}, f"fields.{name}"
    if not isinstance(given, dict):
        raise BadMapping(_("没有写明“%(field)s”在哪一列") % its, f"{at} column、value")
    if "value" in given:
        value = str(given["value"])
        _check_target(name, value)
        return Entry("constant", value=value)
    kind = KINDS[name]
    if kind == "position":
        spot = (str(given.get("lon", "")), str(given.get("lat", "")))
        crs = str(given.get("crs", DEGREES)).lower()
        if not all(spot):
            raise BadMapping(_("坐标要经度、纬度两列都选"), f"{at} lon、lat")
        _check_crs(crs)
        return Entry(kind, spot, crs=crs)
    column = given.get("column")
    columns = tuple(map(str, column)) if isinstance(column, list) and kind == "text" else (str(column),) if column else ()
    if not columns:
        raise BadMapping(_("没有写明“%(field)s”在哪一列") % its, f"{at} column、value")
    try:
        its_zone = ZoneInfo(str(given.get("zone", zone)))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadMapping(_("没有叫“%(zone)s”的时区，北京时间写 Asia/Shanghai") % {"zone": given.get("zone", zone)}, f"zone、{at} zone") from error
    table = given.get("table")
    if kind in ("state", "code"):
        if table is not None and not isinstance(table, dict):
            raise BadMapping(_("“%(field)s”的对照表读不懂") % its, f"{at}.table")
        if kind == "state" and not table:
            raise BadMapping(_("“状态”还没有对照：他们的每个状态各对应我们的哪个状态"), f"{at}.table")
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
        raise BadMapping(_("没有这个坐标系：%(crs)s。请从列出的里选，或填 EPSG 编号") % {"crs": crs}, "fields.position crs") from error


def _check_target(name: str, value: str) -> None:
    """What a table or a constant leads to must be something of ours."""
    if not is_ours(name, value):
        words = _("“%(field)s”里没有“%(value)s”，不能对照到它") % {"field": NAMES[name], "value": _(STATES.get(value, value))}
        raise BadMapping(words, f"fields.{name} = {value}；{'、'.join(each for each in OURS.get(name, ()) if each)}".rstrip("；"))


def is_ours(name: str, value: str) -> bool:
    """Whether the field can hold this code; of fields without codes anything."""
    if name == "matter_code":
        return not value or value in codes.in_force().matters
    return name not in OURS or value in OURS[name]


def moment(text: str, entry: Entry) -> datetime:
    """The moment in UTC, of a text in the entry's format and zone (ISO 8601 without one). ValueError when it is none."""
    found = datetime.strptime(text, entry.format) if entry.format else datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=entry.zone)).astimezone(UTC)
