"""Components and devices: codes issued, lives recorded."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.people.selectors import Who
from chengguan.people.services import require, save_audited
from chengguan.places.selectors import grid_at
from chengguan.standards import identifiers
from chengguan.things.models import Component, ComponentChange, Device

COUNTY_CODE = "500241"


def issue_component_codes(class_code: str, count: int, county: str = COUNTY_CODE) -> list[str]:
    """The next `count` 17-digit codes of a class: area (6), class (5), sequence (6). Never given twice: the counter
    row is advanced by one statement, and stays locked until the caller's transaction ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO things_codecounter AS c (class_code, last) VALUES (%s, %s) "
            "ON CONFLICT (class_code) DO UPDATE SET last = c.last + EXCLUDED.last RETURNING last",
            [class_code, count],
        )
        last = cursor.fetchone()[0]
    return [identifiers.component_code(county, class_code, number) for number in range(last - count + 1, last + 1)]


def issue_component_code(class_code: str) -> str:
    """The next 17-digit code of a class; identifiers.Malformed when there is no such class."""
    return issue_component_codes(class_code, 1)[0]


@transaction.atomic
def create_component(who: Who, class_code: str, name: str, point: Any, **fields: Any) -> Component:
    """A new component with a code of its own (or a given, checked one), in the unit grid its point lies in."""

    require(who, "things.change")
    code = fields.pop("code", None) or issue_component_code(class_code)
    identifiers.check_component_code(code)
    fields.setdefault("unit_grid", grid_at(point))
    component = Component(code=code, class_code=class_code, name=name, point=point, **fields)
    save_audited(who, component, "component.create")
    _remember(who, component, "", _("初次登记"))
    return component


@transaction.atomic
def change_status(who: Who, component: Component, status: str, note: str = "") -> Component:
    """Intact, broken, lost, discarded, removed: the change date is kept and the step is appended to its life."""
    require(who, "things.change")
    locked = Component.objects.select_for_update().get(pk=component.pk)
    if status not in Component.Status.values:
        raise ValidationError({"status": _("没有这个状态")})
    if locked.status == Component.Status.REMOVED and status != locked.status:
        raise ValidationError(_("部件已移除，不能再改状态；新装的部件另行登记。"))
    if status == locked.status:
        return locked
    before, locked.status, locked.changed_date = locked.status, status, timezone.localdate()
    save_audited(who, locked, "component.status", f"{locked} → {locked.get_status_display()}")
    _remember(who, locked, before, note)
    return locked


@transaction.atomic
def change_component(who: Who, component: Component, **changes: Any) -> Component:
    """Change what is known of a component; its code and class stay."""
    require(who, "things.change")
    locked = Component.objects.select_for_update().get(pk=component.pk)
    allowed = {"name", "label", "address", "owner", "maintainer", "authority", "note", "data_source", "attributes", "point"}
    for key, value in changes.items():
        if key not in allowed:
            raise ValidationError({key: _("此项不能修改")})
        setattr(locked, key, value)
    if "point" in changes:
        locked.unit_grid = grid_at(locked.point)
    locked.changed_date = timezone.localdate()
    return save_audited(who, locked, "component.change")


def _remember(who: Who, component: Component, before: str, note: str) -> None:
    ComponentChange.objects.create(
        component=component, who=who.name, account_id=who.account_id, from_status=before, to_status=component.status, note=note[:300]
    )


@transaction.atomic
def create_device(who: Who, subsystem: str, key: str, model: str, name: str, gateway: Any, **fields: Any) -> Device:
    """A device behind a gateway. The model must be one the subsystem declares."""
    from chengguan import registry

    require(who, "things.change")
    if subsystem in registry.present():
        models = {each.slug for each in registry.subsystem(subsystem).manifest.models}
        if model not in models:
            raise ValidationError({"model": _("子系统 %(subsystem)s 没有型号 %(model)s") % {"subsystem": subsystem, "model": model}})
    fields.setdefault("installed_on", date.today())
    return save_audited(
        who, Device(subsystem=subsystem, key=key, model=model, name=name, gateway=gateway, **fields), "device.create"
    )


@transaction.atomic
def set_device_enabled(who: Who, device: Device, enabled: bool) -> Device:
    """A disabled device is no longer judged silent; what it still sends is quarantined."""
    require(who, "things.change")
    device.enabled = enabled
    return save_audited(who, device, "device.enable" if enabled else "device.disable")
