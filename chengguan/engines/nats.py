"""The broker: NATS with JetStream and its MQTT listener. What a consumer must know:

**One stream.** Everything devices publish lands in the stream `STREAM`, whether it came as MQTT topic
`zhcg/up/<gateway>/<subsystem>/<device>` or through ChirpStack as `application/<id>/device/<eui>/event/<kind>`.
The stream itself (not the server's configuration) rewrites the subject when it stores a message:

    zhcg.up.G01.street_lights.L-1         ->  up.10.zhcg.up.G01.street_lights.L-1
    application.77.device.0011.event.up   ->  up.9.application.77.device.0011.event.up

so the second token is the partition, 0 to 15, the same for everything from one gateway (from one ChirpStack
application), and `original(subject)` gives the topic back. `partition(subject)` gives the number. To put a
message in again (re-drive), publish it to its original subject.

**Reading.** `await subscribe(js, partition, after=position)` is an ordered push consumer without
acknowledgement that begins at `position + 1`; a position below the first message kept begins at the first kept.
`msg.metadata.sequence.stream` is the position, `msg.metadata.timestamp` when JetStream received it (UTC).
Sequence numbers run through the whole stream, all partitions together. A stream that was made anew starts at 1
again: `await incarnation(js)` (its creation time, text) changes then, and a stored position is void.
`await purge_below(js, sequence)` removes what every sink has recorded.

**No proof.** A PUBACK does not mean captured: a full stream and a foreign topic are acknowledged too. What
the server refused is counted by `refused()`, how full the stream is by `fill()`.

**Down.** Publish to `zhcg.down.<gateway>.<...>`; an MQTT gateway subscribed to `zhcg/down/<gateway>/#` gets it.
Gateways' passwords are bcrypt hashes; passwords are long and random, so a cost of 8 is plenty, and the
server checks one on each connect.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlparse

import msgspec
import nats
from django.conf import settings
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    SubjectTransform,
)
from nats.js.errors import NotFoundError

from chengguan.engines.background import Background
from chengguan.engines.nats_server import ACCEPTABLE_KEY, KEEP_S, refused, room, write_accounts

STREAM = "ZHCG_UP"
PARTITIONS = 16
SUBJECTS = ["zhcg.up.*.>", "application.*.device.>"]


async def connect(name: str) -> Client:
    """A connection that stays: it reconnects for as long as the process lives."""
    if not settings.NATS_ADDRESS:
        raise ConnectionError("no broker: neither NATS_URL nor a running `chengguan up` names one")
    servers = settings.NATS_ADDRESS.split(",")
    whom = urlparse(servers[0])
    return await nats.connect(
        servers=servers,
        user=unquote(whom.username) if whom.username else None,
        password=unquote(whom.password) if whom.password else None,
        name=name,
        connect_timeout=5,
        reconnect_time_wait=0.5,
        max_reconnect_attempts=-1,
        error_cb=_tell,
    )


async def _tell(error: Exception) -> None:
    """One line in the log every half minute, however often it tries."""
    global _told_at
    if time.monotonic() - _told_at > 30:
        _told_at = time.monotonic()
        logging.getLogger(__name__).warning("NATS: %s", error or type(error).__name__)


_told_at = float("-inf")


def partition(subject: str) -> int:
    """Of a subject as the stream stored it."""
    return int(subject.split(".", 2)[1])


def original(subject: str) -> str:
    """The subject a stored message was published to."""
    return subject.split(".", 2)[2]


def stream_config() -> StreamConfig:
    messages, size = room()
    return StreamConfig(
        name=STREAM,
        subjects=SUBJECTS,
        subject_transform=SubjectTransform(
            src="*.*.*.>", dest="up.{{partition(16,2,3)}}.{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}.>"
        ),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=KEEP_S,
        max_msgs=messages,
        max_bytes=size,
        num_replicas=settings.NATS_REPLICAS,
    )


async def ensure_stream(js: JetStreamContext | None = None) -> str:
    """Make the stream, or bring its limits up to the settings; returns its incarnation."""
    if js is None:
        nc = await connect("ensure-stream")
        try:
            return await ensure_stream(nc.jetstream())
        finally:
            await nc.close()
    try:
        await js.stream_info(STREAM)
        info = await js.update_stream(stream_config())
    except NotFoundError:
        info = await js.add_stream(stream_config())
    return str(info.created)


async def incarnation(js: JetStreamContext) -> str:
    """Changes when the stream is made anew and its sequence begins at 1 again."""
    return str((await js.stream_info(STREAM)).created)


async def subscribe(
    js: JetStreamContext, number: int, *, after: int, pending: int = 200_000
) -> JetStreamContext.PushSubscription:
    """Messages of one partition in order, from position `after` + 1; at most `pending` wait in memory."""
    return await js.subscribe(
        f"up.{number}.>",
        stream=STREAM,
        ordered_consumer=True,
        config=ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=after + 1),
        pending_msgs_limit=pending,
        pending_bytes_limit=512 * 1024 * 1024,
    )


async def subscribe_all(js: JetStreamContext, *, after: int) -> JetStreamContext.PushSubscription:
    """As `subscribe`, all partitions in the order of the stream."""
    return await js.subscribe(
        ">",
        stream=STREAM,
        ordered_consumer=True,
        config=ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=after + 1),
        pending_msgs_limit=1_000_000,
        pending_bytes_limit=1024 * 1024 * 1024,
    )


async def purge_below(js: JetStreamContext, sequence: int) -> None:
    """Remove everything before `sequence`; what every sink has recorded is no longer needed."""
    await js.purge_stream(STREAM, seq=sequence)


async def stream_fill(js: JetStreamContext) -> float:
    """Share of the stream's room in use, 0 to 1; at 1 it refuses."""
    info = await js.stream_info(STREAM)
    share = max(
        info.state.messages / (info.config.max_msgs or 1),
        info.state.bytes / (info.config.max_bytes or 1),
    )
    return round(share, 4)


