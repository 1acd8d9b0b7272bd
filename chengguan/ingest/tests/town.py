"""A few lamps and covers for tests of the river, and messages as they would say them."""

from __future__ import annotations

import json
import time

from chengguan.alarms.services import sync_rules
from chengguan.ingest.batch import Captured
from chengguan.observations.services import sync_metrics
from chengguan.things.models import Device, Gateway

NOW_MS = int(time.time() * 1000)


def build(gateways: int = 2, lamps: int = 3) -> list[Device]:
    sync_metrics()
    sync_rules()
    made = []
    for g in range(1, gateways + 1):
        gateway = Gateway.objects.create(key=f"G{g:02d}", name=f"{g}号箱", subsystem="street_lights")
        made += Device.objects.bulk_create(
            Device(
                subsystem="street_lights", key=f"L-{g:02d}-{n:03d}", model="lamp_controller", name=f"{n}号灯", gateway=gateway
            )
            for n in range(1, lamps + 1)
        )
    radio = Gateway.objects.create(key="NS-1", name="LoRaWAN", subsystem="manholes", kind="chirpstack", applications=["app"])
    Gateway.objects.create(key="NS-2", name="LoRaWAN 2", subsystem="manholes", kind="chirpstack", applications=["other"])
    made.append(
        Device.objects.create(subsystem="manholes", key="0101010101010101", model="lorawan_tag", name="井盖", gateway=radio)
    )
    return made


def body(seq: int, t: int | str | None = None, **values: float) -> bytes:
    told = {"seq": seq, "v": values} | ({} if t is None else {"t": t})
    return json.dumps(told).encode()


def subject(lamp: str, gateway: str = "") -> str:
    return f"zhcg.up.{gateway or 'G' + lamp[2:4]}.street_lights.{lamp}"


def captured(*messages: tuple[str, bytes], first: int = 1, at: int | None = None) -> list[Captured]:
    """Messages as JetStream would hand them on, one a millisecond."""
    start = NOW_MS if at is None else at
    return [
        Captured(first + n, (start + n) * 1_000_000, f"up.{0}.{topic}", payload) for n, (topic, payload) in enumerate(messages)
    ]
