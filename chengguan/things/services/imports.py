"""Components from a spreadsheet, row by row: a row that is refused is named with its reason, the others stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from chengguan.people.models import Organisation
from chengguan.people.selectors import Who
from chengguan.people.services import Report, each_row, require
from chengguan.places.selectors import inside_county
from chengguan.standards import identifiers
from chengguan.things.models import SRID, Component
from chengguan.things.services.components import change_component, change_status, create_component

Row = Mapping[str, str]

def import_components(who: Who, rows: Sequence[Row]) -> Report:
    """By code: brought up to date; without a code: registered with a new one. Coordinates are CGCS2000 degrees."""
    require(who, "things.change")
    statuses = {word: value for value, label in Component.Status.choices for word in (value, str(label))}
    organisations = {row.code: row for row in Organisation.objects.all()}

    def organisation(code: str) -> Organisation | None:
        if code and code not in organisations:
            raise ValidationError(_("没有编码为 %(code)s 的机构") % {"code": code})
        return organisations.get(code)

    def take(row: Row) -> str:
        status = statuses.get(row["状态"] or Component.Status.INTACT)
        if status is None:
            raise ValidationError(_("没有状态“%(status)s”") % {"status": row["状态"]})
        facts: dict[str, Any] = {
            "name": row["名称"],
            "label": row["现场编号"],
            "address": row["地址"],
            "owner": organisation(row["权属单位编码"]),
            "maintainer": organisation(row["养护单位编码"]),
            "note": row["备注"],
        }
        point = _point(row)
        if not row["标识码"]:
            _new(who, row, point, status, facts)
            return "created"
        component = Component.objects.filter(code=row["标识码"]).first()
        if component is None:
            raise ValidationError(_("没有标识码 %(code)s；新部件请把标识码留空") % {"code": row["标识码"]})
        changed = {name: value for name, value in facts.items() if getattr(component, name) != value}
        if component.point.distance(point) > 1e-8:
            changed["point"] = point
        if changed:
            change_component(who, component, **changed)
        if status != component.status:
            change_status(who, component, status, _("表格导入"))
        return "changed" if changed or status != component.status else "same"

    return each_row(who, "component.import", rows, take)


def _new(who: Who, row: Row, point: Point, status: str, facts: dict[str, Any]) -> None:
    try:
        create_component(who, row["小类"], str(facts.pop("name")), point, status=status, **facts)
    except identifiers.Malformed as wrong:
        raise ValidationError(str(wrong)) from None


def _point(row: Row) -> Point:
    try:
        point = Point(float(row["经度"]), float(row["纬度"]), srid=SRID)
    except ValueError:
        raise ValidationError(_("经度、纬度须是度数，例如 108.9916、28.4482")) from None
    if not inside_county(point):
        raise ValidationError(_("位置 %(lon)s, %(lat)s 不在县域内") % {"lon": row["经度"], "lat": row["纬度"]})
    return point
