"""What takes questions and answers none is noticed; what refuses, starts, or has died by itself is not called stuck."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from chengguan.engines import ports, signs
from chengguan.engines.parts import STARTING_S, Part


def until(what: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_silence_is_no_sign_and_a_refusal_is_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody_accepts:
        port = nobody_accepts.getsockname()[1]
        assert not signs.answers(("127.0.0.1", port), b"hello", answer_s=0.2)()
    assert signs.answers(("127.0.0.1", ports.free()), b"hello", answer_s=0.2)()


def test_a_socket_whose_queue_is_full_is_no_sign(tmp_path: Path) -> None:
    where = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(where)
        server.listen(0)
        waiting = []
        for _ in range(4):
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(0.1)
            waiting.append(client)
            try:
                client.connect(where)
            except (BlockingIOError, TimeoutError):
                break
        assert not signs.answers(where, b"hello", answer_s=0.2)()
        for client in waiting:
            client.close()


def test_a_file_counts_when_it_was_touched_since(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "DATA_ROOT", tmp_path)
    sign = signs.touches("role")
    assert not sign()
    signs.give("role")
    assert not sign(), "it may be left from the run before"
    os.utime(tmp_path / "run" / "role.alive", (1, 1))  # the clock went back
    assert sign()
    assert not sign()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "EVERY_S", 0.1)
    monkeypatch.setattr(settings, "HANG_S", 0.5)


def test_a_part_that_fell_silent_is_named_ended_and_started_again(quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    answers = True
    part = Part("stuck", "role", lambda: subprocess.Popen(["sleep", "300"]), sign=lambda: answers)
    part.begin()
    part.watch()
    assert part.process is not None
    first = part.process
    until(lambda: part.answered)
    first.send_signal(signal.SIGSTOP)
    assert not part.look(), "it answered just now"
    answers = False
    until(lambda: part.look() and part.process is None)
    answers = True
    until(lambda: part.look() and part.process is not None)
    assert first.returncode == -signal.SIGKILL
    assert (part.restarts, part.last_end) == (1, "没有回应")
    assert "stuck 已有" in capsys.readouterr().out
    part.end(1)


def test_a_part_that_never_answered_yet_is_given_longer(quick: None) -> None:
    part = Part("slow", "engine", lambda: subprocess.Popen(["sleep", "300"]), sign=lambda: False)
    part.begin()
    part.watch()
    until(lambda: part.silent_s > 1.0)
    assert not part.look()
    assert part.process is not None
    assert part.process.poll() is None
    part.silent_s = STARTING_S + 1
    part.look()
    assert part.process.wait(5) == -signal.SIGKILL
