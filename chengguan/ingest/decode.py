"""Payloads to columns: our own messages all at once, ChirpStack's events one by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from chengguan import registry
from chengguan.ingest.batch import Batch
from chengguan.ingest.directory import CHIRPSTACK, GATEWAY, READING, Directory
from chengguan.protocols import chirpstack
from chengguan.protocols.message import LARGEST, NO_TIME, decode_batch

REDRIVE = "Chengguan-Redrive"
RECEIVED = "Chengguan-Received"
"""Headers of a message that is published again, by an operator (the quarantine entry) or from a backup: when it first came, ms."""


def identify(batch: Batch, directory: Directory) -> None:
    rows, batch.route = directory.identify([each[2] for each in batch.messages])
    batch.kind, batch.device, batch.gateway = rows[:, 0], rows[:, 1].copy(), rows[:, 2].copy()
    batch.reason[:] = rows[:, 3]
    for at, message in enumerate(batch.messages):
        if message[4]:
            _read_headers(batch, at, message[4])


def _read_headers(batch: Batch, at: int, headers: dict[str, str]) -> None:
    entry, received = headers.get(REDRIVE, ""), headers.get(RECEIVED, "")
    if received.isdigit():
        batch.at[at] = int(received)
        if entry.isdigit() and len(entry) < 19:
            batch.redriven[at] = int(entry)


def decode(batch: Batch, directory: Directory) -> None:
    """Fill sequence, time and readings; refuse what cannot be read."""
    plain = np.flatnonzero(((batch.kind == READING) | (batch.kind == GATEWAY)) & (batch.reason == 0))
    owners, metrics, values = _decode_plain(batch, directory, plain)
    others = np.flatnonzero((batch.kind == CHIRPSTACK) & (batch.reason == 0))
    if len(others):
        more: list[tuple[int, int, float]] = []
        for at in others.tolist():
            _decode_event(batch, directory, at, more)
        owners = np.concatenate([owners, np.array([row[0] for row in more], np.int32)])
        metrics = np.concatenate([metrics, np.array([row[1] for row in more], np.int32)])
        values = np.concatenate([values, np.array([row[2] for row in more], np.float64)])
        order = np.argsort(owners, kind="stable")
        owners, metrics, values = owners[order], metrics[order], values[order]
    batch.set_readings(owners, metrics, values)
    batch.keep_taken()
    for at in np.flatnonzero((batch.reason != 0) & (batch.gateway >= 0) & (batch.seq == 0)).tolist():
        batch.seq[at] = spell_sequence(batch.messages[at][3])


def _decode_plain(batch: Batch, directory: Directory, plain: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    messages = batch.messages
    out = decode_batch([messages[at][3] for at in plain.tolist()])
    batch.seq[plain] = out.seq
    batch.epoch[plain] = out.epoch
    told = np.array(out.t, np.int64)
    batch.clocked[plain] = told != NO_TIME
    batch.t[plain] = np.where(told == NO_TIME, batch.at[plain], told)
    for at, (reason, detail) in out.wrong.items():
        batch.refuse(int(plain[at]), reason, detail)
    batch.acks = {int(plain[at]): command for at, command in out.acks.items()}
    batch.errors = {int(plain[at]): words for at, words in out.errors.items()}
    width = np.array(out.width, np.int32)
    owners = np.repeat(plain, width).astype(np.int32)
    readable = batch.kind[plain] == READING
    empty = plain[(width == 0) & readable & (batch.reason[plain] == 0)]
    for at in empty.tolist():
        if at not in batch.acks:
            batch.refuse(at, "no_values")
    metrics = _metric_numbers(batch, directory, owners, out.keys)
    known = metrics >= 0
    if not known.all():
        for row in np.flatnonzero(~known).tolist():
            if batch.kind[owners[row]] == READING:
                batch.refuse(int(owners[row]), "unknown_metric", out.keys[row][:100])
    return owners[known], metrics[known], np.array(out.values, np.float64)[known]


def _metric_numbers(batch: Batch, directory: Directory, owners: np.ndarray, keys: list[str]) -> np.ndarray:
    """Metric numbers of the keys, -1 where the subsystem has none of that name."""
    devices = directory.devices
    subsystems = {devices[device].subsystem for device in np.unique(batch.device[owners]).tolist() if device >= 0}
    if len(subsystems) == 1 and (batch.device[owners] >= 0).all():
        of = directory.metric_of.get(subsystems.pop(), {})
        try:
            return np.array([of[key] for key in keys], np.int32)
        except KeyError:
            return np.array([of.get(key, -1) for key in keys], np.int32)
    tables = {each: directory.metric_of.get(each, {}) for each in subsystems}
    nothing: dict[str, int] = {}
    return np.array(
        [
            (tables[devices[device].subsystem] if device >= 0 else nothing).get(key, -1)
            for device, key in zip(batch.device[owners].tolist(), keys, strict=True)
        ],
        np.int32,
    )


def _decode_event(batch: Batch, directory: Directory, at: int, readings: list[tuple[int, int, float]]) -> None:
    """One ChirpStack event: readings of an uplink, the battery of a status; others only say that the device lives."""
    what = directory.told(batch.route[at])[3]
    payload = batch.messages[at][3]
    if len(payload) > LARGEST:
        return batch.refuse(at, "too_large", f"{len(payload)} > {LARGEST}")
    try:
        event = chirpstack.decode(what, payload)
    except KeyError:
        return batch.refuse(at, "unknown_topic", what)
    except msgspec.ValidationError as error:
        return batch.refuse(at, "wrong_type", str(error))
    except (msgspec.DecodeError, RecursionError) as error:
        return batch.refuse(at, "not_json", str(error))
    device = directory.devices[batch.device[at]]
    if event.device_info.dev_eui.lower() != device.key.lower():
        return batch.refuse(at, "foreign_gateway", event.device_info.dev_eui)
    if event.time is not None:
        batch.t[at] = round(event.time.timestamp() * 1000)
        batch.clocked[at] = True
    if event.deduplication_id:
        try:
            batch.uplinks[at] = str(UUID(event.deduplication_id))
        except ValueError:
            return batch.refuse(at, "wrong_type", f"deduplicationId: {event.deduplication_id}")
    found: dict[str, float] = {}
    if isinstance(event, chirpstack.Up):
        batch.counters[at] = event.f_cnt
        try:
            found = decode_uplink(device.subsystem, device.model, event)
        except Exception as error:  # noqa: BLE001 - a subsystem's decoder; whatever it stumbles over is this message's fault
            return batch.refuse(at, "wrong_type", f"{type(error).__name__}: {error}")
        if not found:
            return batch.refuse(at, "no_values", f"fPort {event.f_port}")
        if event.best is not None:
            found.setdefault("signal", float(event.best.rssi))
    elif isinstance(event, chirpstack.Status):
        if event.battery is not None:
            found["battery"] = event.battery
    elif isinstance(event, chirpstack.Join):
        batch.joins.append(at)
    elif isinstance(event, chirpstack.Ack) and event.acknowledged:
        _note_acknowledgement(batch, at, event.queue_item_id)
    optional = {"signal", "battery"}
    of = directory.metric_of.get(device.subsystem, {})
    for slug, value in found.items():
        if slug in of:
            readings.append((at, of[slug], value))
        elif slug not in optional:
            batch.refuse(at, "unknown_metric", slug)
    return None


def decode_uplink(subsystem: str, model: str, up: chirpstack.Up) -> dict[str, float]:
    """Readings of an uplink by the subsystem's own decoder; without one, the numbers of `object`."""
    decoder: Callable[..., Any] | None = registry.subsystem(subsystem).decode
    if decoder is None:
        return {key: float(value) for key, value in (up.object or {}).items() if isinstance(value, (int, float))}
    told = decoder(model, {"port": up.f_port, "data": up.raw, "object": up.object})
    return {slug: float(value) for slug, value in (told.items() if isinstance(told, dict) else told)}


_SEQUENCE = re.compile(rb'"seq"\s*:\s*([0-9]{1,15})')


def spell_sequence(payload: bytes) -> int:
    """The number of a message that cannot be taken, as far as it can be made out (else 0): it did arrive, and asking
    for it again would bring the same."""
    found = _SEQUENCE.search(payload[:4096])
    return int(found[1]) if found else 0


def _note_acknowledgement(batch: Batch, at: int, item: str) -> None:
    """Our downlinks carry the command's number as the last digits of their queue item's id."""
    tail = item.rpartition("-")[2]
    if item.startswith("00000000-0000-0000-0000-") and tail.isdigit():
        batch.acks[at] = int(tail)
