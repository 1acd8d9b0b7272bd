"""The history's disk is really full: a small file system of its own, filled to the last byte.

Nobody needs to be root for it: the history process gets the file system in a namespace of its own, and the test looks in
through /proc. Where the kernel gives no such namespaces, root mounts one for everybody.
"""

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


SIZE = ["-t", "tmpfs", "-o", "size=48m", "tmpfs"]
APART = ["unshare", "--user", "--map-root-user", "--mount"]
MOUNT = f'mount {" ".join(SIZE)} "$1" && shift && exec setpriv --pdeathsig TERM -- "$@"'


def succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True).returncode == 0


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[bool]:
    """Whether the history has a namespace of its own; else the small file system is there for everybody."""
    if succeeds(*APART, "mount", *SIZE, str(tmp_path)):
        yield True
        return
    if not succeeds("mount", *SIZE, str(tmp_path)):
        pytest.skip("neither a user namespace (unshare --user --mount) nor a mount of root's can be had here")
    yield False
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@pytest.fixture
def history_store(apart: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """In the place of the session's: one on that disk."""
    really = processes.start
    if apart:
        monkeypatch.setattr(processes, "start", lambda command, **more: really([*APART, "sh", "-c", MOUNT, "sh", str(tmp_path), *command], **more))
    monkeypatch.setattr(settings, "HISTORY_FOLDER", str(tmp_path / "history"))
    port = ports.free()
    process = history.start(port)
    ports.wait_until_open(port, limit_s=60)
    monkeypatch.setattr(settings, "HISTORY_ADDRESS", history.address(port))
    history.ensure_tables()
    yield SimpleNamespace(port=port, process=process)
    processes.end([process.pid])
    process.wait()


@pytest.fixture
def disk(history_store: SimpleNamespace, apart: bool, tmp_path: Path) -> Path:
    """Where the test reaches it."""
    return Path(f"/proc/{history_store.process.pid}/root{tmp_path}") if apart else tmp_path


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
