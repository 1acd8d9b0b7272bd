"""A town of four squares for tests of pages: two communities, a road with doors, two lamps, and the people of the demo."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from chengguan.cases import services
from chengguan.cases.models import Case
from chengguan.cases.selectors import actions_for
from chengguan.demo.people import load_people
from chengguan.observations.models import LatestState
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import SYSTEM, Who, who_is
from chengguan.places.models import Address, Area, AreaName, GridMembership, ResponsibilityGrid, UnitGrid
from chengguan.things.models import Component, Device, Gateway
from chengguan.things.services import put_attachment

SEAT = Point(108.9916, 28.4482, srid=4490)
SINCE = date(2026, 1, 1)
LAMP_MATTER, COVER_MATTER = "01037", "01003"


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4490)


def build(latest: bool = True) -> dict[str, Any]:
    """Make the town; the objects tests ask for by name."""
    county = area("county", "500241", "秀山土家族苗族自治县", box(108.9, 28.4, 109.1, 28.5))
    street = area("township", "500241001", "中和街道", box(108.9, 28.4, 109.1, 28.5), county)
    communities = [
        area("community", "500241001001", "凤凰社区", box(108.9, 28.4, 108.9916, 28.5), street),
        area("community", "500241001002", "东风路社区居民委员会东段片区（含武陵山商贸物流园）", box(108.9916, 28.4, 109.1, 28.5), street),
    ]
    cells = []
    for number, (west, east, community) in enumerate(((108.9, 108.9916, communities[0]), (108.9916, 109.1, communities[1])), 1):
        cell = UnitGrid.objects.create(
            code=f"{community.code}{number:03d}", community=community, geom=box(west, 28.4, east, 28.5), area_m2=10_000, valid_from=SINCE
        )
        cells.append(cell)
    grid = ResponsibilityGrid.objects.create(code="Z01", name="城中责任网格", geom=box(108.9, 28.4, 109.1, 28.5), valid_from=SINCE)
    GridMembership.objects.create(unit_grid=cells[0], responsibility_grid=grid, valid_from=SINCE)
    for number in (116, 118):
        Address.objects.create(
            kind="door", name=f"渝秀大道{number}号", full=f"中和街道渝秀大道{number}号", pinyin=f"yuxiudadao{number}hao",
            initials=f"yxdd{number}h", road="渝秀大道", number=number, point=Point(108.9914 + number / 1e6, 28.4482, srid=4490), community=communities[0],
        )  # fmt: skip
    load_people()
    services.set_setting(SYSTEM, "handling.crew_review", [COVER_MATTER])
    return {"county": county, "street": street, "cells": cells, "grid": grid, **_things(cells[0], latest)}


def area(level: str, code: str, name: str, geom: MultiPolygon, parent: Area | None = None) -> Area:
    area = Area.objects.create(level=level, code=code, name=name, geom=geom, parent=parent)
    AreaName.objects.create(area=area, code=code, name=name, lineage="nbs", valid_from=SINCE)
    return area


def _things(cell: UnitGrid, latest: bool) -> dict[str, Any]:
    lighting, drainage = (Organisation.objects.get(code=code) for code in ("lighting", "drainage"))
    lamp = _component("50024101037004711", LAMP_MATTER, "路灯", "L-004711", 108.9915, cell, lighting)
    cover = _component("50024101003000123", COVER_MATTER, "雨水井盖", "MH-000123", 108.9912, cell, drainage)
    gateway = Gateway.objects.create(key="C-012", name="12号控制箱", subsystem="street_lights")
    radio = Gateway.objects.create(key="MG-007", name="井盖网关 7 号", subsystem="manholes")
    device = Device.objects.create(
        subsystem="street_lights", key="L-004711", model="lamp_controller", name="单灯 L-004711", component=lamp, gateway=gateway,
        attributes={"rated_w": 100},
    )  # fmt: skip
    tag = Device.objects.create(
        subsystem="manholes", key="MH-000123", model="radio_tag", name="井盖标签 MH-000123", component=cover, gateway=radio
    )
    if latest:
        LatestState.objects.create(device=device, seen_at=timezone.now(), measured_at=timezone.now(), values={"on": 1, "power": 86.0})
    return {"lamp": lamp, "device": device, "gateway": gateway, "cover": cover, "tag": tag}


def _component(code: str, class_code: str, name: str, label: str, lon: float, cell: UnitGrid, owner: Organisation) -> Component:
    return Component.objects.create(
        code=code, class_code=class_code, name=name, label=label, point=Point(lon, 28.4482, srid=4490), unit_grid=cell,
        address="渝秀大道118号附近", owner=owner, maintainer=owner,
    )  # fmt: skip


def person(username: str) -> Who:
    return who_is(Account.objects.get(username=username))


def photo_file(name: str = "photo.jpg", colour: tuple[int, int, int] = (90, 110, 130)) -> SimpleUploadedFile:
    body = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(body, "JPEG")
    return SimpleUploadedFile(name, body.getvalue(), content_type="image/jpeg")


def a_photo(who: Who | None = None) -> Any:
    return put_attachment(photo_file(colour=(timezone.now().microsecond % 255, 80, 120)), who)


def dark_lamp(town: dict[str, Any], **given: Any) -> Case:
    """A report of the dark lamp, as a caller would bring it."""
    common: dict[str, Any] = {
        "source": "hotline", "component": town["lamp"], "matter_code": LAMP_MATTER, "description": "路灯不亮，晚上看不清路",
        "reporter_phone": "13800001234", "reporter_name": "田先生",
    }  # fmt: skip
    return services.register(person("hotline"), **{**common, **given})


# what each step of the main path is given, and by whom
PATH: tuple[tuple[str, str], ...] = (
    ("accept", "accept"), ("shift", "file"), ("dispatch", "dispatch"), ("lighting", "receive"), ("lighting", "assign"),
    ("crew", "report_back"), ("dispatch", "forward"), ("accept", "send_to_verify"), ("inspect", "verify"),
    ("accept", "accept_result"), ("shift", "close"),
)  # fmt: skip


def walk(case: Case, until: str) -> Case:
    """Take the case along the main path with what is suggested, up to and including the action `until`."""
    for username, slug in PATH:
        case.refresh_from_db()
        move(case, username, slug)
        if slug == until:
            break
    case.refresh_from_db()
    return case


def move(case: Case, username: str, slug: str, **given: Any) -> None:
    who = person(username)
    action = next((each for each in actions_for(who, case) if each.slug == slug), None)
    assert action is not None, f"{username} may not {slug} in {case.state}: {[each.slug for each in actions_for(who, case)]}"
    filled = {**{each.name: given.get(each.name) or _filling(each, who, case) for each in action.fields if each.required}, **given}
    services.act(who, case, slug, **filled)


def _filling(field: Any, who: Who, case: Case) -> Any:
    if field.kind == "inspector":
        return Account.objects.get(username="inspect").pk  # the one who walks in every story
    if field.value:
        return field.value
    if field.kind == "photos":
        return [a_photo(who)]
    if field.kind == "position":
        return (case.point.x, case.point.y, 8.0) if case.point else None
    if field.kind == "datetime":
        return timezone.now() + timedelta(days=10)
    if field.name in ("true", "passed"):
        return "yes"
    if field.options:
        return field.options[0][0]
    return "已办"
