"""Our documented device message: one small JSON object on `zhcg/up/<gateway>/<subsystem>/<device>`.

    {"seq": 4711, "t": 1764230400000, "v": {"power": 83.1, "voltage": 229.4}, "epoch": 2, "ack": 17}

seq    counts the messages of the gateway (all its devices together) from 1; absent means it cannot be asked again
t      device time, ms since 1970 UTC or ISO 8601 with offset; absent means "now"
v      metric slug -> finite number
epoch  changes when the counter of the gateway begins again (optional)
ack    number of the command that this message answers (optional)
error  why the device could not do that command (optional)

A whole batch is decoded into columns; a message that cannot be read is reported by position and spoils no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import msgspec

LARGEST = 64 * 1024
"""Bytes of a payload beyond which it is not read at all."""

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Moment = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
NO_TIME = -(2**62)


class Message(msgspec.Struct, gc=False, frozen=True):
    """One message as it stands on the wire."""

    v: dict[str, float] = {}
    seq: Count = 0
    t: Moment | str | None = None
    epoch: Count = 0
    ack: Count | None = None
    error: str = ""


_decode = msgspec.json.Decoder(Message).decode


@dataclass
class Decoded:
    """Columns of a batch. Arrays over messages: `seq`, `epoch`, `t` (ms, NO_TIME when absent), `width` (readings in
    it); arrays over readings: `keys`, `values`. A message in `wrong` (position -> reason, detail) has width 0."""

    seq: list[int] = field(default_factory=list)
    epoch: list[int] = field(default_factory=list)
    t: list[int] = field(default_factory=list)
    width: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    acks: dict[int, int] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    wrong: dict[int, tuple[str, str]] = field(default_factory=dict)


def decode_batch(payloads: Sequence[bytes]) -> Decoded:
    """Columns of all payloads. Never raises for what a payload holds."""
    wrong: dict[int, tuple[str, str]] = {}
    if payloads and max(map(len, payloads)) > LARGEST:
        messages = [_decode_one(payload, at, wrong) for at, payload in enumerate(payloads)]
    else:
        try:
            messages = list(map(_decode, payloads))
        except (msgspec.DecodeError, RecursionError):
            messages = [_decode_one(payload, at, wrong) for at, payload in enumerate(payloads)]
    out = Decoded(wrong=wrong)
    keys, values, width = out.keys, out.values, out.width
    for message in messages:
        v = message.v
        keys += v
        values += v.values()
        width.append(len(v))
    out.seq = [message.seq for message in messages]
    out.epoch = [message.epoch for message in messages]
    times = [message.t for message in messages]
    try:
        out.t = [NO_TIME if t is None else t + 0 for t in times]  # type: ignore[operator]
    except TypeError:
        out.t = [_moment(t, at, wrong) for at, t in enumerate(times)]
    out.acks = {at: message.ack for at, message in enumerate(messages) if message.ack is not None}
    out.errors = {at: messages[at].error for at in out.acks if messages[at].error}
    return out


_NOTHING = Message()


def _decode_one(payload: bytes, at: int, wrong: dict[int, tuple[str, str]]) -> Message:
    if len(payload) > LARGEST:
        wrong[at] = ("too_large", f"{len(payload)} > {LARGEST}")
        return _NOTHING
    try:
        return _decode(payload)
    except msgspec.ValidationError as error:
        wrong[at] = ("wrong_type", str(error))
    except (msgspec.DecodeError, RecursionError) as error:
        wrong[at] = ("not_json", str(error))
    return _NOTHING


def _moment(t: int | str | None, at: int, wrong: dict[int, tuple[str, str]]) -> int:
    if t is None:
        return NO_TIME
    if isinstance(t, int):
        return t
    try:
        when = datetime.fromisoformat(t)
        if when.tzinfo is None:
            raise ValueError("no offset from UTC")
        return round(when.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        wrong.setdefault(at, ("wrong_type", f"t: {error}"))
        return NO_TIME
