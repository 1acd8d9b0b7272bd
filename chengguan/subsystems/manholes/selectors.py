"""Questions about covers: which are not in their place, not heard, running out of battery."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from chengguan.alarms import selectors as alarms
from chengguan.people.selectors import Who
from chengguan.subsystems.manholes.manifest import SLUG
from chengguan.things import selectors as things

LOST_AFTER = timedelta(hours=25)
LOW_BATTERY = 20


@dataclass
class Area:
    """Covers behind one gateway."""

    key: str
    name: str
    covers: int = 0
    heard: int = 0
    wrong: int = 0
    weakest: float | None = None
    seen_at: datetime | None = None


@dataclass
class Overview:
    covers: int = 0
    heard: int = 0
    open: int = 0
    flooded: int = 0
    low_battery: int = 0
    gateways: list[Area] = field(default_factory=list)
    alarms: list[Any] = field(default_factory=list)


def overview(who: Who, now: datetime | None = None) -> Overview:
    """Of the covers this person may see."""
    now = now or timezone.now()
    found = Overview(alarms=list(alarms.desk(who, subsystem=SLUG)[:50]))
    areas: dict[str, Area] = {}
    rows = things.devices(who).filter(subsystem=SLUG, enabled=True).values_list("gateway__key", "gateway__name", "latest__seen_at", "latest__values")
    for key, name, seen, values in rows:
        area = areas.setdefault(key, Area(key, name))
        values = values or {}
        heard = seen is not None and now - seen < LOST_AFTER
        wrong = bool(values.get("opened") or values.get("displaced"))
        battery = values.get("battery")
        area.covers, area.heard, area.wrong = area.covers + 1, area.heard + heard, area.wrong + wrong
        if battery is not None and (area.weakest is None or battery < area.weakest):
            area.weakest = battery
        if seen is not None and (area.seen_at is None or seen > area.seen_at):
            area.seen_at = seen
        found.covers, found.heard, found.open = found.covers + 1, found.heard + heard, found.open + wrong
        found.flooded += values.get("water_level", 0) > 150
        found.low_battery += battery is not None and battery < LOW_BATTERY
    found.gateways = sorted(areas.values(), key=lambda area: (-area.wrong, area.heard - area.covers, area.key))
    return found
