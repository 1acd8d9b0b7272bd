"""Many gateways at once, as one cheap process: raw MQTT 3.1.1 at QoS 1, numbers, memory, sending again when asked.

Started with a JSON file (`host`, `port`, `gateways`: [{key, password, devices}], `rate` messages/s, `seconds`, `limit`
messages or 0, `episode`: seconds a lamp's voltage stays too high, `alarms`: instead of episodes so many lamps go wrong, one
after another all through `limit`, and stay so; `drop`: every so many messages is not sent but kept, as if it got lost on the
way); commands come as lines on stdin (`rate 5000`, `stop`), one JSON line of counts goes out each second. A gateway forgets a
message when the platform says that it is recorded. Also used by the fault tests.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import time
from collections import deque
from pathlib import Path

WINDOW = 1000
"""PUBLISH packets of one gateway that may wait for their PUBACK."""
EPISODE_S = 90
"""How long a lamp's voltage stays too high unless the plan says; at any time 0.3 % of the lamps do, which is 0.1 % of the readings."""


def varint(size: int) -> bytes:
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | (128 if size else 0))
        if not size:
            return bytes(out)


def text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


class Lamp:
    """A lamp's three quantities wander at sensor resolution: 0.1 W, 0.1 V, 0.001 A."""

    __slots__ = ("power", "topic", "voltage", "was_high")

    def __init__(self, topic: str) -> None:
        self.topic = text(topic)
        self.power, self.voltage = random.randint(780, 900), random.randint(2200, 2320)
        self.was_high = False

    def body(self, seq: int, t: int, high: bool) -> bytes:
        step = random.getrandbits(8)
        self.power = min(max(self.power + (step & 7) - 3 - (step >> 7), 700), 950)
        self.voltage = min(max(self.voltage + (step >> 3 & 3) - 1 - (step >> 6 & 1), 2180), 2370)
        voltage = self.voltage + 400 if high else self.voltage
        return b'{"seq":%d,"t":%d,"v":{"power":%d.%d,"voltage":%d.%d,"current":0.%03d}}' % (
            seq, t, self.power // 10, self.power % 10, voltage // 10, voltage % 10, self.power * 1000 // self.voltage
        )  # fmt: skip


class Gateway(asyncio.Protocol):
    """One connection; it comes back by itself and sends again what was not acknowledged."""

    def __init__(self, fleet: Fleet, key: str, password: str, devices: list[str], epoch: int) -> None:
        self.fleet, self.key, self.password, self.epoch = fleet, key, password, epoch
        self.lamps = [Lamp(f"zhcg/up/{key}/street_lights/{device}") for device in devices]
        self.high = [False] * len(self.lamps)
        self.seq = self.turn = self.packet = 0
        self.kept: deque[tuple[int, bytes]] = deque()
        self.unacknowledged: dict[int, tuple[int, bytes]] = {}
        self.transport: asyncio.Transport | None = None
        self.ready = False
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = transport, b""  # type: ignore[assignment]
        body = text("MQTT") + b"\x04\xc2\x00\x3c" + text(self.key) + text(self.key) + text(self.password)
        self.transport.write(b"\x10" + varint(len(body)) + body)

    def connection_lost(self, error: Exception | None) -> None:
        self.ready = False
        if not self.fleet.ended:
            asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(self.connect()))

    async def connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, self.fleet.host, self.fleet.port)
        except OSError:
            if not self.fleet.ended:
                asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(self.connect()))

    def data_received(self, data: bytes) -> None:
        buffer = self.buffer + data if self.buffer else data
        place, size = 0, len(buffer)
        while size - place >= 2:
            length, shift, at = 0, 0, place + 1
            while at < size and buffer[at] & 128:
                length |= (buffer[at] & 127) << shift
                shift, at = shift + 7, at + 1
            if at >= size:
                break
            length |= buffer[at] << shift
            end = at + 1 + length
            if end > size:
                break
            self.packet_arrived(buffer[place], buffer, at + 1, end)
            place = end
        self.buffer = buffer[place:]

    def packet_arrived(self, head: int, buffer: bytes, start: int, end: int) -> None:
        if head == 0x40:
            self.unacknowledged.pop(buffer[start] << 8 | buffer[start + 1], None)
            self.fleet.acknowledged += 1
        elif head == 0x20:
            if buffer[start + 1]:
                raise ConnectionError(f"{self.key}: refused with {buffer[start + 1]}")
            body = b"\x00\x01" + text(f"zhcg/down/{self.key}/#") + b"\x00"
            assert self.transport is not None
            self.transport.write(b"\x82" + varint(len(body)) + body)
            again = list(self.unacknowledged.values())
            self.unacknowledged.clear()
            for seq, rest in again:
                self.publish(seq, rest)
            self.ready = True
        elif head >> 4 == 3:
            size = int.from_bytes(buffer[start : start + 2], "big")
            start += 2 + size + (2 if head & 6 else 0)
            self.told(json.loads(buffer[start:end]))

    def told(self, message: dict) -> None:
        if message.get("epoch", 0) != self.epoch:
            return
        if "recorded" in message:
            while self.kept and self.kept[0][0] <= message["recorded"]:
                self.kept.popleft()
        elif "from" in message:
            self.fleet.asked += message["to"] - message["from"] + 1
            for seq, rest in list(self.kept):
                if message["from"] <= seq <= message["to"]:
                    self.fleet.resent += 1
                    self.publish(seq, rest)

    def publish(self, seq: int, rest: bytes) -> None:
        """`rest`: topic, and the body after the packet's number."""
        self.packet = self.packet % 65535 + 1
        size = int.from_bytes(rest[:2], "big") + 2
        assert self.transport is not None
        packet = b"\x32" + varint(len(rest) + 2) + rest[:size] + self.packet.to_bytes(2, "big") + rest[size:]
        self.unacknowledged[self.packet] = (seq, rest)
        self.transport.write(packet)

    def status(self) -> None:
        """The gateway's own message; it has a number like every other."""
        if not self.ready:
            return
        self.seq += 1
        body = b'{"seq":%d,"t":%d,"epoch":%d}' % (self.seq, int(time.time() * 1000), self.epoch)
        rest = text(f"zhcg/up/{self.key}/_/status") + body
        self.kept.append((self.seq, rest))
        self.publish(self.seq, rest)

    def send(self, count: int, t: int) -> int:
        """Next messages of its lamps, in turn; how many went."""
        if not self.ready or self.transport is None:
            return 0
        count = min(count, WINDOW - len(self.unacknowledged))
        packets = []
        for _ in range(count):
            self.seq += 1
            lamp = self.lamps[self.turn]
            high = self.high[self.turn] and self.seq > self.fleet.good_rounds(self.turn) * len(self.lamps)
            rest = lamp.topic + lamp.body(self.seq, t, high)
            if high and not lamp.was_high:
                self.fleet.rises += 1
            lamp.was_high = high
            if self.epoch:
                rest = rest[:-1] + b',"epoch":%d}' % self.epoch
            self.turn += 1
            if self.turn == len(self.lamps):
                self.turn = 0
                t += 1
            self.kept.append((self.seq, rest))
            if self.fleet.drop and self.seq % self.fleet.drop == 0:
                continue
            self.packet = self.packet % 65535 + 1
            self.unacknowledged[self.packet] = (self.seq, rest)
            size = len(lamp.topic)
            packets.append(b"\x32" + varint(len(rest) + 2) + rest[:size] + self.packet.to_bytes(2, "big") + rest[size:])
        if packets:
            self.transport.write(b"".join(packets))
        return max(count, 0)


