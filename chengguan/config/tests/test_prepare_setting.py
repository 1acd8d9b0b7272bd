"""An attached PostgreSQL keeps what is planned, unless its address says that a pooler stands between."""

from __future__ import annotations

import pytest

from chengguan.config.settings import _database


@pytest.mark.parametrize(("address", "threshold"), [
    ("", 5), ("postgres://chengguan:x@db.example:5432/chengguan", 5), ("postgres://chengguan:x@db.example:6432/chengguan?prepare=no", None),
])  # fmt: skip
def test_a_pooler_that_keeps_nothing_is_said_in_the_address(address: str, threshold: int | None) -> None:
    assert _database(address)["OPTIONS"]["prepare_threshold"] == threshold
