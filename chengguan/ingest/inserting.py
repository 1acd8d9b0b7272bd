"""Readings into the history engine, or the words why not."""

from __future__ import annotations

import numpy as np
from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from django.utils.translation import gettext as _

from chengguan.engines import history
from chengguan.ingest.piece import Piece, arrow


class PausedError(Exception):
    """The history engine does not take readings; the words are for the operator."""


def insert(piece: Piece) -> None:
    """The piece's rows, month by month, each under a token that names its range. PausedError when it cannot be done now."""
    if not len(piece):
        return
    months = piece.t.astype("datetime64[ms]").astype("datetime64[M]")
    for month in np.unique(months):
        rows = np.flatnonzero(months == month)
        for chunk, start in enumerate(range(0, len(rows), 500_000)):
            token = f"{piece.incarnation}/{piece.after + 1}-{piece.last}/{month}/{chunk}"
            settings = {"insert_deduplication_token": token, "insert_deduplicate": 1, "max_insert_block_size": 1_048_576}
            try:
                history.client().insert_arrow("readings", arrow(piece, rows[start : start + 500_000]), settings=settings)
            except (ClickHouseError, OSError) as error:
                raise PausedError(in_words(error)) from error


def in_words(error: Exception) -> str:
    """What the operator reads."""
    text = str(error)
    if "NOT_ENOUGH_SPACE" in text or "No space left" in text or "NOT_ENOUGH" in text:
        return _("历史库磁盘已满，历史数据暂停写入；告警照常。腾出空间后自动补写。")
    if isinstance(error, OSError) or "onnect" in text or "refused" in text:
        return _("历史库连接不上，历史数据暂停写入；告警照常。恢复后自动补写。")
    return _("历史库拒绝写入，历史数据暂停：%(text)s") % {"text": text[:200]}
