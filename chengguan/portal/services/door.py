"""The door for programs: a county's hotline, an app. With a key, or without one as anybody may; the same id twice is one report."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from chengguan.cases import services as cases
from chengguan.cases.models import Case
from chengguan.cases.selectors.configuration import held
from chengguan.people.selectors import ANONYMOUS, Who
from chengguan.people.typed import can_be_stored, telephone
from chengguan.places.coordinates import bd09_to_wgs84, gcj02_to_wgs84
from chengguan.places.models import UnitGrid
from chengguan.places.selectors import geocode, grid_at, inside_county
from chengguan.portal import selectors
from chengguan.portal.models import Partner
from chengguan.portal.services.refusals import Rejected
from chengguan.portal.services.reporting import LONGEST_WORDS, photos_refused, point_of, put_photos
from chengguan.portal.services.senders import count_partner, count_stranger, count_try
from chengguan.standards import codes

FROM_CRS: dict[str, Any] = {
    "wgs84": lambda lon, lat: (lon, lat),
    "cgcs2000": lambda lon, lat: (lon, lat),
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}
"""In what a point may be said. Always named: one taken for another lies half a kilometre away."""
LONGEST = {"id": 64, "matter": 5, "description": 2000, "address": 100, "reporter_name": 30, "reporter_phone": 30, "crs": 10, "occurred_at": 40}
FIELDS = (*LONGEST, "lon", "lat")
SHORTEST_RANDOM_ID = 20
"""Characters of the id of who has no key: whoever guesses an id would be told of a stranger's report."""
ID = re.compile(r"^[!-~]+$")
CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True)
class Taken:
    """The report's case; whether this call made it; what else was reported there lately."""

    case: Case
    created: bool
    near: Sequence[selectors.Near] = ()


@dataclass(frozen=True)
class Report:
    """What was sent, as it is understood."""

    id: str
    matter: str
    description: str
    address: str
    reporter_name: str
    reporter_phone: str
    point: Point | None
    grid: UnitGrid | None
    occurred_at: datetime | None


def take(given: Mapping[str, Any], photos: Sequence[Any], partner: Partner | None, ip: str) -> Taken:
    """Take a program's report into the desk; what it says is in FIELDS. Rejected, with the fields at fault, otherwise."""
    own_id = _id(given, partner)
    key = f"partner:{partner.pk}:{own_id}" if partner else f"open:{own_id}"
    known = cases.known_by(key)
    if known is not None:
        return Taken(known, False)
    with held():
        if partner is None:
            count_try(ip)
        report = _read(given, photos, partner, own_id)
        if partner is None:
            count_stranger(ip)
        else:
            count_partner(partner)
        kept = put_photos(photos)
        near = selectors.repeated(ANONYMOUS, report.point, report.matter) if report.point else []
        now = timezone.now()
        try:
            case = cases.register(
                Who(None, partner.name, is_system=True, ip=ip) if partner else ANONYMOUS,
                source=partner.source if partner else "citizen", point=report.point, unit_grid=report.grid, matter_code=report.matter,
                description=report.description, address=report.address, reporter_name=report.reporter_name, reporter_phone=report.reporter_phone,
                occurred_at=report.occurred_at, photos=kept, source_key=key, looked_up=True, followed=True, now=now,
                said={"id": own_id, **({"partner": partner.name} if partner else {}), **{name: given[name] for name in ("lon", "lat", "crs") if name in given}},
            )  # fmt: skip
        except cases.Refused as error:
            raise Rejected([error.words]) from error
    return Taken(case, case.reported_at == now, near)


def _id(given: Mapping[str, Any], partner: Partner | None) -> str:
    words, own_id = "", str(given.get("id") or "").strip()
    if not own_id:
        words = _("请给每件上报一个自己的编号（id），同一件重发时不变。")
    elif len(own_id) > LONGEST["id"] or not ID.match(own_id):
        words = _("编号（id）只能是 %(most)d 个以内的字母、数字和符号，不含空格。") % {"most": LONGEST["id"]}
    elif partner is None and len(own_id) < SHORTEST_RANDOM_ID:
        words = _("没有密钥时，编号（id）要用别人猜不到的，例如 UUID，至少 %(least)d 个字符。") % {"least": SHORTEST_RANDOM_ID}
    if words:
        raise Rejected([words], {"id": words})
    return own_id


