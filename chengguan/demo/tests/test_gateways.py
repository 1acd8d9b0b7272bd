"""A simulated gateway keeps what the documented protocol promises."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiomqtt

from chengguan.demo import gateways
from chengguan.demo.gateways import KEEP_S, Door, Line, Outbox
from chengguan.registry import Said


def outbox() -> Outbox:
    return Outbox("C-012", "street_lights", 7)


def test_messages_of_a_gateway_are_numbered_from_one_all_devices_together():
    box = outbox()
    for device in ("L-1", "L-2", ""):
        box.add(Said("C-012", device, {"on": 1} if device else {}), 100.0)
    told = [(topic, json.loads(payload)) for topic, payload in box.waiting]
    assert [body["seq"] for _, body in told] == [1, 2, 3]
    assert {body["epoch"] for _, body in told} == {7}
    assert [topic for topic, _ in told] == [
        "zhcg/up/C-012/street_lights/L-1",
        "zhcg/up/C-012/street_lights/L-2",
        "zhcg/up/C-012/_/status",
    ]


def test_what_the_platform_asks_for_goes_out_again_for_ten_minutes():
    box = outbox()
    for n in range(10):
        box.add(Said("C-012", "L-1", {"on": 1}), float(n))
    box.waiting.clear()
    assert box.again(4, 6) == 3
    assert [json.loads(payload)["seq"] for _, payload in box.waiting] == [4, 5, 6]
    box.add(Said("C-012", "L-1", {"on": 1}), 5.0 + KEEP_S)
    assert box.again(1, 10) == 5


def test_an_answer_carries_the_commands_number():
    box = outbox()
    box.add(Said("C-012", "L-1", {"on": 1}, ack=42), 1.0)
    assert json.loads(box.waiting[0][1])["ack"] == 42


def test_chirpstack_events_go_to_their_own_topic_unnumbered():
    box = Outbox("app-1", "manholes", 7)
    box.add(Said("app-1", "24e124136d000001", event="up", payload={"fCnt": 1}), 1.0)
    assert box.waiting[0] == ("application/app-1/device/24e124136d000001/event/up", b'{"fCnt": 1}')
    assert box.again(0, 100) == 0


class Broker:
    """Stands for aiomqtt.Client: refuses the first subscription, as a broker short of time does, and takes the second."""

    asked = 0

    def __init__(self, *_args: Any, **_options: Any) -> None:
        self.messages = self._nothing()

    async def __aenter__(self) -> Broker:
        return self

    async def __aexit__(self, *_trouble: Any) -> None: ...

    async def subscribe(self, *_args: Any, **_options: Any) -> tuple[int, ...]:
        Broker.asked += 1
        return (gateways.REFUSED,) if Broker.asked == 1 else (1,)

    async def _nothing(self) -> Any:
        await asyncio.Event().wait()
        yield


def test_a_gateway_whose_subscription_is_refused_asks_again(monkeypatch):
    monkeypatch.setattr(aiomqtt, "Client", Broker)
    line = Line(outbox(), "", Door("127.0.0.1", 1), lambda *_told: None)

    async def connect() -> None:
        running = asyncio.create_task(line.run())
        while not line.online:
            await asyncio.sleep(0.05)
        running.cancel()

    asyncio.run(asyncio.wait_for(connect(), 20))
    assert Broker.asked == 2
