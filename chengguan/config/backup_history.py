"""The history's tables to Parquet files and back, in pieces that fit the memory of either side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chengguan.engines import history
from chengguan.engines.saying import Refused, _

PIECE_ROWS = 2_000_000
LONG = {"max_execution_time": 3600, "max_memory_usage": 0}


def save(folder: Path) -> int:
    """Every table; how many readings."""
    folder.mkdir(parents=True)
    total = 0
    for table in history.TABLES:
        for number, (month, low, high, count) in enumerate(_pieces(table)):
            rows = history.client().raw_query(
                f"SELECT * FROM {table} WHERE toYYYYMM(t) = {month} AND device BETWEEN {low} AND {high} "
                "ORDER BY device, metric, t FORMAT Parquet",
                settings=LONG | {"output_format_parquet_compression_method": "zstd"},
            )
            (folder / f"{table}-{number:05}.parquet").write_bytes(rows)
            total += count
    return total


def _pieces(table: str) -> Iterator[tuple[int, int, int, int]]:
    """(month, first device, last device, rows): ranges of devices of about PIECE_ROWS rows."""
    months = history.client().query(f"SELECT DISTINCT toYYYYMM(t) AS m FROM {table} ORDER BY m", settings=LONG)
    for (month,) in months.result_rows:
        low, count, last = None, 0, 0
        counted = history.client().query(
            f"SELECT device, count() FROM {table} WHERE toYYYYMM(t) = {month} GROUP BY device ORDER BY device", settings=LONG
        )
        for device, rows in counted.result_rows:
            if low is not None and count + rows > PIECE_ROWS:
                yield month, low, last, count
                low, count = None, 0
            low = device if low is None else low
            last, count = device, count + rows
        if low is not None:
            yield month, low, last, count


def load(folder: Path) -> None:
    """Into empty tables; Refused when they hold something."""
    history.ensure_tables()
    for table in history.TABLES:
        if history.client().query(f"SELECT count() FROM {table}").first_row[0]:  # type: ignore[index]
            raise Refused(_("历史库的表 {table} 里已有数据；只能恢复到空表。").format(table=table))
        for path in sorted(folder.glob(f"{table}-*.parquet")):
            history.client().raw_insert(table, insert_block=path.read_bytes(), fmt="Parquet", settings=LONG)
