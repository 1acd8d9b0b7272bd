"""What the README tells a reader to publish by hand is taken as it says. (README.md, README.zh-CN.md)"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point

from chengguan.demo import devices_covers
from chengguan.demo.keys import password_hash
from chengguan.ingest.batch import Batch, Captured
from chengguan.ingest.situation import Situation
from chengguan.observations.services import sync_metrics
from chengguan.things.models import Component, Device, Gateway
from chengguan.things.services import write_gateway_accounts
from tests.engines.test_broker import last_position, stored

pytestmark = [pytest.mark.engines, pytest.mark.django_db]
EXAMPLE = re.compile(r"^KEY=\$\(.*?chengguan gateway-password (\S+?)\).*?^(mosquitto_pub .*?}')$", re.M | re.S)


def examples() -> list[tuple[str, str]]:
    """(gateway, command) of each."""
    found = []
    for name in ("README.md", "README.zh-CN.md"):
        found += EXAMPLE.findall((Path(settings.REPOSITORY) / name).read_text())
    return found


@pytest.fixture
def devices(broker: SimpleNamespace) -> SimpleNamespace:
    """The demo's cabinet and lamp, and its covers behind ChirpStack."""
    sync_metrics()
    cabinet = Gateway.objects.create(key="C-012", name="12号控制箱", subsystem="street_lights", password_hash=password_hash("C-012"))
    Device.objects.create(subsystem="street_lights", key="L-004711", model="lamp_controller", name="灯", gateway=cabinet)
    cover = Component.objects.create(
        code="50024101002000001", class_code="01002", name="污水井盖", label="MH-000001", point=Point(109, 28.4, srid=4490), attributes={"depth_cm": 200}
    )
    devices_covers.make_lorawan([cover])
    write_gateway_accounts()
    return broker


def publish(broker: SimpleNamespace, gateway: str, command: str) -> None:
    from chengguan.demo.keys import password

    at_our_port = command.replace("-p 1883", f"-p {broker.mqtt_port}")
    for _attempt in range(50):  # the broker reads its accounts again
        done = subprocess.run(["bash", "-c", at_our_port], env={**os.environ, "KEY": password(gateway)}, capture_output=True, timeout=20)
        if done.returncode == 0:
            return
    pytest.fail(f"{command}\n{done.stderr.decode()}")


def test_readme_shows_a_lamp_and_a_chirpstack_uplink() -> None:
    assert [gateway for gateway, _ in examples()] == ["C-012", devices_covers.APPLICATION, "C-012"]


def test_every_message_published_by_hand_is_taken(devices: SimpleNamespace) -> None:
    before = asyncio.run(last_position())
    for gateway, command in examples():
        publish(devices, gateway, command)
    messages = [Captured(at, at * 1_000_000, subject, payload) for at, subject, payload in asyncio.run(stored(before))]
    situation = Situation()
    batch = Batch(messages)
    for _name, step in situation.steps:
        step(batch)
    assert batch.refused() == []
    told = {(situation.directory.metric_slug[m], v) for m, v in zip(batch.metric.tolist(), batch.value.tolist(), strict=True)}
    assert {("on", 1.0), ("power", 0.2), ("opened", 1.0)} <= told
