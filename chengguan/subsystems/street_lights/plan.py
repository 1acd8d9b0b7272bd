"""When lamps should burn: by the sun with offsets, or by the clock. Plain Python.

A night belongs to the local day on which it begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from chengguan.registry import gettext_noop as _
from chengguan.subsystems.street_lights.sun import ZONE, sunrise, sunset


@dataclass(frozen=True)
class Plan:
    """What a schedule says, without where it is stored."""

    mode: str = "sun"
    on_offset_min: int = 10
    off_offset_min: int = -15
    on_at: time | None = None
    off_at: time | None = None
    enabled: bool = True


@dataclass(frozen=True)
class Night:
    """One night's switching, UTC."""

    day: date
    on: datetime
    off: datetime


def night(plan: Plan, day: date) -> Night:
    """The night that begins on that local day."""
    if plan.mode == "clock" and plan.on_at and plan.off_at:
        on = datetime.combine(day, plan.on_at, ZONE)
        off = datetime.combine(day, plan.off_at, ZONE)
        off += timedelta(days=1) if off <= on else timedelta()
        return Night(day, on.astimezone(UTC), off.astimezone(UTC))
    return Night(
        day,
        sunset(day) + timedelta(minutes=plan.on_offset_min),
        sunrise(day + timedelta(days=1)) + timedelta(minutes=plan.off_offset_min),
    )


def last_switching(plan: Plan, now: datetime) -> tuple[str, date, datetime]:
    """The newest switching that is due: (on or off, the day its night began, when)."""
    today = now.astimezone(ZONE).date()
    moments = []
    for days in (-2, -1, 0):
        one = night(plan, today + timedelta(days=days))
        moments += [("on", one.day, one.on), ("off", one.day, one.off)]
    return max((each for each in moments if each[2] <= now), key=lambda each: each[2])


def should_burn(plan: Plan, now: datetime) -> bool:
    """Whether lamps under this plan should burn now."""
    return plan.enabled and last_switching(plan, now)[0] == "on"


def wrong(plan: Plan) -> dict[str, str]:
    """What makes no sense, by field, in words; empty when it may be kept."""
    if plan.mode == "clock":
        if plan.on_at is None or plan.off_at is None:
            return {"on_at": _("按钟点须填写开灯和关灯时刻。")}
        if plan.on_at == plan.off_at:
            return {"off_at": _("开灯与关灯不能是同一时刻。")}
        if not time(15) <= plan.on_at <= time(22):
            return {"on_at": _("开灯时刻须在 15:00 到 22:00 之间。")}
        if not time(3) <= plan.off_at <= time(9):
            return {"off_at": _("关灯时刻须在次日 3:00 到 9:00 之间，否则后半夜路上无灯。")}
        return {}
    found = {}
    if not -60 <= plan.on_offset_min <= 60:
        found["on_offset_min"] = _("开灯须在日落前后 60 分钟之内。")
    if not -60 <= plan.off_offset_min <= 60:
        found["off_offset_min"] = _("关灯须在日出前后 60 分钟之内。")
    return found
