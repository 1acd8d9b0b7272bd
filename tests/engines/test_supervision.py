"""One command brings everything up and keeps it up, whichever process is killed. (M-10)"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest

from chengguan.engines import ports, processes
from tests.engines.platform import Platform

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]


HANG_S = 30


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    it = Platform(CHENGGUAN_HANG_S=str(HANG_S))
    try:
        yield it.start()
    finally:
        it.remove()


def test_health_names_engines_roles_and_the_real_ports(platform: Platform) -> None:
    report = platform.until(lambda: (r := platform.health())["status"] == "ok" and r, "never all well")
    assert set(report["engines"]) == {"postgres", "nats", "history"}
    assert {"web", "ingest", "jobs"} <= set(report["roles"])
    assert (report["ports"]["http"], report["ports"]["mqtt"]) == (platform.port, platform.mqtt_port)


def test_it_listens_on_loopback_only(platform: Platform) -> None:
    ours = {str(pid) for pid in platform.children()}
    listening = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout.splitlines()
    mine = [line for line in listening if any(f"pid={pid}," in line for pid in ours)]
    assert mine
    assert [line for line in mine if not line.split()[3].startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", ["CHENGGUAN_BIND", "CHENGGUAN_MQTT_BIND"])
def test_the_demo_is_not_opened_to_other_machines(tmp_path, name: str) -> None:
    environment = os.environ | {"CHENGGUAN_DATA": str(tmp_path), name: "0.0.0.0"}
    said = subprocess.run([sys.executable, "-m", "chengguan", "up", "--demo"], env=environment, capture_output=True, text=True, timeout=60)
    assert said.returncode == 1
    assert name in said.stderr


def test_check_says_in_words_what_is_in_force(platform: Platform) -> None:
    said = platform.run("check")
    assert said.returncode == 0, said.stdout
    assert "PostgreSQL" in said.stdout
    assert "角色 ingest" in said.stdout
    assert f"http {platform.port}" in said.stdout


def test_a_second_start_on_the_same_data_is_refused(platform: Platform) -> None:
    second = platform.run("up")
    assert second.returncode == 1
    assert str(platform.root) in second.stderr


@pytest.mark.parametrize("name", ["postgres", "nats", "history", "ingest", "jobs", "web"])
def test_what_is_killed_is_named_and_comes_back_and_takes_nobody_along(platform: Platform, name: str) -> None:
    before = platform.until(lambda: (r := platform.try_health()).get("status") == "ok" and r, "not well before")
    others = {
        part: row["pid"] for group in ("engines", "roles") for part, row in before[group].items() if part != name
    }
    os.kill(platform.part(name)["pid"], signal.SIGKILL)
    platform.until(lambda: platform.part(name).get("restarts", 0) > 0, f"{name} did not come back")
    platform.until(lambda: platform.try_health().get("status") == "ok", "not well again")
    assert f"{name} 已退出（信号 9）" in platform.words()
    assert {part: platform.part(part)["pid"] for part in others} == others


def test_what_hangs_is_named_ended_and_started_again(platform: Platform) -> None:
    """All of them at once, so that it takes no longer than one."""
    report = platform.until(lambda: (r := platform.try_health()).get("status") == "ok" and r, "not well before")
    before = {name: row for group in ("engines", "roles") for name, row in report[group].items()}
    time.sleep(12)  # all have been heard
    for row in before.values():
        os.kill(row["pid"], signal.SIGSTOP)
    for name, row in before.items():
        platform.until(lambda name=name: f"{name} 已有" in platform.words(), f"{name} was not noticed")
        platform.until(lambda pid=row["pid"]: not processes.alive(pid), f"{name} was not ended")
    platform.until(lambda: platform.try_health().get("status") == "ok", "not well again")
    after = {name: platform.part(name) for name in before}
    assert {name: row["restarts"] - before[name]["restarts"] for name, row in after.items()} == dict.fromkeys(before, 1)
    assert {row["last_end"] for row in after.values()} == {"没有回应"}


def test_a_killed_supervisor_leaves_nobody_and_the_next_start_has_the_same_data(platform: Platform) -> None:
    where = {"host": str(platform.root / "postgres" / "socket"), "user": "chengguan", "dbname": "chengguan"}
    with psycopg.connect(**where) as connection:
        connection.execute("create table kept as select 42 as answer")
    assert platform.process is not None
    platform.process.kill()
    platform.process.wait()
    platform.until(lambda: not platform.children(), "children outlived their parent", 30)
    platform.start()
    with psycopg.connect(**where) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_start_ends_what_a_crash_left_behind(platform: Platform) -> None:
    platform.stop()
    left = subprocess.Popen(["sleep", "300"], env={processes.MARK: str(platform.root)})
    platform.start()
    assert left.wait(1) == -signal.SIGTERM


def test_it_stops_within_ten_seconds_and_leaves_no_process(platform: Platform) -> None:
    assert platform.stop(signal.SIGTERM) < 10
    assert platform.children() == []


def test_a_port_that_was_set_and_is_taken_is_an_error_that_names_it(platform: Platform) -> None:
    platform.stop()
    with socket.create_server(("127.0.0.1", platform.port)):
        refused = platform.run("up")
    assert refused.returncode == 1
    assert str(platform.port) in refused.stderr
    assert "CHENGGUAN_PORT" in refused.stderr


def test_a_default_port_that_is_taken_gives_way_to_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        usual = taken.getsockname()[1]
        other = ports.choose(usual, was_set=False, variable="CHENGGUAN_PORT")
    assert other != usual
