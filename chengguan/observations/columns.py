"""A batch of readings as columns: what flows from ingest to the rules, to the latest state and to the history.

`Columns.readings` is a polars frame in long form, one row a reading, in order of the stream:

    message  Int32    which message of the batch; its rows adjoin
    device   Int64    things.Device primary key
    metric   Int32    observations.Metric primary key
    t        Int64    device time, ms since 1970 UTC
    value    Float64  finite, within the believable range of its metric
    seen     Int64    when JetStream received the message, ms since 1970 UTC: the time that rules count in
    late     Boolean  a newer value of that device and metric is known: for the history, not for rules or latest state

Every reading in it has been identified, decoded, range and clock checked, is no repeat and not throttled.

`Columns.gateways` says which gateways were heard in the batch (things.Gateway primary key -> ms), their own status
messages included. `Columns.watermark` (ms) is the time of the newest message, or the wall clock while the stream is
empty and the broker healthy. `Columns.judge_silence` says whether the backlog is younger than 10 s: when false nobody
may conclude anything from not hearing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

READING_SCHEMA: Mapping[str, type[pl.DataType]] = {
    "message": pl.Int32,
    "device": pl.Int64,
    "metric": pl.Int32,
    "t": pl.Int64,
    "value": pl.Float64,
    "seen": pl.Int64,
    "late": pl.Boolean,
}


@dataclass
class Columns:
    """One batch; see the module for the frame."""

    readings: pl.DataFrame
    watermark: int
    judge_silence: bool = False
    gateways: Mapping[int, int] = field(default_factory=dict)
