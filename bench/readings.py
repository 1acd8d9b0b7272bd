"""The generator's quantities as columns, and the same rows into the history and into an indexed PostgreSQL table."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa

METRICS = 3
BASE_MS = 1_793_491_200_000  # 2026-11-01 00:00 UTC; a month ahead of it is one table partition


class Walk:
    """Power, voltage and current of many lamps, wandering as in `gateways.Lamp`; each call one more sample of all."""

    def __init__(self, lamps: int, seed: int = 1) -> None:
        self.random = np.random.default_rng(seed)
        self.power = self.random.integers(780, 901, lamps)
        self.voltage = self.random.integers(2200, 2321, lamps)
        self.offset = self.random.integers(0, 1000, lamps)
        self.device = np.repeat(np.arange(1, lamps + 1, dtype=np.uint32), METRICS)
        self.metric = np.tile(np.arange(1, METRICS + 1, dtype=np.uint16), lamps)

    def sample(self, at_ms: int) -> tuple[np.ndarray, np.ndarray]:
        """(times, values) in the order of `device` and `metric`. A gateway stamps to the millisecond, some 20 ms late."""
        step = self.random.integers(0, 256, len(self.power))
        self.power = np.clip(self.power + (step & 7) - 3 - (step >> 7), 700, 950)
        self.voltage = np.clip(self.voltage + (step >> 3 & 3) - 1 - (step >> 6 & 1), 2180, 2380)
        current = self.power * 1000 // self.voltage
        t = at_ms + self.offset + self.random.integers(0, 20, len(self.power))
        values = np.column_stack([self.power / 10, self.voltage / 10, current / 1000])
        return np.repeat(t, METRICS), values.ravel()


def frames(lamps: int, samples: int, step_ms: int, rows: int = 100_000, seed: int = 1) -> Iterator[pl.DataFrame]:
    """Frames of about `rows` readings, in the order in which they arrive."""
    walk = Walk(lamps, seed)
    per_frame = max(rows // (lamps * METRICS), 1)
    for start in range(0, samples, per_frame):
        count = min(per_frame, samples - start)
        taken = [walk.sample(BASE_MS + (start + n) * step_ms) for n in range(count)]
        yield pl.DataFrame(
            {
                "device": np.tile(walk.device, count),
                "metric": np.tile(walk.metric, count),
                "t": np.concatenate([t for t, _ in taken]),
                "value": np.concatenate([values for _, values in taken]),
            }
        )


def into_history(frame: pl.DataFrame) -> None:
    from chengguan.engines import history

    table = pa.table(
        {
            "device": pa.array(frame["device"].to_numpy()),
            "metric": pa.array(frame["metric"].to_numpy()),
            "t": pa.array(frame["t"].to_numpy(), pa.timestamp("ms", tz="UTC")),
            "value": pa.array(frame["value"].to_numpy()),
            "quality": pa.array(np.zeros(len(frame), np.uint8)),
        }
    )
    history.client().insert_arrow("readings", table)


def merge() -> int:
    """Merge as background merges would in time; bytes on disk."""
    from chengguan.engines import history

    client = history.client()
    client.command("OPTIMIZE TABLE readings FINAL", settings={"max_execution_time": 900})
    query = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'readings'"
    return int(client.query(query).result_rows[0][0])


MAKE = """
DROP TABLE IF EXISTS bench_readings;
CREATE TABLE bench_readings (device integer, metric smallint, t timestamptz, value double precision, quality smallint)
"""


class Plain:
    """The same rows in PostgreSQL, indexed as they are asked for."""

    def __init__(self) -> None:
        import psycopg
        from django.db import connection

        connection.ensure_connection()
        self.connection: psycopg.Connection = connection.connection
        with self.connection.cursor() as cursor:
            cursor.execute(MAKE)

    def take(self, frame: pl.DataFrame) -> None:
        rows = frame.with_columns(pl.from_epoch("t", "ms").dt.to_string("%Y-%m-%d %H:%M:%S%.3f+00"), quality=pl.lit(0))
        out = io.BytesIO()
        rows.write_csv(out, include_header=False)
        with self.connection.cursor() as cursor, cursor.copy("COPY bench_readings FROM STDIN (FORMAT csv)") as copy:
            copy.write(out.getvalue())

    def index(self) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE UNIQUE INDEX ON bench_readings (device, metric, t)")
            cursor.execute("VACUUM ANALYZE bench_readings")

    def size(self) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size('bench_readings')")
            return int(cursor.fetchone()[0])  # type: ignore[index]


def timed(work: object, times: int = 15) -> float:
    """Median of milliseconds."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()  # type: ignore[operator]
        spent.append((time.perf_counter() - began) * 1000)
    return sorted(spent)[len(spent) // 2]
