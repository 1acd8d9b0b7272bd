"""Questions about lights: which burn, which should, when they are switched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from chengguan.people.selectors import Who, may
from chengguan.subsystems.street_lights import plan as planning
from chengguan.subsystems.street_lights.manifest import SLUG
from chengguan.subsystems.street_lights.models import Schedule
from chengguan.subsystems.street_lights.plan import Night, Plan
from chengguan.subsystems.street_lights.sun import ZONE
from chengguan.things import selectors as things
from chengguan.things.models import Device, Group


def plan_of(schedule: Schedule | None) -> Plan:
    if schedule is None:
        return Plan()
    return Plan(
        schedule.mode, schedule.on_offset_min, schedule.off_offset_min, schedule.on_at, schedule.off_at, schedule.enabled
    )


def default_schedule() -> Schedule | None:
    return Schedule.objects.filter(circuit__isnull=True).first()


def may_schedule(who: Who, circuit: Group | None) -> bool:
    """Whether this person may switch every lamp that follows the plan of that circuit (the county's when None): a plan
    is a command for every night to come."""
    lamps = Device.objects.filter(subsystem=SLUG, group__kind="circuit")
    if circuit is not None:
        lamps = lamps.filter(group=circuit)
    maintainers = set(lamps.order_by().values_list("component__maintainer", flat=True))
    # an unknown maintainer is nobody's own (0 is no organisation)
    return may(who, "things.command_group") and all(may(who, "things.command_group", one or 0) for one in maintainers)


def plans() -> dict[int, Plan]:
    """Circuit -> its plan: its own, or the county's."""
    common = plan_of(default_schedule())
    own = {schedule.circuit_id: plan_of(schedule) for schedule in Schedule.objects.filter(circuit__isnull=False)}
    return {pk: own.get(pk, common) for pk in Group.objects.filter(subsystem=SLUG, kind="circuit").values_list("pk", flat=True)}


@dataclass
class Lit:
    """Of a circuit or road: how many lamps, how many should burn, how many of those do."""

    key: str
    name: str
    road: str
    lamps: int = 0
    should: int = 0
    lit: int = 0
    heard: int = 0
    circuit_id: int | None = None

    @property
    def rate(self) -> float | None:
        """Lighting rate in percent, rounded down to a tenth: 100 says that all burn. None while none should."""
        return 1000 * self.lit // self.should / 10 if self.should else None


COUNT = """
    SELECT d.group_id, count(*),
           count(*) FILTER (WHERE s.seen_at > now() - interval '30 minutes'),
           count(*) FILTER (WHERE (s.values->>'on')::float = 1),
           count(*) FILTER (WHERE (s.values->>'on')::float = 1 AND (s.values->>'power')::float >
                 coalesce((d.attributes->>'rated_w')::float, 100) * greatest(coalesce((s.values->>'dim')::float, 100), 10) / 100 * 0.2)
      FROM things_device d LEFT JOIN observations_lateststate s ON s.device_id = d.id
     WHERE d.subsystem = %s AND d.model = 'lamp_controller' AND d.enabled AND d.group_id = ANY(%s)
     GROUP BY d.group_id
"""


def circuits(who: Who, now: datetime | None = None) -> list[Lit]:
    """Every circuit this person may see. Lamps that should burn: those of circuits whose plan says so now, and any
    that was switched on by hand."""
    now = now or timezone.now()
    groups = list(things.groups(who).filter(subsystem=SLUG, kind="circuit").order_by("key"))
    by_plan = plans()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [SLUG, [group.pk for group in groups]])
        counted = {row[0]: row[1:] for row in cursor.fetchall()}
    found = []
    for group in groups:
        lamps, heard, on, lit = counted.get(group.pk, (0, 0, 0, 0))
        should = lamps if planning.should_burn(by_plan.get(group.pk, Plan()), now) else on
        road = group.attributes.get("road", "")
        found.append(Lit(group.key, group.name, road, lamps, should, min(lit, should), heard, group.pk))
    return found


def roads(rows: list[Lit]) -> list[Lit]:
    """The same by road, the worst lit first."""
    found: dict[str, Lit] = {}
    for row in rows:
        road = found.setdefault(row.road, Lit(row.road, row.road, row.road))
        road.lamps, road.should, road.lit, road.heard = road.lamps + row.lamps, road.should + row.should, road.lit + row.lit, road.heard + row.heard
    return sorted(found.values(), key=lambda road: (road.rate if road.rate is not None else 101, road.name))


def total(rows: list[Lit]) -> Lit:
    return Lit("", "", "", sum(r.lamps for r in rows), sum(r.should for r in rows), sum(r.lit for r in rows), sum(r.heard for r in rows))


def circuit(who: Who, key: str) -> Group | None:
    """One circuit; None when there is none, or not for this person."""
    return things.groups(who).filter(subsystem=SLUG, kind="circuit", key=key).select_related("gateway").first()


def lamps(who: Who, group: Group) -> list[dict[str, Any]]:
    """The lamps of a circuit with their last values."""
    rows = things.devices(who).filter(group=group, model="lamp_controller").select_related("component", "latest").order_by("key")
    found = []
    for device in rows:
        latest = getattr(device, "latest", None)
        values = latest.values if latest else {}
        found.append({"device": device, "values": values, "seen_at": latest.seen_at if latest else None, "state": _state(device, values)})
    return found


def _state(device: Device, values: dict[str, float]) -> str:
    if "on" not in values:
        return "unknown"
    if not values["on"]:
        return "off"
    rated = float(device.attributes.get("rated_w") or 100) * max(values.get("dim") or 100, 10) / 100
    return "lit" if values.get("power", 0) > 0.2 * rated else "dark"


def tonight(plan: Plan, now: datetime | None = None) -> Night:
    """The coming (or present) night under a plan, kept or only tried."""
    now = now or timezone.now()
    today = now.astimezone(ZONE).date()
    before = planning.night(plan, today - timedelta(days=1))
    return before if before.on <= now < before.off else planning.night(plan, today)
