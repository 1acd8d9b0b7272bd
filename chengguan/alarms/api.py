"""Alarms over HTTP: the desk, the map's points, counts, and what people do to alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.security import django_auth

from chengguan.alarms import selectors, services
from chengguan.alarms.selectors.desk import summary
from chengguan.people.selectors import Who

router = Router(auth=django_auth)


class Acknowledgement(Schema):
    words: str = ""


class Shelf(Schema):
    until: datetime
    reason: str


class Change(Schema):
    changes: dict[str, Any]
    reason: str


def _who(request: HttpRequest) -> Who:
    who: Who = request.who  # type: ignore[attr-defined]
    if who.is_anonymous:
        raise HttpError(401, _("请先登录"))
    return who


@router.get("/")
def open_alarms(request: HttpRequest, severity: int | None = None, subsystem: str = "", shelved: bool = False, text: str = "") -> list[dict]:
    """Open alarms, one a cause, worst first."""
    return [summary(alarm) for alarm in selectors.desk(_who(request), severity, subsystem, shelved, text=text)[:500]]


@router.get("/points")
def points(request: HttpRequest) -> dict[str, Any]:
    """Open alarms as GeoJSON."""
    return selectors.map_points(_who(request))


@router.get("/counts")
def counts(request: HttpRequest) -> dict[str, Any]:
    """How many are open, by rank and by trade."""
    return selectors.counts(_who(request))


@router.get("/{alarm_id}")
def one(request: HttpRequest, alarm_id: int) -> dict[str, Any]:
    """One alarm with its members and what happened to it."""
    found = selectors.alarm_file(_who(request), alarm_id)
    if found is None:
        raise HttpError(404, _("没有这条告警，或不在您的权限范围内。"))
    return summary(found.alarm) | {
        "repeat": found.repeat,
        "members": [
            {"device": m.device_id, "key": m.device.key, "since": m.since, "until": m.until, "value": m.value} for m in found.members
        ],
        "steps": [{"at": s.at, "who": s.who_name, "action": s.action, "words": s.words} for s in found.steps],
    }


@router.post("/{alarm_id}/acknowledge")
def acknowledge(request: HttpRequest, alarm_id: int, body: Acknowledgement) -> dict[str, Any]:
    """Someone has seen it."""
    return _do(lambda: services.acknowledge(_who(request), alarm_id, body.words))


@router.post("/{alarm_id}/shelve")
def shelve(request: HttpRequest, alarm_id: int, body: Shelf) -> dict[str, Any]:
    """Out of sight until then, with a reason."""
    return _do(lambda: services.shelve(_who(request), alarm_id, body.until, body.reason))


@router.post("/{alarm_id}/unshelve")
def unshelve(request: HttpRequest, alarm_id: int) -> dict[str, Any]:
    """Back to the desk before its end."""
    return _do(lambda: services.unshelve(_who(request), alarm_id))


def _do(act: Any) -> dict[str, Any]:
    try:
        return summary(act())
    except PermissionDenied as refused:
        raise HttpError(403, str(refused)) from None
    except ValidationError as wrong:
        raise HttpError(422, "；".join(wrong.messages)) from None
