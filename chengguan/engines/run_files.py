"""What is running, written down for the other processes: addresses, parts with their states, the lock."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from chengguan.engines.nats_server import write_private
from chengguan.engines.saying import Refused, _


def folder() -> Path:
    return settings.DATA_ROOT / "run"


def read(name: str) -> dict[str, Any]:
    """The file's content; empty when it is not there or not whole."""
    try:
        return json.loads((folder() / name).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def write(name: str, content: dict[str, Any]) -> None:
    write_private(folder() / name, json.dumps(content, ensure_ascii=False, indent=1))


def make_data_root() -> None:
    """A data root that is not there yet; what root makes, the account that serves PostgreSQL may pass through."""
    root: Path = settings.DATA_ROOT
    for place in reversed([place for place in (root, *root.parents) if not place.exists()]):
        place.mkdir(exist_ok=True)
        place.chmod(0o711 if os.geteuid() == 0 else 0o700)


def take_lock() -> IO[str]:
    """Held for as long as the returned file is open; Refused when another supervisor of this data root lives."""
    make_data_root()
    folder().mkdir(parents=True, exist_ok=True)
    lock = (folder() / "up.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise Refused(
            _("本数据目录（{root}）已在运行，进程号 {pid}。请先停止它，或用 CHENGGUAN_DATA 另指定数据目录。").format(
                root=settings.DATA_ROOT, pid=lock.read().strip() or "?"
            )
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
