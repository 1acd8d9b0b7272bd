"""A small town of lights and covers to alarm about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction

from chengguan.alarms import services
from chengguan.alarms.conditions import Transition
from chengguan.alarms.models import Alarm
from chengguan.things.models import Component, Device, Gateway, Group

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@dataclass
class Town:
    cabinet: Gateway
    circuit: Group
    other_circuit: Group
    meter: Device
    lamps: list[Device]
    radio: Gateway
    covers: list[Device]
    at: datetime = START
    heard: list[Any] = field(default_factory=list)

    def tick(self, seconds: float = 1) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at

    def change(self, rule: str, subjects: list[Device] | list[Gateway], active: bool = True, value: float | None = None) -> list[int]:
        """Rules concluded this now about these subjects."""
        kind: Any = "gateway" if isinstance(subjects[0], Gateway) else "device"
        now = self.tick()
        with transaction.atomic():
            return services.apply_transitions(
                [Transition(rule, kind, subject.pk, active, ms(now), ms(now) - 20_000, value) for subject in subjects], now
            )

    def open(self) -> list[Alarm]:
        return list(Alarm.objects.filter(off_desk_at__isnull=True).order_by("pk"))


def make_town() -> Town:
    cabinet = Gateway.objects.create(key="C-012", name="12号控制箱", subsystem="street_lights", point=Point(108.99, 28.45, srid=4490))
    circuit = Group.objects.create(subsystem="street_lights", kind="circuit", key="C-012-2", name="12号箱2回路", gateway=cabinet)
    other = Group.objects.create(subsystem="street_lights", kind="circuit", key="C-012-3", name="12号箱3回路", gateway=cabinet)
    meter = Device.objects.create(subsystem="street_lights", key="C-012-2", model="circuit_meter", name="2回路", gateway=cabinet, group=circuit)
    lamps = []
    for n in range(20):
        component = Component.objects.create(
            code=f"50024101037{n:06d}", class_code="01037", name="路灯", label=f"L-{n:06d}", point=Point(108.99 + n / 1e4, 28.45, srid=4490)
        )
        lamps.append(
            Device.objects.create(
                subsystem="street_lights", key=f"L-{n:06d}", model="lamp_controller", name=f"路灯 L-{n:06d}",
                gateway=cabinet, group=circuit if n < 15 else other, component=component,
            )
        )
    radio = Gateway.objects.create(key="MG-007", name="7号井盖网关", subsystem="manholes", point=Point(108.98, 28.44, srid=4490))
    covers = []
    for n in range(10):
        component = Component.objects.create(
            code=f"50024101002{n:06d}", class_code="01002", name="污水井盖", label=f"MH-{n:06d}", point=Point(108.98, 28.44 + n / 1e4, srid=4490)
        )
        covers.append(
            Device.objects.create(
                subsystem="manholes", key=f"MH-{n:06d}", model="radio_tag", name=f"井盖 MH-{n:06d}", gateway=radio, component=component
            )
        )
    return Town(cabinet, circuit, other, meter, lamps, radio, covers)
