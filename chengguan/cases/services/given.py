"""What a person gave, turned into what the move needs; refused by field when it is missing or makes no sense."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.fields import Field
from chengguan.cases.models import Case
from chengguan.cases.selectors.refusals import Refused
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import accounts_with_role
from chengguan.people.typed import moment
from chengguan.standards import codes, filing, staging
from chengguan.things.models import Attachment


def _one(model: Any, value: Any, field: Field) -> Any:
    if isinstance(value, model):
        return value
    try:
        return model.objects.get(pk=int(value))
    except (TypeError, ValueError, model.DoesNotExist):
        raise Refused(_("没有找到所选的%(what)s") % {"what": _(field.label)}, field.name) from None


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part for part in value.replace(" ", "").split(",") if part]
    return list(value) if isinstance(value, Iterable) else [value]


def _text(value: Any, field: Field) -> str:
    return str(value).strip()


def _choice(value: Any, field: Field) -> str:
    value = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    if field.options and value not in dict(field.options):
        raise Refused(_("%(what)s不在可选项中") % {"what": _(field.label)}, field.name)
    return value


def _matter(value: Any, field: Field) -> str:
    if str(value) not in codes.in_force().matters:
        raise Refused(_("没有这个案件类别：%(code)s") % {"code": value}, field.name)
    return str(value)


def _photos(value: Any, field: Field) -> list[Attachment]:
    found = [_one(Attachment, each, field) for each in _listed(value)]
    if any(not photo.content_type.startswith("image/") for photo in found):
        raise Refused(_("%(what)s里有不是照片的文件") % {"what": _(field.label)}, field.name)
    return found


def _own_photos(value: Any, photos: list[Attachment], account_id: int | None, field: Field) -> None:
    handed = {each.pk for each in _listed(value) if isinstance(each, Attachment)}
    if any(photo.pk not in handed and (account_id is None or photo.uploaded_by_id != account_id) for photo in photos):
        raise Refused(_("没有找到所选的%(what)s") % {"what": _(field.label)}, field.name)


def _organisation(value: Any, field: Field) -> Organisation:
    return _one(Organisation, value, field)


def _organisations(value: Any, field: Field) -> list[Organisation]:
    return list(dict.fromkeys(_one(Organisation, each, field) for each in _listed(value)))


def _inspector(value: Any, field: Field) -> Account:
    chosen = _one(Account, value, field)
    if chosen not in accounts_with_role("inspector") and chosen not in accounts_with_role("inspector", with_away=True):
        raise Refused(_("%(name)s不是在岗的信息采集员") % {"name": chosen}, field.name)
    return chosen


def _case(value: Any, field: Field) -> Case:
    if isinstance(value, str) and not (value.isdigit() and len(value) < 15):
        found = Case.objects.filter(number=value).first() or Case.objects.filter(register_number=value).first()
        if found is not None:
            return found
    return _one(Case, value, field)


def _moment(value: Any, field: Field) -> datetime:
    found = moment(value.isoformat() if isinstance(value, datetime) else value)
    if found is None:
        raise Refused(_("%(what)s不是一个时间") % {"what": _(field.label)}, field.name)
    return found


def _position(value: Any, field: Field) -> tuple[Point, float | None]:
    """(point, accuracy in metres) from a Point, "lon,lat[,accuracy]" or (lon, lat[, accuracy])."""
    if isinstance(value, Point):
        return value, None
    try:
        numbers = [float(part) for part in (value.split(",") if isinstance(value, str) else value)]
        point = Point(numbers[0], numbers[1], srid=4490)
    except (TypeError, ValueError, IndexError):
        raise Refused(_("%(what)s不是一个坐标") % {"what": _(field.label)}, field.name) from None
    if not (-180 <= point.x <= 180 and -90 <= point.y <= 90 and all(0 <= number < math.inf for number in numbers[2:])):
        raise Refused(_("%(what)s不是一个坐标") % {"what": _(field.label)}, field.name)
    return point, numbers[2] if len(numbers) > 2 else None


def _stages(value: Any, field: Field) -> list[list[Any]]:
    """[name, value, clock] each; whether they make sense together the row's guard says."""
    try:
        return staging.kept(staging.read([(str(name).strip(), number, str(clock)) for name, number, clock in value]))
    except (TypeError, ValueError):
        raise Refused(_("每一段要写名称、时限（数字）和计时方式"), field.name) from None


