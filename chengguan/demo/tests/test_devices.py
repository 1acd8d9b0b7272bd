"""The things of the sample county: circuits, cabinets, covers and gateways in believable proportions."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import LineString
from django.db.models import Count

from chengguan.demo import devices, devices_covers, devices_lights, keys
from chengguan.places.models import BaseFeature
from chengguan.things.models import Component, Device, Gateway, Group

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(monkeypatch):
    """Four streets of four kilometres, and a county a tenth of the size."""
    monkeypatch.setattr("chengguan.demo.devices.write_gateway_accounts", lambda: None)
    monkeypatch.setattr(devices_lights, "STORY_LAMP", 471)
    monkeypatch.setattr(devices_lights, "STORY_CABINET", 3)
    monkeypatch.setattr(devices_covers, "STORY_COVER", 23)
    for n, (name, klass) in enumerate([("渝秀大道", "arterial"), ("武陵大道", "primary"), ("梅江路", "secondary"), ("朝阳巷", "tertiary")]):
        line = LineString((108.97, 28.44 + n / 200), (109.01, 28.44 + n / 200), srid=4490)
        BaseFeature.objects.create(kind="road", klass=klass, name=name, geom=line, synthetic=True)
    devices.load(0.1)


def test_lamps_hang_on_circuits_of_believable_size_each_behind_a_cabinet(town):
    lamps = Device.objects.filter(model="lamp_controller")
    assert lamps.count() == 764
    circuits = Group.objects.filter(kind="circuit").annotate(n=Count("devices"))
    assert all(15 <= circuit.n - 1 <= 61 for circuit in circuits)  # the circuit's own meter beside its lamps
    assert Device.objects.filter(model="cabinet_controller").count() == Gateway.objects.filter(subsystem="street_lights").count()
    assert all(lamp.gateway_id == lamp.group.gateway_id for lamp in lamps.select_related("group") if lamp.group)


def test_the_storys_lamp_hangs_on_the_second_circuit_of_its_cabinet_on_its_road(town):
    lamp = Device.objects.select_related("group", "component").get(key="L-000471")
    assert lamp.group is not None
    assert lamp.component is not None
    assert (lamp.group.key, lamp.component.attributes["road"]) == ("C-003-2", "渝秀大道")


def test_covers_share_radio_gateways_and_some_speak_lorawan(town):
    assert Device.objects.filter(model="radio_tag").count() == 90
    assert Device.objects.filter(model="lorawan_tag").count() == 10
    radio = Gateway.objects.filter(subsystem="manholes", kind="own").annotate(n=Count("devices"))
    assert (radio.count(), {gateway.n for gateway in radio}) == (10, {9})
    assert Device.objects.get(key="MH-000023").gateway.key == "MG-007"
    assert Device.objects.get(key=devices_covers.FIRST_TAG).gateway.key == devices_covers.APPLICATION


def test_every_component_has_its_own_checked_code_and_says_it_is_synthetic(town):
    components = Component.objects.all()
    assert components.count() == components.values("code").distinct().count()
    assert not components.filter(synthetic=False).exists()
    assert all(component.code[6:11] == component.class_code for component in components)


def test_loading_again_changes_nothing(town):
    before = Device.objects.count()
    devices.load(0.1)
    assert Device.objects.count() == before


def test_the_simulators_know_the_keys_and_nobody_elses_secret_opens(town, settings):
    import bcrypt

    gateway = Gateway.objects.get(key="C-003")
    assert bcrypt.checkpw(keys.password("C-003").encode(), gateway.password_hash.encode())
    settings.SECRET_KEY = "another installation"
    assert not bcrypt.checkpw(keys.password("C-003").encode(), gateway.password_hash.encode())
