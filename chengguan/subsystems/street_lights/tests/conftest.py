from __future__ import annotations

import pytest


@pytest.fixture
def lights(db):
    """A cabinet with two circuits of three lamps, as last heard."""
    from django.contrib.gis.geos import Point
    from django.utils import timezone

    from chengguan.observations.models import LatestState
    from chengguan.things.models import Component, Device, Gateway, Group

    cabinet = Gateway.objects.create(key="C-012", name="12号控制箱", subsystem="street_lights")
    circuits = []
    for n in (1, 2):
        circuit = Group.objects.create(
            subsystem="street_lights", kind="circuit", key=f"C-012-{n}", name=f"12号箱{n}回路", gateway=cabinet, attributes={"road": "渝秀大道"}
        )
        circuits.append(circuit)
        for m in range(3):
            component = Component.objects.create(
                code=f"50024101037{n}{m:05d}", class_code="01037", name="路灯", label=f"L-{n}{m}", point=Point(108.99, 28.45, srid=4490)
            )
            lamp = Device.objects.create(
                subsystem="street_lights", key=f"L-{n}{m}", model="lamp_controller", name=f"路灯 L-{n}{m}", gateway=cabinet, group=circuit,
                component=component, attributes={"rated_w": 100},
            )
            LatestState.objects.update_or_create(
                device=lamp,
                defaults={"seen_at": timezone.now(), "values": {"on": 1, "power": 95 if m else 0.4, "dim": 100, "voltage": 228}},
            )
    return circuits


@pytest.fixture
def signed_in(client, db):
    """client signed in as someone with that role."""
    from datetime import date

    from chengguan.people.models import Account, Holding, Organisation, Post

    def sign_in(role: str):
        organisation, _ = Organisation.objects.get_or_create(code="x", defaults={"name": "秀山县路灯管理所", "kind": "department"})
        account = Account(username=role, name=role)
        account.set_unusable_password()
        account.save()
        post, _ = Post.objects.get_or_create(organisation=organisation, role=role, defaults={"name": role})
        Holding.objects.create(account=account, post=post, valid_from=date(2020, 1, 1))
        client.force_login(account, backend="chengguan.people.access.AccountBackend")
        return client

    return sign_in
