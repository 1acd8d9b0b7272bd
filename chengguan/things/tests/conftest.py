"""A lamp, a cabinet and their circuit, with someone who may switch them and someone who may not."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django.contrib.gis.geos import Point

from chengguan import registry
from chengguan.people.models import Account, Holding, Organisation, Post
from chengguan.people.selectors import SYSTEM, who_is
from chengguan.registry import Command, DeviceModel, Manifest, Metric, Subsystem
from chengguan.things.models import Component, Device, Gateway, Group

MANIFEST = Manifest(
    slug="lanterns",
    name="灯笼",
    phase=1,
    grade="simulated",
    component_classes=["01037"],
    metrics=[Metric("lit", "亮灯"), Metric("dim", "亮度", "%", 0, 100)],
    models=[DeviceModel("lantern", "灯笼", ["lit", "dim"], commands=["on", "dim", "blackout", "hello"]), DeviceModel("box", "箱", ["lit"])],
    rules=[],
    commands=[
        Command("on", "开灯", confirm_metric="lit", timeout_s=60),
        Command("dim", "调光", {"level": {"name": "亮度", "low": 0, "high": 100}}, confirm_metric="dim", timeout_s=60),
        Command("blackout", "全灭", confirm_metric="lit", dangerous=True),
        Command("hello", "问候", timeout_s=60),
    ],
)


def encode(command: str, parameters: dict) -> dict:
    told: dict[str, dict] = {"on": {"lit": 1}, "blackout": {"lit": 0}, "dim": {"dim": parameters.get("level")}}
    return told.get(command, {})


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict]]:
    """What left for the devices."""
    sent: list[tuple[str, dict]] = []
    monkeypatch.setattr("chengguan.engines.nats.publish", lambda subject, payload, *_: sent.append((subject, json.loads(payload))))
    monkeypatch.setattr("chengguan.engines.nats.publish_hint", lambda *_: None)
    return sent


@pytest.fixture
def town(db: None, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setitem(registry._present, "lanterns", Subsystem(MANIFEST, encode=encode, module="tests"))
    lighting = Organisation.objects.create(code="lighting", name="路灯管理所", kind="department")
    drainage = Organisation.objects.create(code="drainage", name="排水", kind="department")
    gateway = Gateway.objects.create(key="G01", name="一号", subsystem="lanterns")
    circuit = Group.objects.create(subsystem="lanterns", kind="circuit", key="G01-1", name="一回路", gateway=gateway)
    lamps = []
    for number in (1, 2, 3):
        component = Component.objects.create(
            code=f"5002410103700000{number}", class_code="01037", name="路灯", point=Point(108.99, 28.44, srid=4490), maintainer=lighting
        )
        lamps.append(
            Device.objects.create(
                subsystem="lanterns", key=f"L-{number}", model="lantern", name=f"灯{number}", gateway=gateway, group=circuit, component=component
            )
        )

    def who(username: str, role: str, organisation: Organisation):
        account = Account.objects.create(username=username, name=username)
        post, _new = Post.objects.get_or_create(organisation=organisation, role=role, name=role)
        Holding.objects.create(account=account, post=post)
        return who_is(account)

    return SimpleNamespace(
        lamp=lamps[0], lamps=lamps, circuit=circuit, gateway=gateway, lighting=lighting, drainage=drainage, who=who,
        engineer=who("engineer", "trade_engineer", lighting), system=SYSTEM,
    )  # fmt: skip
