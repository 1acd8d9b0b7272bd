"""A device as people see it: is it well, since when, and what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.alarms import selectors as alarm_questions
from chengguan.alarms.models import Alarm
from chengguan.console.selectors.duty import layer_of
from chengguan.observations.models import LatestState
from chengguan.people.selectors import Who
from chengguan.things import selectors as thing_questions
from chengguan.things.models import Device

SILENT_BEATS = 3
"""A device is offline when nothing was heard for this many of its model's heartbeats."""
MOST_STATES = 4000


@dataclass(frozen=True)
class Shown:
    """One reading in people's words."""

    slug: str
    name: str
    text: str
    unit: str
    at: datetime | None
    old: bool = False


@dataclass
class DeviceView:
    device: Device
    model_name: str
    subsystem_name: str
    online: bool
    seen_at: datetime | None
    battery: float | None = None
    signal: float | None = None
    readings: list[Shown] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)

    @property
    def label(self) -> str:
        component = self.device.component
        return (component.label if component else "") or self.device.key

    @property
    def worst(self) -> int:
        return min((alarm.severity for alarm in self.alarms), default=0)


def model_of(device: Device) -> registry.DeviceModel | None:
    found = registry.present().get(device.subsystem)
    return next((model for model in found.manifest.models if model.slug == device.model), None) if found else None


def metrics_of(device: Device) -> dict[str, registry.Metric]:
    """The metrics its model reports, in the manifest's order."""
    found = registry.present().get(device.subsystem)
    if found is None:
        return {}
    model = model_of(device)
    return {metric.slug: metric for metric in found.manifest.metrics if model is None or metric.slug in model.metrics}


def main_metric(device: Device) -> str:
    """What its first rule measures, else its first measured quantity, else its first metric."""
    declared = metrics_of(device)
    found = registry.present().get(device.subsystem)
    watched = [slug for rule in (found.manifest.rules if found else ()) for slug in (rule.metric, *rule.metrics)]
    measured = [slug for slug, metric in declared.items() if not metric.states]
    return next((slug for slug in (*watched, *measured) if slug in measured), next(iter(declared), ""))


def in_words(metric: registry.Metric | None, value: Any) -> str:
    """A value as a person says it: a state by its name, a number without noise."""
    if value is None:
        return "—"
    if metric is not None and metric.states:
        return _(metric.states.get(int(value), f"{value:g}"))
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _online(device: Device, seen_at: datetime | None, now: datetime) -> bool:
    model = model_of(device)
    beat = model.heartbeat_s if model else 600
    return seen_at is not None and now - seen_at < timedelta(seconds=SILENT_BEATS * beat)


def device_view(who: Who, device: Device) -> DeviceView:
    """State, readings and open alarms of a device that `who` was already allowed to see."""
    now = timezone.now()
    found = registry.present().get(device.subsystem)
    model = model_of(device)
    state = LatestState.objects.filter(device=device).first()
    values: Mapping[str, Any] = state.values if state else {}
    view = DeviceView(
        device=device,
        model_name=_(model.name) if model else device.model,
        subsystem_name=_(found.manifest.name) if found else device.subsystem,
        online=_online(device, state.seen_at if state else None, now),
        seen_at=state.seen_at if state else None,
        battery=state.battery if state and state.battery is not None else values.get("battery"),
        signal=values.get("signal", values.get("rssi")),
    )
    times = state.times if state else {}
    for slug, metric in metrics_of(device).items():
        if slug in values:
            at = datetime.fromtimestamp(times[slug] / 1000, UTC) if slug in times else (state.measured_at if state else None)
            view.readings.append(Shown(slug, _(metric.name), in_words(metric, values[slug]), metric.unit, at))
    view.alarms = [alarm for alarm in alarm_questions.alarms_of_device(who, device.pk) if alarm.off_desk_at is None and alarm.folded_into_id is None]
    return view


