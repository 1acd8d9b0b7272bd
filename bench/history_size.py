"""Bytes on disk of a reading after merge, and how much smaller than the same rows in an indexed PostgreSQL table.

    python bench/history_size.py [--readings 3000000]

The generator's quantities: 1,000 lamps, one message a second, three metrics at sensor resolution, times to the
millisecond, in the order of arrival and in inserts of the size the history sink makes.
"""

from __future__ import annotations

import argparse

from readings import METRICS, Plain, frames, into_history, merge
from rig import Rig, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=3_000_000)
    parser.add_argument("--lamps", type=int, default=1000)
    arguments = parser.parse_args()
    with Rig(1, 1):
        plain, count = Plain(), 0
        for frame in frames(arguments.lamps, arguments.readings // arguments.lamps // METRICS, 1000):
            into_history(frame)
            plain.take(frame)
            count += len(frame)
        size = merge()
        plain.index()
        in_postgres = plain.size()
    each, there = size / count, in_postgres / count
    print(f"{count} readings: {size} bytes, {each:.2f} each; in PostgreSQL {in_postgres} bytes, {there:.1f} each", flush=True)
    result(
        "history_size", round(each, 2), "bytes/reading", 6, "the same rows in an indexed PostgreSQL table (8 times smaller)",
        round(there / each, 1), each < 6 and there / each >= 8, readings=count, postgres_bytes=round(there, 1),
    )  # fmt: skip


if __name__ == "__main__":
    main()
