"""Covers at a glance."""

from __future__ import annotations

import pytest
from django.utils import timezone

from chengguan.observations.models import LatestState
from chengguan.people.selectors import SYSTEM
from chengguan.subsystems.manholes import selectors
from chengguan.things.models import Device, Gateway


@pytest.mark.django_db
def test_the_overview_counts_open_lost_and_weak_covers(client, django_user_model):
    gateway = Gateway.objects.create(key="MG-007", name="7号井盖网关", subsystem="manholes")
    for n, values in enumerate([{"opened": 1, "battery": 80}, {"opened": 0, "battery": 12}, {"water_level": 190}, None]):
        device = Device.objects.create(subsystem="manholes", key=f"MH-{n}", model="radio_tag", name=f"井盖 MH-{n}", gateway=gateway)
        if values is not None:
            LatestState.objects.update_or_create(device=device, defaults={"seen_at": timezone.now(), "values": values})
    found = selectors.overview(SYSTEM)
    assert (found.covers, found.heard, found.open, found.flooded, found.low_battery) == (4, 3, 1, 1, 1)
    assert (found.gateways[0].key, found.gateways[0].weakest) == ("MG-007", 12)
    assert client.get("/manholes").status_code in (302, 403)
