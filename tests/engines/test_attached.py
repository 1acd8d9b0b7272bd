"""Each engine may be somebody else's: a second PostgreSQL, a second nats-server, the history front elsewhere. (M-10)"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from chengguan.engines import ports, postgres, processes
from tests.engines.platform import REPOSITORY, Platform, new_root

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]

BROKER = """
listen: "127.0.0.1:{port}"
max_payload: 2MB
jetstream {{ store_dir: "{root}/js", max_mem: 64MB, max_file: 8GB }}
mqtt {{ listen: "127.0.0.1:{mqtt}" }}
server_name: attached
accounts {{ COUNTY {{ jetstream: enabled, users: [ {{user: "platform", password: "for the test"}} ] }} }}
"""


@pytest.fixture(scope="module")
def others() -> Iterator[SimpleNamespace]:
    """Three engines that `chengguan up` did not start."""
    root = new_root()
    running: list[subprocess.Popen] = []
    cluster = postgres.cluster(root, durable=False)
    database = postgres.start(cluster, root)
    running.append(database)
    postgres.wait_until_ready(cluster, database)
    with postgres.connect(cluster) as server:
        server.execute("create database county")
    with postgres.connect(cluster, "county") as inside:
        inside.execute("create extension postgis")

    nats_port, mqtt_port, history_port = ports.free(), ports.free(), ports.free()
    (root / "nats.conf").write_text(BROKER.format(port=nats_port, mqtt=mqtt_port, root=root))
    broker = Path(sys.executable).parent / "nats-server"
    running.append(processes.start([str(broker), "-c", str(root / "nats.conf")], data_root=root, log=root / "nats.log"))
    (root / "key").write_text("a key of its own")
    front = [sys.executable, "-m", "chengguan.engines.history_server", "--port", str(history_port), "--memory-mb", "600"]
    front += ["--folder", str(root / "history"), "--key-file", str(root / "key")]
    running.append(processes.start(front, data_root=root, log=root / "history.log", cwd=REPOSITORY))
    for port in (nats_port, history_port):
        ports.wait_until_open(port, 60)
    yield SimpleNamespace(
        root=root,
        running=running,
        cluster=cluster,
        DATABASE_URL=f"postgres://{postgres.SUPERUSER}@/county?host={cluster.socket}&port={postgres.PORT}",
        NATS_URL=f"nats://platform:for%20the%20test@127.0.0.1:{nats_port}",
        HISTORY_URL=f"http://any:a%20key%20of%20its%20own@127.0.0.1:{history_port}/default",
    )
    processes.end([each.pid for each in running], polite=signal.SIGINT)


@pytest.fixture(scope="module")
def platform(others: SimpleNamespace) -> Iterator[Platform]:
    it = Platform(
        DATABASE_URL=others.DATABASE_URL,
        NATS_URL=others.NATS_URL,
        HISTORY_URL=others.HISTORY_URL,
        CHENGGUAN_MQTT_PORT="",
    )
    try:
        yield it.start()
    finally:
        it.remove()


def test_attached_engines_are_used_and_none_is_started(platform: Platform, others: SimpleNamespace) -> None:
    report = platform.until(lambda: (r := platform.health())["status"] == "ok" and r, "never all well")
    assert {row["form"] for row in report["engines"].values()} == {"attached"}
    assert not (platform.root / "postgres").exists()
    assert not (platform.root / "history").exists()
    with psycopg.connect(host=str(others.cluster.socket), user=postgres.SUPERUSER, dbname="county") as connection:
        found = connection.execute("select count(*) from django_migrations").fetchone()
    assert found is not None
    assert found[0] > 10
    said = platform.run("check")
    assert said.returncode == 0, said.stdout
    assert "外接（DATABASE_URL）" in said.stdout


def test_an_attached_engine_that_goes_away_is_named_and_nothing_else_stops(
    platform: Platform, others: SimpleNamespace
) -> None:
    broker = others.running[1]
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        platform.until(lambda: platform.part("nats").get("state") == "down", "the silent broker was not noticed")
        report = platform.health()
        assert report["status"] == "degraded"
        assert report["engines"]["postgres"]["state"] == "ok"
        said = platform.run("check")
        assert said.returncode == 1
        assert "NATS_URL" in said.stdout
    finally:
        os.kill(broker.pid, signal.SIGCONT)
    platform.until(lambda: platform.try_health().get("status") == "ok", "not well again")


def test_a_database_that_does_not_suffice_is_named_with_what_its_owner_has_to_do(others: SimpleNamespace) -> None:
    with postgres.connect(others.cluster) as server:
        server.execute("create role clerk login")
        server.execute("create database plain")
    it = Platform(DATABASE_URL=f"postgres://clerk@/plain?host={others.cluster.socket}&port={postgres.PORT}")
    try:
        assert "CREATE EXTENSION postgis" in it.run("check").stdout
        refused = it.run("up")
        assert refused.returncode == 1
        assert "CREATE EXTENSION postgis" in refused.stderr
        with postgres.connect(others.cluster, "plain") as inside:
            inside.execute("create extension postgis")
        assert "ALTER DATABASE plain OWNER TO clerk" in it.run("check").stdout
        with postgres.connect(others.cluster) as server:
            server.execute("alter database plain owner to clerk")
        assert "正常  PostgreSQL + PostGIS" in it.run("check").stdout
    finally:
        it.remove()


def test_an_engine_that_is_not_there_is_named_at_the_start() -> None:
    it = Platform(NATS_URL="nats://127.0.0.1:9")
    try:
        refused = it.run("up")
        assert refused.returncode == 1
        assert "NATS_URL" in refused.stderr + refused.stdout
    finally:
        it.remove()
