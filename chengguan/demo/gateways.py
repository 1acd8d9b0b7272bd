"""Simulated gateways: the MQTT side of our documented protocol, as a real one would speak it.

Each has an account and a connection of its own, numbers its messages, keeps the last ten minutes and
sends again what the platform asks for; what was not sent while the broker was away goes out when it
is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiomqtt

from chengguan.registry import Said

log = logging.getLogger(__name__)
KEEP_S = 600.0
Heard = Callable[[str, str, str, Mapping[str, Any]], None]
"""Called with gateway, subsystem or "_", device or word, and what came down."""


@dataclass(frozen=True)
class Door:
    """The broker's MQTT listener."""

    host: str
    port: int


class Outbox:
    """Numbers messages and remembers them for ten minutes. Knows no network."""

    def __init__(self, gateway: str, subsystem: str, epoch: int) -> None:
        self.gateway, self.subsystem, self.epoch = gateway, subsystem, epoch
        self.number = 0
        self.kept: deque[tuple[float, int, str, bytes]] = deque()
        self.waiting: deque[tuple[str, bytes]] = deque(maxlen=20_000)

    def add(self, said: Said, now: float) -> None:
        if said.event:  # ChirpStack numbers nothing and sends nothing again
            topic = f"application/{self.gateway}/device/{said.device}/event/{said.event}"
            self.waiting.append((topic, json.dumps(said.payload).encode()))
            return
        self.number += 1
        body: dict[str, Any] = {"seq": self.number, "epoch": self.epoch, "t": int(now * 1000), "v": dict(said.values)}
        if said.ack is not None:
            body["ack"] = said.ack
        place = f"{self.subsystem}/{said.device}" if said.device else "_/status"
        message = (f"zhcg/up/{self.gateway}/{place}", json.dumps(body).encode())
        self.kept.append((now, self.number, *message))
        while self.kept and self.kept[0][0] < now - KEEP_S:
            self.kept.popleft()
        self.waiting.append(message)

    def again(self, first: int, last: int) -> int:
        """Put what is still kept of these numbers into the queue again; how many there were."""
        found = [(topic, payload) for _, number, topic, payload in self.kept if first <= number <= last]
        self.waiting.extend(found)
        return len(found)


REFUSED = 0x80
"""From here on a code of SUBACK is a refusal: a broker that is short of time says so, and hears the gateway all the same."""


class Line:
    """One gateway's connection."""

    def __init__(self, outbox: Outbox, password: str, door: Door, heard: Heard, chirpstack: bool = False) -> None:
        self.outbox, self.password, self.door, self.heard, self.chirpstack = outbox, password, door, heard, chirpstack
        self.ready = asyncio.Event()
        self.sent = 0
        self.online = False

    def say(self, said: Said, now: float) -> None:
        self.outbox.add(said, now)
        self.ready.set()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        pause = 1.0
        while True:
            try:
                async with aiomqtt.Client(
                    self.door.host,
                    self.door.port,
                    username=self.outbox.gateway,
                    password=self.password,
                    identifier=f"demo-{self.outbox.gateway}",
                    protocol=aiomqtt.ProtocolVersion.V311,
                    keepalive=60,
                    timeout=20,
                ) as client:
                    pause = 1.0
                    if not self.chirpstack:
                        granted = await client.subscribe(f"zhcg/down/{self.outbox.gateway}/#", qos=1)
                        if any(getattr(code, "value", code) >= REFUSED for code in granted):
                            raise aiomqtt.MqttError("the broker did not take the subscription")
                    self.online = True
                    async with asyncio.TaskGroup() as both:
                        both.create_task(self._listen(client))
                        both.create_task(self._send(client))
            except* (aiomqtt.MqttError, OSError, TimeoutError) as trouble:
                log.debug("%s: %s", self.outbox.gateway, trouble.exceptions[0])
            self.online = False
            await asyncio.sleep(pause)
            pause = min(pause * 2, 15.0)

    async def _send(self, client: aiomqtt.Client) -> None:
        waiting = self.outbox.waiting
        while True:
            while waiting:
                topic, payload = waiting[0]
                await client.publish(topic, payload, qos=1)
                with contextlib.suppress(IndexError):
                    waiting.popleft()
                self.sent += 1
            self.ready.clear()
            await self.ready.wait()

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            levels = str(message.topic).split("/")
            try:
                told = json.loads(bytes(message.payload))  # type: ignore[arg-type]
            except ValueError:
                continue
            if len(levels) < 5 or not isinstance(told, dict):
                continue
            if levels[3] == "_" and levels[4] == "resend":
                if not told.get("epoch") or told["epoch"] == self.outbox.epoch:
                    self.outbox.again(int(told["from"]), int(told["to"]))
                    self.ready.set()
            elif "recorded" not in told:
                self.heard(self.outbox.gateway, levels[3], levels[4], told)


def fresh_epoch() -> int:
    """A new counter begins: what the process before had kept is gone."""
    return int(time.time())