READERS: dict[str, Callable[[Any, Field], Any]] = {
    "text": _text,
    "choice": _choice,
    "matter": _matter,
    "photos": _photos,
    "department": _organisation,
    "departments": _organisations,
    "crew": _organisation,
    "inspector": _inspector,
    "case": _case,
    "datetime": _moment,
    "position": _position,
    "stages": _stages,
}


def _asking(kind: str) -> str:
    """How a person is asked for what is missing: a photo is taken, words are written, the rest is chosen."""
    if kind == "photos":
        return _("请拍%(what)s")
    return _("请填写%(what)s") if kind in ("text", "datetime", "position") else _("请选择%(what)s")


def read(row: workflow.Row, given: dict[str, Any], account_id: int | None = None) -> dict[str, Any]:
    """The row's fields, each read by its kind. Refused, all faults together, for those that are missing, wrong, or not asked for."""
    found, faults = read_all(row, given, account_id)
    if faults:
        raise Refused.together(faults)
    return found


def read_all(row: workflow.Row, given: dict[str, Any], account_id: int | None = None) -> tuple[dict[str, Any], list[Refused]]:
    """What could be read, and what is wrong with the rest. A photo named by its number must be the person's own: what others
    uploaded would become visible through the case."""
    asked = {field.name: (field, required) for field, required in workflow.offered(row)}
    unknown = set(given) - set(asked)
    if unknown:
        raise Refused(_("“%(action)s”不需要：%(fields)s") % {"action": _(row.name), "fields": "、".join(sorted(unknown))})
    found: dict[str, Any] = {}
    faults: list[Refused] = []
    for name, (field, required) in asked.items():
        value = given.get(name)
        value = value.strip() if isinstance(value, str) else value
        if value is None or value == "" or value == []:
            if required:
                faults.append(Refused(_asking(field.kind) % {"what": _(field.label)}, name))
            continue
        try:
            read_value = READERS[field.kind](value, field)
            if field.kind == "photos":
                _own_photos(value, read_value, account_id, field)
            found[name] = read_value
        except Refused as refused:
            faults.append(refused)
    try:
        _condition_fits(found)
    except Refused as refused:
        faults.append(refused)
    return found, [*faults, *_in_two_parts(found)]


def _condition_fits(found: dict[str, Any]) -> None:
    key, matter = found.get("condition_key"), found.get("matter_code")
    if key and matter and key not in {each.key for each in filing.conditions(matter)}:
        raise Refused(_("这个立案条件不属于所选类别"), "condition_key")


def _in_two_parts(found: dict[str, Any]) -> Iterator[Refused]:
    """A department is sent a case as its main one, as a helper or as a copy."""
    main, helpers, copies = found.get("department"), found.get("helpers", []), found.get("copies", [])
    if main in helpers:
        yield Refused(_("%(name)s已是主办单位，不能又是协办单位") % {"name": main}, "helpers")
    for each in copies:
        if each == main:
            yield Refused(_("%(name)s已是主办单位，不用再抄告") % {"name": each}, "copies")
        elif each in helpers:
            yield Refused(_("%(name)s已是协办单位，不用再抄告") % {"name": each}, "copies")


def keep(found: dict[str, Any]) -> dict[str, Any]:
    """The same as plain JSON, for the step."""
    return {name: _plain(value) for name, value in found.items() if name not in {"photos", "photos_before", "photos_after"}}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple) and isinstance(value[0], Point):
        return {"lon": value[0].x, "lat": value[0].y, "accuracy": value[1]}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value.pk if hasattr(value, "pk") else value
