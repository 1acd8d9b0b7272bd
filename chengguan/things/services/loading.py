"""Loading components from rows that were read; every refused row says why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import shapely
from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from chengguan.people.models import Organisation
from chengguan.people.selectors import Who
from chengguan.people.services import audit, require
from chengguan.places.models import UnitGrid
from chengguan.places.services import Report, Row, county_shape, day_of
from chengguan.standards import codes, identifiers
from chengguan.things.models import Component, ComponentChange
from chengguan.things.services.components import issue_component_codes

OWN = {"code", "class_code", "name", "label", "address", "owner", "maintainer", "authority", "status", "first_date", "data_source", "note"}
FIRMS = ("owner", "maintainer", "authority")


class _Grids:
    """Unit grids in force of one county, by place."""

    def __init__(self, county: str) -> None:
        today = timezone.localdate()
        rows = UnitGrid.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), code__startswith=county, valid_from__lte=today)
        found = list(rows.order_by("code").values_list("pk", "geom"))
        self.keys = [pk for pk, _geom in found]
        self.tree = shapely.STRtree([shapely.from_wkb(bytes(geom.wkb)) for _pk, geom in found])

    def at(self, point: shapely.Point) -> int | None:
        here = self.tree.query(point, predicate="intersects")
        return self.keys[int(here.min())] if len(here) else None


@transaction.atomic
def load_components(who: Who, rows: Iterable[Row], report: Report, county: str | None = None) -> Report:
    """Components with a point: fields class_code (5 digits), name, label, code, address, owner, maintainer, authority,
    status, first_date, data_source, note; every other column is kept in attributes. A row without a code gets one."""
    require(who, "things.change")
    home, outline = county_shape(county)
    grids = _Grids(home.code)
    firms = {name: pk for pk, *names in Organisation.objects.values_list("pk", "code", "name", "short") for name in names if name}
    used = set(Component.objects.values_list("code", flat=True))
    labels = set(Component.objects.exclude(label="").values_list("class_code", "label"))
    good: list[Component] = []
    for row in report.counted(rows):
        reason = _why_not(row, outline, used, labels, firms)
        grid = grids.at(row.geom) if not reason and isinstance(row.geom, shapely.Point) else None
        if reason or grid is None:
            report.refuse(row, reason or _("不在任何单元网格内：%(label)s") % {"label": row.fields.get("label", "")})
            continue
        good.append(_component(row, grid, firms))
        used.add(good[-1].code)
        if good[-1].label:
            labels.add((good[-1].class_code, good[-1].label))
    _give_codes(good, home.code)
    Component.objects.bulk_create(good, batch_size=2000)
    ComponentChange.objects.bulk_create(
        [
            ComponentChange(component=each, who=who.name, account_id=who.account_id, to_status=each.status, note=_("成批导入"))
            for each in good
        ],
        batch_size=2000,
    )
    report.accepted = len(good)
    audit(who, "component.load", home, _("导入部件 %(accepted)d，拒绝 %(refused)d") % {"accepted": len(good), "refused": len(report.refused)})
    return report


def _why_not(row: Row, outline: BaseGeometry, used: set[str], labels: set[tuple[str, str]], firms: dict[str, int]) -> str:
    fields = {key: str(row.fields.get(key) or "").strip() for key in OWN}
    if fields["class_code"] not in codes.in_force().components:
        return _("没有这一类部件：%(code)s") % {"code": fields["class_code"]}
    if row.geom is None or row.geom.geom_type != "Point":
        return _("没有坐标，或不是点：%(label)s") % {"label": fields["label"]}
    if not shapely.intersects(outline, row.geom):
        return _("不在本县范围内：%(label)s") % {"label": fields["label"]}
    if fields["code"]:
        try:
            identifiers.check_component_code(fields["code"])
        except identifiers.Malformed as error:
            return _("标识码不合规：%(why)s") % {"why": error}
        if fields["code"] in used:
            return _("标识码已使用：%(code)s") % {"code": fields["code"]}
    if fields["label"] and (fields["class_code"], fields["label"]) in labels:
        return _("同类部件已有这个现场编号：%(label)s") % {"label": fields["label"]}
    if len(fields["label"]) > 40:
        return _("现场编号超过 40 字：%(label)s") % {"label": fields["label"]}
    if fields["status"] and fields["status"] not in Component.Status.values and fields["status"] not in Component.Status.labels:
        return _("没有这个状态：%(status)s") % {"status": fields["status"]}
    if day_of(fields["first_date"], dt.date.min) is None:
        return _("日期看不懂：%(day)s") % {"day": fields["first_date"]}
    unknown = [fields[firm] for firm in FIRMS if fields[firm] and fields[firm] not in firms]
    return _("没有这个单位：%(name)s") % {"name": unknown[0]} if unknown else ""


def _component(row: Row, grid: int, firms: dict[str, int]) -> Component:
    fields = {key: str(row.fields.get(key) or "").strip() for key in OWN}
    status = fields["status"] or Component.Status.INTACT
    if status in Component.Status.labels:
        status = next(value for value, label in Component.Status.choices if label == status)
    assert isinstance(row.geom, shapely.Point)
    return Component(
        code=fields["code"],
        class_code=fields["class_code"],
        name=(fields["name"] or codes.in_force().components[fields["class_code"]].name)[:60],
        label=fields["label"],
        point=Point(row.geom.x, row.geom.y, srid=4490),
        unit_grid_id=grid,
        address=fields["address"][:200],
        status=status,
        first_date=day_of(fields["first_date"], timezone.localdate()) or timezone.localdate(),
        data_source=fields["data_source"][:30],
        note=fields["note"][:1000],
        attributes={key: value for key, value in row.fields.items() if key not in OWN and value not in (None, "")},
        **{f"{firm}_id": firms.get(fields[firm]) for firm in FIRMS},
    )


def _give_codes(components: list[Component], county: str) -> None:
    """Codes for those that came without, class by class."""
    without: dict[str, list[Component]] = {}
    for each in components:
        if not each.code:
            without.setdefault(each.class_code, []).append(each)
    for class_code, members in sorted(without.items()):
        for each, code in zip(members, issue_component_codes(class_code, len(members), county), strict=True):
            each.code = code
