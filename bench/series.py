"""One lamp's 30 days by hour, among ten million readings; with --full among sixty-six million.

    python bench/series.py [--full]

Every lamp reports three metrics each minute for 30 days. The question is the one the device page asks
(`observations.selectors.buckets`), over HTTP, answer in Python objects; PostgreSQL answers the same from its index on
(device, metric, t). Median of 15, each time another lamp.
"""

from __future__ import annotations

import argparse
import itertools
import os
from datetime import UTC, datetime, timedelta

from readings import BASE_MS, METRICS, Plain, frames, into_history, merge, timed
from rig import Rig, result

DAYS = 30
SAMPLES = DAYS * 24 * 60
IN_POSTGRES = """
SELECT date_bin('1 hour', t, %s), avg(value), min(value), max(value), count(*) FROM bench_readings
WHERE device = %s AND metric = 2 AND t >= %s AND t < %s GROUP BY 1 ORDER BY 1
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--readings", type=int, default=0)
    arguments = parser.parse_args()
    full = arguments.full or os.environ.get("CHENGGUAN_BENCH_FULL") == "1"
    readings = arguments.readings or (66_000_000 if full else 10_000_000)
    lamps = max(readings // (SAMPLES * METRICS), 16)
    start = datetime.fromtimestamp(BASE_MS / 1000, UTC)
    end = start + timedelta(days=DAYS)
    with Rig(1, 1):
        from chengguan.observations.selectors import buckets

        plain, count = Plain(), 0
        for frame in frames(lamps, SAMPLES, 60_000, rows=500_000):
            into_history(frame)
            plain.take(frame)
            count += len(frame)
        print(f"{count} readings of {lamps} lamps are in both", flush=True)
        merge()
        plain.index()
        turn = itertools.cycle(range(1, lamps + 1))

        def ask_history(lamp: int = 0) -> list:
            return buckets(lamp or next(turn), 2, start, end, DAYS * 24)

        def ask_postgres(lamp: int = 0) -> list:
            with plain.connection.cursor() as cursor:
                cursor.execute(IN_POSTGRES, (start, lamp or next(turn), start, end))
                return cursor.fetchall()

        found, there = ask_history(1), ask_postgres(1)
        same = [(round(each.mean, 6), each.n) for each in found] == [(round(row[1], 6), row[4]) for row in there]
        ours, theirs = timed(ask_history), timed(ask_postgres)
    print(f"{len(found)} hours, the same answer: {same}; history {ours:.1f} ms, PostgreSQL {theirs:.1f} ms", flush=True)
    result(
        "series", round(ours, 1), "ms", 100, "the same question to PostgreSQL, index on (device, metric, t)", round(theirs / ours, 2),
        ours < 100 and same, readings=count, postgres_ms=round(theirs, 1), hours=len(found),
    )  # fmt: skip


if __name__ == "__main__":
    main()
