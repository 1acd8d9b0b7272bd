"""Children of the program: started so that they end with it, found again after a crash, ended for good.

Linux only: /proc is read, and `setpriv` (util-linux) asks the kernel to signal a child when its parent
dies, be it by kill -9.
"""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

MARK = "CHENGGUAN_CHILD_OF"
"""Environment variable every child carries: the data root it works for."""


def start(
    command: Sequence[str],
    *,
    data_root: Path,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: str | None = None,
    farewell: str = "TERM",
) -> subprocess.Popen:
    """Start a child in a session of its own. It is sent `farewell` when the calling *thread* ends, so call
    from the main thread. `account` runs it as that user (only root can). Without `log` it speaks where we do."""
    wrapped = ["setpriv", "--pdeathsig", farewell, "--", *command]
    if account is not None:  # the change of user would clear the signal, so it comes first
        wrapped = as_account(account, wrapped)
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") if log is not None else nullcontext() as out:
        return subprocess.Popen(
            wrapped,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=cwd,
            start_new_session=True,
            env={**os.environ, **(env or {}), MARK: str(data_root)},
        )


def as_account(account: str, command: Sequence[str]) -> list[str]:
    """`command`, run as another user."""
    entry = pwd.getpwnam(account)
    return ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--init-groups", "--", *command]


def alive(pid: int) -> bool:
    """A zombie is not alive, though signal 0 reaches it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


def _pids() -> Iterable[int]:
    return (int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def of_data_root(data_root: Path) -> list[int]:
    """Living children of any supervisor of that data root, this process excepted."""
    mark = f"{MARK}={data_root}".encode()
    found = []
    for pid in _pids():
        try:
            carries = mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if carries and pid != os.getpid() and alive(pid):
            found.append(pid)
    return found


def working_in(folder: Path) -> list[int]:
    """Living processes whose working directory is that folder or below: how PostgreSQL's are recognised."""
    found = []
    for pid in _pids():
        try:
            where = Path(os.readlink(f"/proc/{pid}/cwd"))
        except OSError:
            continue
        if (where == folder or folder in where.parents) and pid != os.getpid() and alive(pid):
            found.append(pid)
    return found


def end(pids: Iterable[int], *, polite: signal.Signals = signal.SIGTERM, grace_s: float = 5.0) -> None:
    """Ask, wait at most `grace_s` seconds, then kill; returns when all are gone."""
    left = [pid for pid in pids if _send(pid, polite)]
    deadline = time.monotonic() + grace_s
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [pid for pid in left if alive(pid)]
    for pid in left:
        _send(pid, signal.SIGKILL)
    while any(alive(pid) for pid in left):
        time.sleep(0.02)


def leave_within(seconds: float) -> None:
    """A role that was told to end calls this first: whatever still waits for an engine that went away at the same
    moment is left there after so long. Nothing is lost by it; what counts is committed or will be read again."""
    last = threading.Timer(seconds, os._exit, [1])
    last.daemon = True
    last.start()


def _send(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
