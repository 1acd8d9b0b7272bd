"""The history of readings: ClickHouse's SQL over HTTP, to our own chDB process or an attached ClickHouse.

`client()` is clickhouse-connect's ordinary HTTP client and may be shared by threads. Insert Arrow tables
(`client().insert_arrow("readings", table, settings={"insert_deduplication_token": ...})`) and read Arrow
(`query_arrow`); Python rows take ten times longer. A query is bounded; say `settings={"max_execution_time": 5}`
for less.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from django.conf import settings

from chengguan.engines import processes
from chengguan.engines.nats_server import write_private

USER = "chengguan"

TABLES = {
    # Sorted as it is asked: one device, one metric, a stretch of time. The deduplication window remembers
    # the tokens of that many inserts, far more than can be repeated after a crash.
    "readings": """
        CREATE TABLE IF NOT EXISTS readings{on_cluster} (
            device UInt32 CODEC(Delta, ZSTD(1)),
            metric UInt16 CODEC(ZSTD(1)),
            t DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
            value Float64 CODEC(ZSTD(1)),
            quality UInt8 DEFAULT 0 CODEC(ZSTD(1))
        ) ENGINE = {engine} PARTITION BY toYYYYMM(t) ORDER BY (device, metric, t)
        SETTINGS {settings}
    """,
}


def folder() -> Path:
    return Path(settings.HISTORY_FOLDER) if settings.HISTORY_FOLDER else settings.DATA_ROOT / "history"


def key_file() -> Path:
    return settings.DATA_ROOT / "history-key"


def address(port: int) -> str:
    """Where our own process answers, with its key, made once and kept."""
    if not key_file().exists():
        write_private(key_file(), secrets.token_urlsafe(24))
    return f"http://{USER}:{key_file().read_text().strip()}@127.0.0.1:{port}/default"


def start(port: int) -> subprocess.Popen:
    """Our own process (main thread only). It answers some seconds later."""
    address(port)
    command = [sys.executable, "-m", "chengguan.engines.history_server", "--port", str(port)]
    command += ["--folder", str(folder()), "--key-file", str(key_file()), "--memory-mb", str(settings.HISTORY_MEMORY_MB)]
    return processes.start(
        command,
        data_root=settings.DATA_ROOT,
        log=settings.DATA_ROOT / "log" / "history.log",
        env={"PYTHONPATH": str(settings.REPOSITORY)},
    )


def client() -> Client:
    """The client of the engine in force; ConnectionError when none is named, clickhouse-connect's own
    errors when it does not answer."""
    if not settings.HISTORY_ADDRESS:
        raise ConnectionError("no history: neither HISTORY_URL nor a running `chengguan up` names one")
    return _client(settings.HISTORY_ADDRESS)


@lru_cache(maxsize=4)
def _client(url: str) -> Client:
    return clickhouse_connect.get_client(**_parts(url), autogenerate_session_id=False, send_receive_timeout=120)


def _parts(url: str) -> dict[str, Any]:
    parts = urlparse(url)
    near = parts.hostname in ("127.0.0.1", "localhost", "::1")
    return {
        "host": parts.hostname,
        "port": parts.port or (8443 if parts.scheme == "https" else 8123),
        "secure": parts.scheme == "https",
        "username": unquote(parts.username or "default"),
        "password": unquote(parts.password or ""),
        "database": parts.path.strip("/") or "default",
        "compress": not near,
    }


def version(timeout_s: float = 2.0) -> str:
    """What answers, after it let us in; OSError with its words when it does not."""
    parts = _parts(settings.HISTORY_ADDRESS)
    question = urllib.request.Request(
        f"http{'s' if parts['secure'] else ''}://{parts['host']}:{parts['port']}/?query=SELECT+version()",
        headers={"X-ClickHouse-User": parts["username"], "X-ClickHouse-Key": parts["password"]},
    )
    try:
        with urllib.request.urlopen(question, timeout=timeout_s) as reply:
            return reply.read().decode().strip()
    except urllib.error.HTTPError as error:
        raise OSError(error.read().decode(errors="replace").strip()[:300]) from error


def ddl(name: str, *, cluster: str = "") -> list[str]:
    """The statements that make a table; of a cluster: the replicated table and the distributed one over it."""
    if not cluster:
        plain = {"on_cluster": "", "engine": "MergeTree", "settings": "non_replicated_deduplication_window = 10000"}
        return [TABLES[name].format(**plain)]
    local = TABLES[name].replace(f"EXISTS {name}{{", f"EXISTS {name}_local{{")
    replicated = f"ReplicatedMergeTree('/clickhouse/tables/{{shard}}/{name}_local', '{{replica}}')"
    spread = f"Distributed({cluster}, currentDatabase(), {name}_local, device)"
    everywhere = f" ON CLUSTER {cluster}"
    return [
        local.format(on_cluster=everywhere, engine=replicated, settings="replicated_deduplication_window = 10000"),
        f"CREATE TABLE IF NOT EXISTS {name}{everywhere} AS {name}_local ENGINE = {spread}",
    ]


def ensure_tables() -> None:
    """Make the tables that are not there; with CHENGGUAN_HISTORY_CLUSTER as replicated and distributed ones."""
    for name in TABLES:
        for statement in ddl(name, cluster=settings.HISTORY_CLUSTER):
            client().command(statement)