def _read(given: Mapping[str, Any], photos: Sequence[Any], partner: Partner | None, own_id: str) -> Report:
    """Everything that is wrong with it at once."""
    wrong: dict[str, str] = {name.encode(errors="replace").decode(): _("没有这个字段。") for name in given if name not in FIELDS}
    text = {name: _text(name, given, wrong) for name in LONGEST if name != "id"}
    if text["matter"] and text["matter"] not in codes.in_force().matters and "matter" not in wrong:
        wrong["matter"] = _("没有这个案件类别：%(code)s") % {"code": text["matter"]}
    if not text["matter"] and len(text["description"]) < 2 and not photos:
        wrong.setdefault("description", _("请说明是什么问题：类别代码（matter）、一句话（description）或照片，至少要有一样。"))
    if partner is None and len(text["description"].replace("\r\n", "\n")) > LONGEST_WORDS:
        wrong["description"] = _("写得太长了，请压缩到 %(most)d 字以内。") % {"most": LONGEST_WORDS}
    phone = telephone(text["reporter_phone"], short=partner is not None)
    if phone is None and partner is None:
        wrong["reporter_phone"] = _("电话号码好像不对，请检查一下，或者空着不填。")
    text["reporter_phone"] = phone or text["reporter_phone"]
    if words := photos_refused(photos):
        wrong["photos"] = words
    occurred_at = _moment(text.pop("occurred_at"), wrong)
    point = _point(given, text.pop("crs"), text["address"], wrong)
    grid = grid_at(point) if point else None
    if point is not None and grid is None and not inside_county(point):
        wrong["lon"] = _("这个位置不在本县范围内；也请检查坐标系（crs）是否说对了。")
    if point is None and not {"lon", "lat", "crs"} & wrong.keys() and (partner is None or not text["address"]):
        wrong["address"] = _("这个地址在本县的地址库里没有找到，请给出经纬度（lon、lat、crs）。") if text["address"] else _("请给出位置：经纬度（lon、lat、crs）或地址。")
    if wrong:
        raise Rejected([f"{name}: {words}" for name, words in wrong.items()], wrong)
    return Report(id=own_id, point=point, grid=grid, occurred_at=occurred_at, **text)


def _text(name: str, given: Mapping[str, Any], wrong: dict[str, str]) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        wrong[name] = _("应为文字。")
        return ""
    if not can_be_stored(value):
        wrong[name] = _("有不能保存的字符。")
    elif len(value.strip()) > LONGEST[name]:
        wrong[name] = _("写得太长了，请压缩到 %(most)d 字以内。") % {"most": LONGEST[name]}
    return value.strip()


def _moment(text: str, wrong: dict[str, str]) -> datetime | None:
    """When it happened, by the sender's word: with its time zone, and not in the future."""
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year < 2000:
        wrong.setdefault("occurred_at", _("应为带时区的时间，例如 2026-11-27T20:30:00+08:00。"))
        return None
    if found > timezone.now() + CLOCKS_DIFFER:
        wrong["occurred_at"] = _("发生时间在将来。")
    return found


def _point(given: Mapping[str, Any], crs: str, address: str, wrong: dict[str, str]) -> Point | None:
    """The point that was said, in our own coordinates; without one that of the address, if the county knows exactly it."""
    lon, lat = given.get("lon"), given.get("lat")
    if lon in (None, "") and lat in (None, ""):
        exact = [each for each in geocode(address, limit=1) if address in (each.name, each.full)] if address and "address" not in wrong else []
        return exact[0].point if exact else None
    said = None if isinstance(lon, bool) or isinstance(lat, bool) else point_of(lon, lat)
    if said is None:
        wrong["lon"] = _("经度、纬度（lon、lat）应为以度为单位的两个数。")
    if crs not in FROM_CRS:
        wrong["crs"] = _("请说明坐标系（crs）：%(names)s。高德、腾讯地图是 gcj02，手机定位一般是 wgs84。") % {"names": "、".join(FROM_CRS)}
    if said is None or crs not in FROM_CRS:
        return None
    x, y = FROM_CRS[crs](said.x, said.y)
    return Point(float(x), float(y), srid=4490)
