"""The *story* button: plays a device's part at any hour, through the same doors as real devices.

The platform switches the lamp on by an ordinary command, whatever the sun does; the simulated lamp is
told down its own gateway's topic that it is dark, and later that it was replaced. Nothing here writes
a reading, an alarm or a case.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan import registry
from chengguan.alarms import selectors as alarms
from chengguan.cases.models import Case
from chengguan.engines import nats
from chengguan.observations.models import LatestState
from chengguan.people.selectors import SYSTEM, Who
from chengguan.protocols.topics import down_subject
from chengguan.things.models import Device
from chengguan.things.services import issue_command

AFTER_S = 120
"""How long the mended part still reports often."""
EVERY_S, FOR_S = 4, 3 * 3600
PATIENCE = timedelta(minutes=2)
"""For so long an ordered story counts as begun, though no alarm shows."""


@dataclass(frozen=True)
class Story:
    """A device and the parts it plays. `command` is given before the trouble begins."""

    slug: str
    name: Any
    subsystem: str
    device: str
    rule: str
    trouble: str
    mend: str
    command: str = ""
    watched: tuple[str, ...] = ()


STORIES = {
    story.slug: story
    for story in (
        Story("lamp", gettext_lazy("路灯不亮"), "street_lights", "L-004711", "lamp_dark", "dark", "burn", "on", ("on", "power")),
        Story("cover", gettext_lazy("井盖打开"), "manholes", "MH-000123", "cover_open", "open", "close", "", ("opened", "tilt")),
    )
}


def device_of(story: Story) -> Device:
    """Device.DoesNotExist when the sample county is not loaded."""
    return Device.objects.select_related("gateway", "component", "group").get(subsystem=story.subsystem, key=story.device)


def begin(slug: str, who: Who = SYSTEM) -> Device:
    """The trouble begins. KeyError for no such story; OSError when the broker is away."""
    story = STORIES[slug]
    device = device_of(story)
    _play(device, {"part": story.trouble, "every": EVERY_S, "for": FOR_S})
    if story.command:
        issue_command(SYSTEM, device, story.command, confirmed=True)
    return device


def mend(slug: str) -> Device:
    """The crew has done its work: the device is well again."""
    story = STORIES[slug]
    device = device_of(story)
    _play(device, {"part": story.mend, "every": EVERY_S, "for": AFTER_S})
    return device


def mend_component(component_id: int | None) -> None:
    """When the crew reports a story's component done, its device is well again."""
    for story in STORIES.values():
        if component_id and Device.objects.filter(subsystem=story.subsystem, key=story.device, component_id=component_id).exists():
            mend(story.slug)


def _play(device: Device, order: Mapping[str, Any]) -> None:
    if not settings.DEMO:
        raise RuntimeError("stories are played in demo mode only")
    subject = down_subject(device.gateway.key, "_", "play")
    nats.publish(subject, json.dumps({"device": device.key, **order}).encode())


def _said(subsystem: str, slug: str, value: float) -> str:
    """A reading as people say it: 功率 144.9 W, 开关状态 开."""
    metric = next(each for each in registry.subsystem(subsystem).manifest.metrics if each.slug == slug)
    told = metric.states.get(int(value), f"{value:g}") if metric.states else f"{value:g} {metric.unit}"
    return f"{metric.name} {told}".strip()


@dataclass
class Scene:
    """How far a story has come, for the page."""

    story: Story
    device: Device | None
    playing: bool = False
    begun: bool = False
    """ordered, and the alarm is not there yet"""
    stages: list[tuple[str, bool, str]] = field(default_factory=list)  # words, reached, detail
    case_id: int | None = None
    alarm_id: int | None = None


def scene(slug: str, begun_at: datetime | None = None) -> Scene:
    """What a person sees of a story now, read from the same tables as everything else; who began it says when."""
    story = STORIES[slug]
    try:
        device = device_of(story)
    except ObjectDoesNotExist:
        return Scene(story, None)
    latest = LatestState.objects.filter(device=device).first()
    values = latest.values if latest else {}
    reading = " · ".join(_said(story.subsystem, name, values[name]) for name in story.watched if name in values)
    alarm = next((each for each in alarms.alarms_of_device(SYSTEM, device.pk, 10) if each.rule == story.rule), None)
    case = Case.objects.filter(component=device.component_id).order_by("-pk").first() if device.component_id else None
    open_alarm = alarm if alarm is not None and alarm.off_desk_at is None else None
    stages = [
        (_("设备读数"), bool(reading), reading or _("还没有")),
        (_("告警"), open_alarm is not None, open_alarm.text if open_alarm else _("还没有")),
        (_("登记"), case is not None and open_alarm is not None, case.register_number if case and open_alarm else _("还没有")),
        (_("恢复正常"), open_alarm is not None and not open_alarm.active, _("读数已恢复") if open_alarm and not open_alarm.active else _("还没有")),
    ]
    return Scene(
        story=story,
        device=device,
        playing=open_alarm is not None and open_alarm.active,
        begun=begun_at is not None and (alarm is None or alarm.raised_at < begun_at) and timezone.now() - begun_at < PATIENCE,
        stages=stages,
        case_id=case.pk if case and open_alarm else None,
        alarm_id=open_alarm.pk if open_alarm else None,
    )