class Fleet:
    """All gateways, paced together."""

    def __init__(self, plan: dict) -> None:
        self.host, self.port = plan["host"], plan["port"]
        self.rate, self.seconds, self.limit = plan["rate"], plan["seconds"], plan.get("limit", 0)
        self.alarms, self.drop = plan.get("alarms", 0), plan.get("drop", 0)
        self.sent = self.acknowledged = self.asked = self.resent = self.rises = 0
        self.episode = plan.get("episode", EPISODE_S)
        self.ended = False
        self._set_at = 0
        epoch = plan.get("epoch", 0)
        self.gateways = [Gateway(self, each["key"], each["password"], each["devices"], epoch) for each in plan["gateways"]]
        self.share = self.alarms // len(self.gateways)
        """Lamps of each gateway that go wrong."""

    def good_rounds(self, turn: int) -> float:
        """How often that lamp of a gateway speaks before it goes wrong."""
        if not self.share:
            return 0
        rounds = self.limit / sum(len(each.lamps) for each in self.gateways)
        return 2 + max(rounds - 8, 0) * turn / self.share

    async def run(self) -> None:
        for start in range(0, len(self.gateways), 20):
            await asyncio.gather(*(each.connect() for each in self.gateways[start : start + 20]))
        while not all(each.ready for each in self.gateways):
            await asyncio.sleep(0.02)
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        listening = asyncio.ensure_future(self.listen(reader))
        telling = asyncio.ensure_future(self.tell())
        await self.pace()
        while self.limit and not self.ended:  # a sign of life now and then: its number shows what went missing before
            await asyncio.sleep(2)
            for gateway in self.gateways:
                gateway.status()
        await asyncio.wait_for(listening, None)
        telling.cancel()
        self.ended = True

    async def pace(self) -> None:
        """Every 20 ms a fifth of the gateways sends what it owes."""
        began = last = time.monotonic()
        owed, turn = 0.0, 0
        groups = [group for offset in range(5) if (group := self.gateways[offset::5])]
        while not self.ended and time.monotonic() - began < self.seconds and not (self.limit and self.sent >= self.limit):
            await asyncio.sleep(0.02)
            now = time.monotonic()
            owed = min(owed + (now - last) * self.rate, self.rate)
            last = now
            self._set_episodes(int(now))
            group = groups[turn % len(groups)]
            turn += 1
            share = max(int(owed / len(group)), 0)
            if self.limit:
                share = min(share, max((self.limit - self.sent) // len(group), 1))
            t = int(time.time() * 1000)
            for gateway in group:
                went = gateway.send(share, t)
                owed -= went
                self.sent += went

    def _set_episodes(self, now: int) -> None:
        """0.3 % of the lamps are too high at any time, others after each episode."""
        if now == self._set_at:
            return
        self._set_at = now
        if self.alarms:
            for gateway in self.gateways:
                gateway.high = [at < self.share for at in range(len(gateway.lamps))]
            return
        for at, gateway in enumerate(self.gateways):
            size = len(gateway.lamps)
            for lamp in range(size):
                gateway.high[lamp] = (lamp + at * 7 + (now + at * 13) // self.episode * 31) % 333 == 0

    async def listen(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            words = line.decode().split()
            if words[:1] == ["rate"]:
                self.rate = float(words[1])
            elif words[:1] == ["stop"]:
                break
        self.ended = True

    async def tell(self) -> None:
        while True:
            await asyncio.sleep(1)
            print(json.dumps(self.counts()), flush=True)

    def counts(self) -> dict:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "sent": self.sent, "acknowledged": self.acknowledged, "asked": self.asked, "resent": self.resent, "rises": self.rises,
            "cpu_s": round(used.ru_utime + used.ru_stime, 2), "kept": sum(len(each.kept) for each in self.gateways),
        }  # fmt: skip


if __name__ == "__main__":
    asyncio.run(Fleet(json.loads(Path(sys.argv[1]).read_text())).run())
