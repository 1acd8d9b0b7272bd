"""Loading areas, unit grids and addresses from rows that were read; every refused row says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from chengguan.places.models import Address, Area, AreaName, UnitGrid
from chengguan.places.projection import to_metres
from chengguan.places.services.reading import Row
from chengguan.places.services.reporting import Report
from chengguan.places.services.topology import check_topology
from chengguan.places.services.writing import (
    AddressRow,
    GridRow,
    add_area,
    as_geos,
    multi,
    name_area,
    rebuild_borders,
    write_addresses,
    write_grids,
)

LEVELS = {6: Area.Level.COUNTY, 9: Area.Level.TOWNSHIP, 12: Area.Level.COMMUNITY}
NEAR_M2 = 10_000.0
"""How far, in square metres, an area may reach beyond the one it belongs to before it is refused: surveys differ."""


def county_shape(code: str | None) -> tuple[Area, BaseGeometry]:
    """The county that rows must lie in. Area.DoesNotExist when there is none of that code."""
    found = Area.objects.filter(level=Area.Level.COUNTY).order_by("id")
    county = found.get(code=code) if code else found.first()
    if county is None:
        raise Area.DoesNotExist
    shape = shapely.from_wkb(bytes(county.geom.wkb))
    shapely.prepare(shape)
    return county, shape


def polygonal(shape: BaseGeometry | None) -> BaseGeometry | None:
    """A valid polygon or multipolygon, mended if it can be; None otherwise."""
    if shape is None or shape.is_empty:
        return None
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return shape if shape.geom_type in {"Polygon", "MultiPolygon"} and not shape.is_empty else None


def day_of(value: Any, default: dt.date) -> dt.date | None:
    """A date from 2026-01-31, 2026/1/31 or 20260131; None when it is none of them."""
    if not value:
        return default
    text = str(value).strip().split(" ")[0].replace("/", "-")
    try:
        if text.isdigit() and len(text) == 8:
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        return dt.date(*(int(part) for part in text.split("-")))
    except (ValueError, TypeError):
        return None


@transaction.atomic
def load_areas(rows: Iterable[Row], report: Report, lineage: str = "nbs", since: dt.date | None = None) -> Report:
    """Rows with a shape are areas, new or drawn anew; rows without are names and codes another list gives to areas
    that are already here, found by name. Fields: code, name, level, parent, lineage, valid_from."""
    today = timezone.localdate()
    drawn = 0
    listed = sorted(report.counted(rows), key=lambda row: (len(str(row.fields.get("code") or row.fields.get("adcode") or "")), row.number))
    for row in listed:
        code, name = str(row.fields.get("code") or row.fields.get("adcode") or "").strip(), str(row.fields.get("name") or "").strip()
        valid_from = day_of(row.fields.get("valid_from"), since or today)
        if not name or not code.isdigit() or len(code) not in LEVELS:
            report.refuse(row, _("需要 6、9 或 12 位数字代码(code)和名称(name)：%(code)s %(name)s") % {"code": code, "name": name})
        elif valid_from is None:
            report.refuse(row, _("日期看不懂：%(day)s") % {"day": row.fields.get("valid_from")})
        elif row.geom is None:
            _name_known(row, report, str(row.fields.get("lineage") or lineage), code, name, valid_from)
        else:
            drawn += _draw(row, report, lineage, code, name, valid_from)
    if drawn:
        rebuild_borders()
    return report


def _name_known(row: Row, report: Report, lineage: str, code: str, name: str, valid_from: dt.date) -> None:
    area = Area.objects.filter(level=LEVELS[len(code)], names__name=name).order_by("code").distinct().first()
    if area is None:
        report.refuse(row, _("没有名为%(name)s的区域，本行也没有图形：%(code)s") % {"name": name, "code": code})
        return
    holder = AreaName.objects.filter(lineage=lineage, code=code, valid_to=None).first()
    if holder is not None and holder.area_id != area.pk:
        report.refuse(row, _("该代码在这套代码中已属于另一区域：%(code)s %(other)s") % {"code": code, "other": holder.name})
        return
    if holder is None or holder.name != name:
        for older in area.names.filter(lineage=lineage, valid_to=None, valid_from__lt=valid_from):
            older.valid_to = valid_from
            older.save(update_fields=["valid_to"])
        name_area(area, lineage, code, name, valid_from)
    report.accepted += 1


def _draw(row: Row, report: Report, lineage: str, code: str, name: str, valid_from: dt.date) -> int:
    shape = polygonal(row.geom)
    level = LEVELS[len(code)]
    if shape is None:
        report.refuse(row, _("图形不是面，或无法修复：%(code)s") % {"code": code})
        return 0
    parent = None
    if level != Area.Level.COUNTY:
        parent = Area.objects.filter(code=code[: len(code) - 3]).first()
        if parent is None:
            report.refuse(row, _("没有上级区域：%(code)s") % {"code": code[: len(code) - 3]})
            return 0
        beyond = to_metres(shapely.difference(shape, shapely.from_wkb(bytes(parent.geom.wkb)))).area
        if beyond > NEAR_M2:
            report.refuse(row, _("图形超出上级区域：%(name)s 超出 %(m2).0f 平方米") % {"name": name, "m2": beyond})
            return 0
    known = Area.objects.filter(code=code).first()
    if known is None:
        known = add_area(level, code, name, shape, parent, outline_source=report.source[:200])
        name_area(known, lineage, code, name, valid_from)
    else:
        known.geom, known.outline_source, known.synthetic = as_geos(multi(shape)), report.source[:200], False
        known.save(update_fields=["geom", "outline_source", "synthetic"])
    report.accepted += 1
    return 1


@transaction.atomic
def load_grids(rows: Iterable[Row], report: Report, since: dt.date | None = None) -> Report:
    """Unit grids with their 15-digit code; fields code, kind, valid_from, note. A number is never used twice; a grid
    that overlaps another or leaves its community is refused; what remains uncovered is noted."""
    today = timezone.localdate()
    communities = {area.code: area for area in Area.objects.filter(level=Area.Level.COMMUNITY).defer("geom", "geom_3857")}
    used = set(UnitGrid.objects.values_list("code", flat=True))
    good: dict[str, tuple[Row, GridRow]] = {}
    for row in report.counted(rows):
        code = str(row.fields.get("code") or "").strip()
        shape = polygonal(row.geom)
        valid_from = day_of(row.fields.get("valid_from"), since or today)
        if len(code) != 15 or not code.isdigit() or not int(code[12:]):
            report.refuse(row, _("标识码应为 15 位数字，顺序号从 001 起：%(code)s") % {"code": code})
        elif code in used:
            report.refuse(row, _("标识码已使用过，不得重复：%(code)s") % {"code": code})
        elif code[:12] not in communities:
            report.refuse(row, _("没有这个社区：%(code)s") % {"code": code[:12]})
        elif shape is None:
            report.refuse(row, _("图形不是面，或无法修复：%(code)s") % {"code": code})
        elif valid_from is None:
            report.refuse(row, _("日期看不懂：%(day)s") % {"day": row.fields.get("valid_from")})
        else:
            used.add(code)
            kind = "coarse" if str(row.fields.get("kind") or "").lower() in {"coarse", "整体", "社区整体网格"} else "fine"
            area = round(to_metres(shape).area, 1)
            good[code] = row, GridRow(code, communities[code[:12]].pk, kind, shape, area, valid_from)
    write_grids([grid for _, grid in good.values()], synthetic=False)
    _refuse_faulty(good, report)
    report.accepted = len(good)
    return report


def _refuse_faulty(good: dict[str, tuple[Row, GridRow]], report: Report) -> None:
    """Take out again what leaves its community or overlaps, of two new ones the later row; note what stays uncovered."""
    touched = sorted({code[:12] for code in good})
    out: set[str] = set()
    for fault in check_topology(touched) if touched else []:
        new = [code for code in fault.codes if code in good]
        if fault.kind in {"gap", "missing"} or not new or out.intersection(fault.codes):
            continue
        code = max(new, key=lambda each: good[each][0].number)
        out.add(code)
        report.refuse(good[code][0], _("与社区边界或其他网格不吻合：%(fault)s") % {"fault": fault.text})
    UnitGrid.objects.filter(code__in=out).delete()
    for code in out:
        del good[code]
    report.notes += [fault.text for fault in check_topology(touched)] if touched else []


@transaction.atomic
def load_addresses(rows: Iterable[Row], report: Report, county: str | None = None) -> Report:
    """Addresses with a point: fields name, or road and number; kind road, door, poi or place; class."""
    home, outline = county_shape(county)
    communities = list(Area.objects.filter(level=Area.Level.COMMUNITY, code__startswith=home.code).select_related("parent"))
    tree = shapely.STRtree([shapely.from_wkb(bytes(area.geom.wkb)) for area in communities])
    good: list[AddressRow] = []
    seen = set(Address.objects.values_list("kind", "name"))
    for row in report.counted(rows):
        road, number = str(row.fields.get("road") or "").strip(), str(row.fields.get("number") or "").strip().removesuffix("号")
        name = str(row.fields.get("name") or (f"{road}{number}号" if road and number else road)).strip()
        kind = str(row.fields.get("kind") or ("door" if road and number else "road" if road else "poi")).strip()
        if not name or len(name) > 100:
            report.refuse(row, _("需要名称(name)或道路(road)与门牌号(number)：%(name)s") % {"name": name})
        elif kind not in Address.Kind.values:
            report.refuse(row, _("种类应为 road door poi place：%(kind)s") % {"kind": kind})
        elif kind == "door" and not number.isdigit():
            report.refuse(row, _("门牌号不是数字：%(number)s") % {"number": number})
        elif not isinstance(row.geom, shapely.Point):
            report.refuse(row, _("没有坐标，或不是点：%(name)s") % {"name": name})
        elif not shapely.intersects(outline, row.geom):
            report.refuse(row, _("不在本县范围内：%(name)s") % {"name": name})
        elif (kind, name) in seen:
            report.refuse(row, _("已有同名地址：%(name)s") % {"name": name})
        else:
            seen.add((kind, name))
            here = tree.query(row.geom, predicate="intersects")
            area = communities[int(here.min())] if len(here) else None
            full = f"{area.parent.name if area.parent else ''}{area.name}{name}" if area else name
            klass = str(row.fields.get("klass") or row.fields.get("class") or "")[:20]
            community = area.pk if area else None
            door = int(number) if kind == "door" else None
            good.append(AddressRow(kind, name, full, road, door, klass, row.geom.x, row.geom.y, community))
    write_addresses(good, synthetic=False)
    report.accepted = len(good)
    return report
