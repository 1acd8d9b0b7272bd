"""The story through the real MQTT door: a broker, the ingest sink, the simulators, and nothing in between."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import date

import pytest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]


def until(condition, seconds=40.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def small_town(db):
    """One cabinet, one circuit with the story's lamp; one gateway with the story's cover."""
    from django.contrib.gis.geos import Point

    from chengguan.alarms.services import sync_rules
    from chengguan.demo.keys import password_hash
    from chengguan.observations.services import sync_metrics
    from chengguan.things.models import Component, Device, Gateway, Group
    from chengguan.things.services import write_gateway_accounts

    def component(code: str, name: str, label: str) -> Component:
        return Component.objects.create(code=code, class_code=code[6:11], name=name, label=label, point=Point(108.99, 28.45, srid=4490))

    box = component("50024101060000012", "路灯配电箱", "C-012")
    cabinet = Gateway.objects.create(key="C-012", name="12号控制箱", subsystem="street_lights", password_hash=password_hash("C-012"), component=box)
    circuit = Group.objects.create(subsystem="street_lights", kind="circuit", key="C-012-2", name="12号箱2回路", gateway=cabinet)
    common = {"subsystem": "street_lights", "gateway": cabinet, "installed_on": date(2024, 5, 1)}
    Device.objects.create(key="C-012", model="cabinet_controller", name="集中控制器", component=box, **common)
    Device.objects.create(key="C-012-2", model="circuit_meter", name="回路", component=box, group=circuit, **common)
    Device.objects.create(
        key="L-004711", model="lamp_controller", name="路灯 L-004711", group=circuit, attributes={"rated_w": 240},
        component=component("50024101037004711", "路灯", "L-004711"), **common,
    )
    radio = Gateway.objects.create(key="MG-007", name="7号井盖网关", subsystem="manholes", password_hash=password_hash("MG-007"))
    Device.objects.create(
        subsystem="manholes", key="MH-000123", model="radio_tag", name="井盖 MH-000123", gateway=radio,
        component=component("50024101002000123", "污水井盖", "MH-000123"),
    )
    sync_rules()
    sync_metrics()
    write_gateway_accounts()


def test_a_dark_lamp_and_an_open_cover_become_alarms_and_end(broker, small_town, settings, monkeypatch):
    from chengguan.alarms import services as alarm_services
    from chengguan.alarms.models import Alarm, Rule
    from chengguan.demo import story
    from chengguan.demo.gateways import Door
    from chengguan.demo.simulation import Simulation
    from chengguan.ingest.now import Now
    from chengguan.things.models import Command

    settings.DEMO = True
    monkeypatch.setattr(story, "EVERY_S", 1)
    Rule.objects.filter(slug="lamp_dark").update(hold_s=3, settle_s=1)
    now = Now(range(16), lambda piece: None)
    sink = threading.Thread(target=now.run, daemon=True)
    sink.start()
    simulation = Simulation(Door("127.0.0.1", broker.mqtt_port))
    loop = asyncio.new_event_loop()
    running = loop.create_task(simulation.run())

    def run() -> None:
        try:
            loop.run_until_complete(running)
        except asyncio.CancelledError:
            return

    speaking = threading.Thread(target=run, daemon=True)
    speaking.start()
    try:
        until(lambda: all(line.online for line in simulation.lines.values()))
        story.begin("lamp")
        story.begin("cover")
        until(lambda: Alarm.objects.filter(rule="cover_open", active=True, registered_at__isnull=False).exists())
        until(lambda: Alarm.objects.filter(rule="lamp_dark", active=True).exists())
        until(lambda: Command.objects.filter(state="confirmed").exists())
        time.sleep(1)
        assert alarm_services.settle() == 1
        story.mend("lamp")
        story.mend("cover")
        until(lambda: not Alarm.objects.filter(active=True, folded_into__isnull=True).exists())
        assert Alarm.objects.filter(rule__in=["lamp_dark", "cover_open"]).count() == 2
        assert story.scene("lamp").stages[3][1]
    finally:
        loop.call_soon_threadsafe(running.cancel)
        speaking.join(10)
        now.stop.set()
        sink.join(20)
