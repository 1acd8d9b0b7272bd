"""The stream's content to a file and back, with its sequence numbers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from chengguan.engines import nats
from chengguan.engines.saying import Refused, _

AT_ONCE = 500
IDLE_S = 10.0
RECEIVED = "Chengguan-Received"


class Kept(msgspec.Struct, array_like=True):
    sequence: int
    received_ms: int
    subject: str  # as published
    headers: dict[str, str]
    payload: bytes


def save(path: Path, *, after: int) -> int:
    """Messages behind position `after`, up to the last there is now; how many."""
    return asyncio.run(_save(path, after))


async def _save(path: Path, after: int) -> int:
    nc = await asyncio.wait_for(nats.connect("backup"), 10)
    js = nc.jetstream()
    info = await js.stream_info(nats.STREAM)
    last, count = info.state.last_seq, 0
    with path.open("wb") as out:
        _put(out, {"next": max(last, after) + 1})
        if info.state.messages and last > after:
            subscription = await nats.subscribe_all(js, after=after)
            position = after
            while position < last:
                message = await subscription.next_msg(timeout=IDLE_S)
                about = message.metadata
                position = about.sequence.stream
                if position > last:
                    break
                headers = dict(message.headers or {})
                received = round(about.timestamp.timestamp() * 1000)
                kept = Kept(position, received, nats.original(message.subject), headers, message.data)
                _put(out, kept)
                count += 1
    await nc.close()
    return count


def _put(out, item) -> None:  # type: ignore[no-untyped-def]
    body = msgspec.msgpack.encode(item)
    out.write(len(body).to_bytes(4, "big") + body)


def _frames(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while head := source.read(4):
            yield source.read(int.from_bytes(head, "big"))


def load(path: Path) -> str:
    """The stream made anew with these messages under their old numbers; its incarnation, as the server writes it."""
    return asyncio.run(_load(path))


async def _load(path: Path) -> str:
    nc = await asyncio.wait_for(nats.connect("restore"), 10)
    js = nc.jetstream()
    frames = _frames(path)
    after_all = msgspec.msgpack.decode(next(frames))["next"]
    kept = (msgspec.msgpack.decode(frame, type=Kept) for frame in frames)
    first = next(kept, None)
    await _make(js, first.sequence if first else after_all)
    sequence, waiting = (first.sequence if first else after_all), []
    for message in _with(first, kept):
        while sequence < message.sequence:  # a number that was deleted before the backup
            await js.publish("zhcg.up._.gap", b"")
            await js.delete_msg(nats.STREAM, sequence)
            sequence += 1
        waiting.append(asyncio.ensure_future(_again(js, message)))
        sequence += 1
        if len(waiting) >= AT_ONCE:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    answer = json.loads((await nc.request(f"$JS.API.STREAM.INFO.{nats.STREAM}", b"", timeout=10)).data)
    await nc.close()
    return answer["created"]


def _with(first: Kept | None, rest: Iterator[Kept]) -> Iterator[Kept]:
    if first is not None:
        yield first
        yield from rest


async def _make(js: JetStreamContext, first_sequence: int) -> None:
    try:
        info = await js.stream_info(nats.STREAM)
        if info.state.last_seq:
            raise Refused(_("消息流里已有消息；只能恢复到空的消息流。"))
        await js.delete_stream(nats.STREAM)
    except NotFoundError:
        pass  # there is none: the best case
    config = nats.stream_config()
    config.first_seq = first_sequence
    await js.add_stream(config)


async def _again(js: JetStreamContext, message: Kept) -> None:
    headers = {key: value for key, value in message.headers.items() if not key.startswith("Nmqtt-")}
    headers.setdefault(RECEIVED, str(message.received_ms))
    ack = await js.publish(message.subject, message.payload, headers=headers, timeout=30)
    if ack.seq != message.sequence:
        raise Refused(
            _("消息流在恢复期间收到了别的消息（{sequence}）。请断开设备后，在空目录里重新恢复。").format(sequence=ack.seq)
        )
