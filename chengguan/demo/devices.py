"""The things of the sample county: lamps on their circuits and cabinets, manhole covers and their gateways.

Synthetic and labelled so, in the county's real quantities, standing along the streets of the ground.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

from chengguan import registry
from chengguan.demo import devices_covers, devices_lights, people
from chengguan.things.models import Device
from chengguan.things.services import write_gateway_accounts

MAKERS: dict[str, Callable[..., None]] = {
    devices_lights.SUBSYSTEM: devices_lights.load,
    devices_covers.SUBSYSTEM: devices_covers.load,
}


def load(share: float = 1.0) -> None:
    """Make the things of every trade that is present and has none yet. `share` < 1 makes a smaller county."""
    with transaction.atomic():
        made = False
        for slug, make in MAKERS.items():
            if slug in registry.present() and not Device.objects.filter(subsystem=slug).exists():
                make(share)
                made = True
        if made:
            place()
            people.answer_for(("L-004711", "MH-000123"))
            transaction.on_commit(write_gateway_accounts)


load_devices = load


def place() -> None:
    """Give every synthetic component without one its unit grid and the nearest door as its address."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE things_component c SET unit_grid_id = g.id FROM places_unitgrid g
             WHERE c.synthetic AND c.unit_grid_id IS NULL AND g.valid_to IS NULL AND ST_Covers(g.geom, c.point)
            """
        )
        cursor.execute(
            """
            UPDATE things_component c SET address = near.words
              FROM (SELECT s.id, a."full" || '附近' AS words
                      FROM things_component s
                      CROSS JOIN LATERAL (SELECT "full" FROM places_address WHERE kind = 'door' ORDER BY point <-> s.point LIMIT 1) a
                     WHERE s.synthetic AND s.address = '') near
             WHERE near.id = c.id
            """
        )


