"""What one transaction of the *now* sink writes: state, numbers, quarantine, rejections, commands, alarms, position."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from chengguan.alarms.conditions import Outcome
from chengguan.ingest import ledger
from chengguan.ingest.batch import Batch
from chengguan.ingest.ledger import Place
from chengguan.ingest.situation import Situation
from chengguan.observations.models import FrameCounter, Quarantine, Rejection, Uplink
from chengguan.protocols.message import LARGEST
from chengguan.protocols.topics import published
from chengguan.things.services import acknowledge_command, confirm_commands, fail_command


def commit(batch: Batch, situation: Situation, outcome: Outcome, touched: np.ndarray, where: Place) -> Place:
    """All of it or nothing; the new place. The commit does not wait for the disk: after a power failure position and
    state are both the older ones and the stream brings the rest again."""
    last = batch.messages[-1]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        ledger.move(ledger.NOW, where, last.position, last.stamp, cursor)
        situation.state.save(touched, situation.watch.rule_state(outcome), cursor)
        situation.sequences.save(situation.sequences.changed.values(), cursor)
        if batch.reason.any():
            _write_refused(batch, situation, where)
        if batch.flooding:
            _write_throttling(batch, situation, cursor)
        _write_uplinks(batch, situation)
        _write_commands(batch, situation, touched)
        situation.watch.commit(outcome, int(batch.at[-1]))
    situation.watch.committed(outcome)
    return where.at(last.position, last.stamp)


def _write_refused(batch: Batch, situation: Situation, where: Place) -> None:
    refused = batch.refused()
    Rejection.objects.create(
        incarnation=where.incarnation,
        first=int(batch.position[0]),
        last=int(batch.position[-1]),
        sequences=[int(batch.position[at]) for at, _ in refused],
        counts=dict(Counter(reason for _, reason in refused)),
    )
    reasons = dict(refused)
    entries = [entry(batch, situation, where, at, reasons[at]) for at in situation.quarantined(batch).tolist()]
    Quarantine.objects.bulk_create(entries, ignore_conflicts=True)


def entry(batch: Batch, situation: Situation, where: Place, at: int, reason: str) -> Quarantine:
    message = batch.messages[at]
    gateway, _, device, _ = situation.directory.told(batch.route[at])
    detail = batch.detail.get(at, "")
    return Quarantine(
        received_at=datetime.fromtimestamp(message.stamp / 1e9, UTC),
        incarnation=where.incarnation,
        sequence=message.position,
        subject=published(message.subject)[:400],
        payload=message.payload[:LARGEST],
        size=len(message.payload),
        gateway_key=gateway[:80],
        device_key=device[:80],
        reason=reason,
        detail=detail[:400].replace("\0", "\ufffd"),
        again_of=batch.redriven.get(at),
    )


def _write_throttling(batch: Batch, situation: Situation, cursor: Any) -> None:
    now = datetime.fromtimestamp(int(batch.at[-1]) / 1000, UTC)
    until = now + timedelta(minutes=1)
    rows = [(int(situation.directory.device_pk[device]), now, until, count) for device, count in batch.flooding.items()]
    cursor.executemany(THROTTLED, rows)


def _write_uplinks(batch: Batch, situation: Situation) -> None:
    frames = situation.count_frames(batch) if batch.counters or batch.joins else []
    if frames:
        FrameCounter.objects.bulk_create(
            frames,
            update_conflicts=True,
            unique_fields=["device"],
            update_fields=["counter", "missed", "received", "last_gap_at", "joined_at"],
        )
    seen = [
        Uplink(deduplication=key, seen_at=datetime.fromtimestamp(int(batch.at[at]) / 1000, UTC))
        for at, key in batch.uplinks.items()
        if not batch.reason[at]
    ]
    if seen:
        Uplink.objects.bulk_create(seen, ignore_conflicts=True)
    for at, number in batch.redriven.items():
        if not batch.reason[at]:
            Quarantine.objects.filter(pk=number).update(redriven_sequence=int(batch.position[at]))


def _write_commands(batch: Batch, situation: Situation, touched: np.ndarray) -> None:
    for at, command in batch.acks.items():
        if not batch.reason[at] and batch.gateway[at] >= 0 and command < 2**31:
            gateway = situation.directory.gateways[int(batch.gateway[at])][1]
            if at in batch.errors:
                fail_command(command, batch.errors[at], gateway)
            else:
                acknowledge_command(command, gateway)
    if len(touched):
        confirm_commands(situation.state.values_of(touched.tolist()))


THROTTLED = """
INSERT INTO observations_throttling AS t (device_id, since, until, dropped) VALUES (%s, %s, %s, %s)
ON CONFLICT (device_id) DO UPDATE SET until = excluded.until,
    since = CASE WHEN t.until < excluded.until - interval '11 minutes' THEN excluded.since ELSE t.since END,
    dropped = CASE WHEN t.until < excluded.until - interval '11 minutes' THEN 0 ELSE t.dropped END + excluded.dropped
"""
