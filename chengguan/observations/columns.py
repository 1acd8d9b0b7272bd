"""A batch of readings as columns: what flows from ingest to the rules, to the latest state and to the history.

`Columns.readings` is a polars frame in long form, one row a reading, in order of arrival:

    message   UInt32   which message of the batch (readings of one message share it)
    device    Int32    things.Device primary key
    model     Int16    index into `Columns.models` ("street_lights/lamp" ...)
    gateway   Int32    things.Gateway primary key, -1 when the device has none
    group     Int32    things.Group primary key, -1 when the device has none
    metric    Int16    observations.Metric primary key (`Columns.metrics[(subsystem, slug)]`)
    t         Int64    device time, ms since 1970 UTC
    value     Float64  finite, within the believable range of its metric
    seen      Int64    when JetStream received the message, ms since 1970 UTC: the time that rules count in

Every reading in it has been identified, decoded, range and clock checked and is no repeat; late ones (device time below
the latest known of that metric) are in `readings` but do not enter `latest()`.

`Columns.latest(subsystem)` is wide: one row for each device of that subsystem heard in this batch, after the batch:

    device Int32, model Int16, gateway Int32, group Int32, measured Int64 (ms), seen Int64 (ms),
    and one Float64 column for each metric slug of the manifest, null when never reported

`Columns.heard()` is one row for every enabled device known, whether it spoke or not, for rules on silence:

    device Int32, model Int16, gateway Int32, group Int32, seen Int64 (ms; installation or start when never heard)

`Columns.watermark` (ms) is the time of the newest message processed, or the wall clock while the stream is empty and the
broker healthy. `Columns.judge_silence` says whether the backlog is younger than 10 s; when false no rule may conclude
anything from not hearing. A batch may have no rows at all: ingest then calls the rules once a second so that
holds and silence are judged as time goes by.

`Columns.timings` collects seconds spent by rule slug; whoever evaluates adds to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

READING_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "message": pl.UInt32,
    "device": pl.Int32,
    "model": pl.Int16,
    "gateway": pl.Int32,
    "group": pl.Int32,
    "metric": pl.Int16,
    "t": pl.Int64,
    "value": pl.Float64,
    "seen": pl.Int64,
}


def no_readings() -> pl.DataFrame:
    return pl.DataFrame(schema=dict(READING_SCHEMA))


@dataclass
class Columns:
    """One batch; see the module for the frames."""

    readings: pl.DataFrame
    watermark: int
    judge_silence: bool = False
    metrics: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(subsystem slug, metric slug) -> metric id"""
    models: Sequence[str] = ()
    """model index -> "subsystem/model slug" """
    wide: Callable[[str], pl.DataFrame] | None = None
    everyone: Callable[[], pl.DataFrame] | None = None
    timings: dict[str, float] = field(default_factory=dict)

    def latest(self, subsystem: str) -> pl.DataFrame:
        """Wide frame of the devices of `subsystem` heard in this batch, as they stand after it."""
        if self.wide is None:
            raise LookupError("this batch was made without latest values")
        return self.wide(subsystem)

    def heard(self) -> pl.DataFrame:
        """Every enabled device with the time it was last heard."""
        if self.everyone is None:
            raise LookupError("this batch was made without the list of devices")
        return self.everyone()
