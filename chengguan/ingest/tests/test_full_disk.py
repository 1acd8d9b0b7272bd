"""The history's disk is really full: a small file system of its own, filled to the last byte."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings

from chengguan.alarms.models import Alarm, Rule
from chengguan.engines import history, ports, processes
from chengguan.ingest.tests.sinks import LAMP, in_history, ms, publish, until
from chengguan.ingest.tests.town import body, subject
from chengguan.observations.models import HistoryIntent
from chengguan.observations.selectors import health

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(tmp_path)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@pytest.fixture
def history_store(disk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """In the place of the session's: one on that disk."""
    monkeypatch.setattr(settings, "HISTORY_FOLDER", str(disk / "history"))
    port = ports.free()
    process = history.start(port)
    ports.wait_until_open(port, limit_s=60)
    monkeypatch.setattr(settings, "HISTORY_ADDRESS", history.address(port))
    history.ensure_tables()
    yield SimpleNamespace(port=port, process=process)
    processes.end([process.pid])
    process.wait()


def fill(disk: Path) -> Path:
    """Down to the last byte."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as out:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    out.write(bytes(size))
    assert os.statvfs(disk).f_bavail == 0
    return ballast


def test_while_the_disk_of_the_history_is_full_alarms_go_on_and_it_catches_up(sinks, disk: Path) -> None:
    Rule.objects.filter(slug="lamp_overvoltage").update(hold_s=0)
    sinks.start()
    t = ms()
    publish((subject(LAMP), body(1, t, voltage=230)))
    until(lambda: len(in_history()) == 1)
    ballast = fill(disk)
    publish(*[(subject(LAMP), body(n, t + n, voltage=250 + n)) for n in range(2, 21)])
    until(lambda: Alarm.objects.filter(rule="lamp_overvoltage", active=True).exists())
    until(lambda: "磁盘已满" in health(with_broker=False)["paused"])
    assert len(in_history()) == 1, "what is there can still be read"
    ballast.unlink()
    until(lambda: len(in_history()) >= 20, 40)
    assert sorted(row[3] for row in in_history()) == [230.0, *(float(250 + n) for n in range(2, 21))]
    until(lambda: health(with_broker=False)["paused"] == "")
    assert not HistoryIntent.objects.exists()