def states_in(who: Who, box: Iterable[float]) -> list[dict[str, Any]]:
    """Devices on components inside a box (west, south, east, north) with how they are."""
    now = timezone.now()
    west, south, east, north = box
    area = Polygon.from_bbox((west, south, east, north))
    area.srid = 4490
    rows = (
        thing_questions.devices(who)
        .filter(component__point__within=area, enabled=True)
        .select_related("component", "latest")
        .only(
            "key", "model", "subsystem", "component__point", "component__label", "component__class_code",
            "latest__seen_at", "latest__values",
        )[:MOST_STATES]
    )  # fmt: skip
    return [_state(device, now) for device in rows]


def _state(device: Device, now: datetime) -> dict[str, Any]:
    component = device.component
    assert component is not None
    latest = getattr(device, "latest", None)
    online = _online(device, latest.seen_at if latest else None, now)
    metric = next((each for each in metrics_of(device).values() if each.states), None)
    value = latest.values.get(metric.slug) if latest and metric else None
    return {
        "id": device.pk,
        "lon": round(component.point.x, 6),
        "lat": round(component.point.y, 6),
        "state": "offline" if not online else "off" if value == 0 else "ok",
        "trade": device.subsystem,
        "layer": layer_of(device.subsystem, component.class_code),
        "label": component.label or device.key,
        "note": in_words(metric, value) if metric and value is not None else "",
    }


def device_list(who: Who, subsystem: str = "", model: str = "", condition: str = "", text: str = "") -> QuerySet[Device]:
    """Devices by trade, model, condition (offline, low_battery, alarm, never) and words."""
    found = thing_questions.devices(who).select_related("component", "gateway", "group", "latest")
    if subsystem:
        found = found.filter(subsystem=subsystem)
    if model:
        found = found.filter(model=model)
    if text:
        found = found.filter(
            Q(key__icontains=text) | Q(name__icontains=text) | Q(component__label__icontains=text)
            | Q(component__address__icontains=text) | Q(gateway__key__iexact=text) | Q(component__code=text)
        )  # fmt: skip
    if condition == "offline":
        found = found.filter(_silent())
    elif condition == "never":
        found = found.filter(latest__isnull=True) | found.filter(latest__seen_at__isnull=True)
    elif condition == "low_battery":
        found = found.filter(latest__battery__lt=20)
    elif condition == "alarm":
        found = found.filter(pk__in=Alarm.objects.filter(off_desk_at__isnull=True, device__isnull=False).values("device_id"))
    return found.order_by("subsystem", F("group__key").asc(nulls_last=True), "key")


def _silent() -> Q:
    """Devices not heard from for SILENT_BEATS of their model's heartbeats; never heard ones included."""
    now = timezone.now()
    silent = Q(latest__isnull=True) | Q(latest__seen_at__isnull=True)
    for slug, found in registry.present().items():
        for model in found.manifest.models:
            limit = now - timedelta(seconds=SILENT_BEATS * model.heartbeat_s)
            silent |= Q(subsystem=slug, model=model.slug, latest__seen_at__lt=limit)
    return silent


def conditions() -> list[tuple[str, str]]:
    return [("offline", _("离线")), ("alarm", _("有告警")), ("low_battery", _("电量低")), ("never", _("从未上报"))]


def line_of(device: Device) -> dict[str, Any]:
    """A device as one line of the list."""
    latest = getattr(device, "latest", None)
    metrics = metrics_of(device)
    values = latest.values if latest else {}
    shown = [f"{_(metrics[slug].name)} {in_words(metrics[slug], value)}{metrics[slug].unit}" for slug, value in values.items() if slug in metrics]
    model = model_of(device)
    return {
        "device": device,
        "model_name": _(model.name) if model else device.model,
        "online": _online(device, latest.seen_at if latest else None, timezone.now()),
        "seen_at": latest.seen_at if latest else None,
        "battery": latest.battery if latest else None,
        "readings": shown[:3],
    }
