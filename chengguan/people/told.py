"""What the audit trail kept of a change, as a person reads it: fields by their names, values in words, nothing nested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from chengguan.people.words import FIELD_NAMES

NOTHING = "—"


def changes(object_type: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """(field, before, after) of what differs; what holds several values counts as several fields."""
    try:
        model: Any = apps.get_model(object_type)
    except (LookupError, ValueError):
        model = None
    return _compared(model, before or {}, after or {})


def _compared(model: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = []
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if isinstance(old, Mapping) or isinstance(new, Mapping):
            parts = [value if isinstance(value, Mapping) else {} for value in (old, new)]
            rows += _compared(None, {k: v for k, v in parts[0].items() if parts[1].get(k) != v}, {k: v for k, v in parts[1].items() if parts[0].get(k) != v})
            continue
        field = _field(model, key)
        rows.append((_name(field, key), _value(field, old), _value(field, new)))
    return rows


def _field(model: Any, key: str) -> Any:
    try:
        return model._meta.get_field(key) if model else None
    except FieldDoesNotExist:
        return next((field for field in model._meta.concrete_fields if field.attname == key), None)


def _name(field: Any, key: str) -> str:
    return str(FIELD_NAMES[key]) if key in FIELD_NAMES else str(field.verbose_name) if field is not None else key


def _value(field: Any, value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, int | float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        return "、".join(f"{_name(None, key)} {_value(None, each)}" for key, each in value.items()) or NOTHING
    if isinstance(value, list):
        return "、".join(_value(None, each) for each in value) or NOTHING
    at = parse_datetime(value) if field is not None and field.get_internal_type() == "DateTimeField" else None
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at and timezone.is_aware(at) else str(value)
