"""The history process, spoken to by clickhouse-connect's ordinary HTTP client."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import clickhouse_connect
import pyarrow as pa
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from django.conf import settings

from chengguan.engines import history

pytestmark = pytest.mark.engines
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def readings(count: int, device: int = 1) -> pa.Table:
    times = [BEGIN + timedelta(seconds=second) for second in range(count)]
    return pa.table(
        {
            "device": pa.array([device] * count, pa.uint32()),
            "metric": pa.array([7] * count, pa.uint16()),
            "t": pa.array(times, pa.timestamp("ms", "UTC")),
            "value": pa.array([float(number % 10) for number in range(count)], pa.float32()),
            "quality": pa.array([0] * count, pa.uint8()),
        }
    )


@pytest.fixture
def client(history_store: SimpleNamespace) -> clickhouse_connect.driver.client.Client:
    client = history.client()
    client.command("TRUNCATE TABLE readings")
    return client


def test_arrow_goes_in_and_comes_out(client) -> None:
    client.insert_arrow("readings", readings(1000))
    got = client.query_arrow("SELECT t, value FROM readings WHERE device = 1 ORDER BY t")
    assert got.num_rows == 1000
    assert got.column("value").to_pylist()[:3] == [0.0, 1.0, 2.0]
    assert client.query("SELECT max(t) FROM readings").first_row[0].replace(tzinfo=UTC) == BEGIN + timedelta(seconds=999)


@pytest.mark.parametrize("compression", [False, "lz4", "zstd", "gzip"])
def test_rows_go_in_with_every_compression(client, compression) -> None:
    parts = history._parts(settings.HISTORY_ADDRESS) | {"compress": compression}
    other = clickhouse_connect.get_client(**parts)
    other.insert("readings", [[2, 1, BEGIN, 1.5, 0]], column_names=["device", "metric", "t", "value", "quality"])
    assert other.query("SELECT device, value FROM readings").result_rows == [(2, 1.5)]


def test_parameters_are_bound_by_the_engine(client) -> None:
    client.insert_arrow("readings", readings(10, device=5))
    found = client.query("SELECT count() FROM readings WHERE device = {device:UInt32}", parameters={"device": 5})
    assert found.first_row == (10,)


def test_the_same_token_lets_the_same_rows_in_once(client) -> None:
    for _ in range(2):
        client.insert_arrow("readings", readings(100), settings={"insert_deduplication_token": "stream-1-0-1-100"})
    assert client.query("SELECT count() FROM readings").first_row == (100,)


def test_settings_end_with_their_request(client) -> None:
    with pytest.raises(DatabaseError, match="TIMEOUT_EXCEEDED"):
        client.query(
            "SELECT sleepEachRow(0.5) FROM numbers(10)", settings={"max_execution_time": 1, "max_block_size": 1}
        )
    assert client.query("SELECT getSetting('max_execution_time')").first_row[0] == 60


def test_a_query_that_wants_too_much_memory_is_refused_and_others_go_on(client) -> None:
    with pytest.raises(DatabaseError, match="MEMORY_LIMIT_EXCEEDED"):
        client.query("SELECT groupArray(number) FROM numbers(1000000000)")
    assert client.query("SELECT 1").first_row == (1,)


def test_a_small_query_beside_a_heavy_one_is_answered(client) -> None:
    import threading

    heavy = threading.Thread(
        target=lambda: client.query("SELECT sum(sipHash64(number)) FROM numbers(300000000)", settings={"max_threads": 1})
    )
    heavy.start()
    time.sleep(0.3)
    began = time.monotonic()
    assert client.query("SELECT 1").first_row == (1,)
    took = time.monotonic() - began
    heavy.join()
    assert took < 1.5


def test_nobody_asks_without_the_key(history_store: SimpleNamespace) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{history_store.port}/?query=SELECT+1")
    assert refused.value.code == 403


def test_a_wrong_question_says_what_is_wrong(client) -> None:
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE"):
        client.query("SELECT * FROM nowhere")


def test_what_a_cluster_would_run_is_understood_by_the_engine(client) -> None:
    for name in history.TABLES:
        for statement in history.ddl(name, cluster="county"):
            assert b"CreateQuery" in client.raw_query("EXPLAIN AST " + statement)


def test_the_example_of_a_cluster_is_what_would_be_run() -> None:
    shown = (settings.REPOSITORY / "deploy" / "clickhouse-cluster.sql").read_text()
    for name in history.TABLES:
        for statement in history.ddl(name, cluster="county"):
            assert " ".join(statement.split()) in " ".join(shown.split())