# ---- for code that is not async -----------------------------------------------------------------

_background = Background("chengguan-nats")
_connecting: asyncio.Task[Client] | None = None


async def _shared() -> Client:
    """The one connection of this process's plain code; everybody waits for the same attempt."""
    global _connecting
    failed = _connecting is not None and _connecting.done() and (
        _connecting.cancelled() or _connecting.exception() is not None or _connecting.result().is_closed
    )
    if _connecting is None or failed:
        _connecting = asyncio.ensure_future(connect("background"))
    return await asyncio.shield(_connecting)


def fill(timeout_s: float = 3.0) -> float | None:
    """As `stream_fill`; None when the broker does not answer."""

    async def ask() -> float:
        return await stream_fill((await _shared()).jetstream())

    return _background.ask(ask, timeout_s)


def publish(subject: str, payload: bytes, timeout_s: float = 5.0) -> None:
    """Publish and wait until the server has it; OSError or TimeoutError when it has not."""

    async def send() -> bool:
        nc = await _shared()
        await nc.publish(subject, payload)
        await nc.flush(timeout=max(1, int(timeout_s)))
        return True

    if _background.ask(send, timeout_s) is None:
        raise TimeoutError("the broker did not take the message")


def store(subject: str, payload: bytes, headers: Mapping[str, str] | None = None, timeout_s: float = 5.0) -> int:
    """Put a message into the stream and wait until it is stored; its position. OSError when it was not."""

    async def send() -> int:
        nc = await _shared()
        ack = await nc.jetstream().publish(subject, payload, timeout=timeout_s, stream=STREAM, headers=dict(headers or {}))
        return ack.seq

    position = _background.ask(send, timeout_s)
    if position is None:
        raise TimeoutError("the broker did not store the message")
    return position


def leave(timeout_s: float = 5.0) -> None:
    """Close this process's one connection, or give up opening it: nobody tries for ever to reach a broker that has ended. Who
    speaks next opens another."""

    async def close() -> bool:
        global _connecting
        attempt, _connecting = _connecting, None
        if attempt is not None:
            attempt.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await (await attempt).close()
        return True

    _background.ask(close, timeout_s)


def publish_hint(topic: str, about: Mapping[str, Any]) -> None:
    """Tell open screens to look again. Never waits and never fails: lost when the broker is away."""
    payload = msgspec.json.encode(dict(about), enc_hook=str)

    async def send() -> None:
        with contextlib.suppress(Exception):
            nc = await asyncio.wait_for(_shared(), 5)
            await nc.publish(f"zhcg.hint.{topic}", payload)

    _background.tell(send)


__all__ = [
    "ACCEPTABLE_KEY", "PARTITIONS", "STREAM", "connect", "ensure_stream", "fill", "incarnation", "leave", "original", "partition", "publish",
    "publish_hint", "purge_below", "refused", "store", "stream_fill", "subscribe", "subscribe_all", "write_accounts",
]  # fmt: skip
