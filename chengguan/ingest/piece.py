"""What *now* hands to the history in memory: the readings it took, already in columns, and the range they came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from chengguan.ingest.batch import Batch
from chengguan.ingest.ledger import Place


@dataclass(frozen=True)
class Piece:
    """Readings of the messages after `after` up to `last` (stream positions) of one incarnation."""

    incarnation: str
    after: int
    last: int
    stamp: int
    device: np.ndarray
    metric: np.ndarray
    t: np.ndarray
    value: np.ndarray

    @classmethod
    def of(cls, batch: Batch, before: Place, behind: Place, device: np.ndarray) -> Piece:
        t = batch.t[batch.owner] if len(device) else batch.t[:0]
        metric, value = (batch.metric, batch.value) if len(device) else (batch.metric[:0], batch.value[:0])
        return cls(behind.incarnation, before.lowest, behind.highest, behind.stamp, device, metric, t, value)

    def __len__(self) -> int:
        return len(self.device)


def join(pieces: Iterable[Piece]) -> Piece:
    """Neighbouring pieces as one."""
    parts = list(pieces)
    columns = (np.concatenate([getattr(each, name) for each in parts]) for name in ("device", "metric", "t", "value"))
    return Piece(parts[0].incarnation, parts[0].after, parts[-1].last, parts[-1].stamp, *columns)


def arrow(piece: Piece, rows: np.ndarray) -> pa.Table:
    """Rows of the history table."""
    return pa.table(
        {
            "device": pa.array(piece.device[rows].astype(np.uint32)),
            "metric": pa.array(piece.metric[rows].astype(np.uint16)),
            "t": pa.array(piece.t[rows], pa.timestamp("ms", tz="UTC")),
            "value": pa.array(piece.value[rows].astype(np.float64)),
            "quality": pa.array(np.zeros(len(rows), np.uint8)),
        }
    )
