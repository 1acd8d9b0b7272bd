"""Signs of life of what runs: an answer on its socket, or a file it touches. Whoever refuses is alive; whoever takes a question and
never answers is not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

EVERY_S = 5.0
"""How often a part is asked, and how often a role touches its file at least."""
ANSWER_S = 10.0
Sign = Callable[[], bool]

SSL_REQUEST = struct.pack(">II", 8, 80877103)
"""PostgreSQL answers it with one letter to whoever asks, while it starts up too."""


def _file(name: str) -> Path:
    return settings.DATA_ROOT / "run" / f"{name}.alive"


def give(name: str) -> None:
    """Called by a role again and again. A disk without room for one more name must not end it."""
    with contextlib.suppress(OSError):
        _file(name).parent.mkdir(parents=True, exist_ok=True)
        _file(name).touch()


async def keep_giving(name: str) -> None:
    """The same for an event loop, until cancelled."""
    while True:
        give(name)
        await asyncio.sleep(EVERY_S)


def touches(name: str) -> Sign:
    """Whether the file was touched since it was last asked; by comparing, so the clock may jump."""
    before = 0

    def heard() -> bool:
        nonlocal before
        try:
            last, before = before, _file(name).stat().st_mtime_ns
        except FileNotFoundError:
            return False
        return last not in (0, before)

    return heard


def answers(where: str | tuple[str, int], question: bytes = b"", answer_s: float = ANSWER_S) -> Sign:
    """Whether something comes back from that path or (host, port); nobody listening there is somebody still starting."""

    def heard() -> bool:
        try:
            with socket.socket(socket.AF_UNIX if isinstance(where, str) else socket.AF_INET) as line:
                line.settimeout(answer_s)
                line.connect(where)
                line.sendall(question)
                line.recv(1)
        except (TimeoutError, BlockingIOError):  # the second: the queue of those who wait is full
            return False
        except OSError:
            return True
        return True

    return heard


def page(host: str, port: int, path: str) -> Sign:
    return answers((host, port), f"GET {path} HTTP/1.0\r\n\r\n".encode())
