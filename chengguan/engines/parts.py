"""One thing the supervisor keeps alive: an engine of ours or a role."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.conf import settings

from chengguan.engines import processes, signs
from chengguan.engines.saying import _, say

BACK_OFF_S = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
STARTING_S = 600.0
"""Silence allowed before the first sign: a large history is read in, a slow machine starts everything at once."""
SETTLED_S = 60.0
"""A part that lived this long is forgiven its earlier ends."""


@dataclass
class Part:
    name: str
    kind: Literal["engine", "role"]
    start: Callable[[], subprocess.Popen]
    farewell: signal.Signals = signal.SIGTERM
    process: subprocess.Popen | None = None
    restarts: int = 0
    ends_in_a_row: int = 0
    started_at: float = 0.0
    not_before: float = 0.0
    last_end: str = ""
    since: float = field(default_factory=time.time)
    sign: signs.Sign | None = None
    silent_s: float = 0.0
    answered: bool = False
    given_up: bool = False

    def begin(self) -> None:
        self.silent_s, self.answered, self.given_up = 0.0, False, False
        self.process = self.start()
        self.started_at = time.monotonic()
        self.since = time.time()

    def watch(self) -> None:
        """Ask for signs of life from now on, on a thread of its own."""
        if self.sign is not None:
            threading.Thread(target=self._listen, args=(self.sign,), name=f"signs-{self.name}", daemon=True).start()

    def _listen(self, sign: signs.Sign) -> None:
        asked_at = time.monotonic()
        while True:
            time.sleep(signs.EVERY_S)
            process, heard = self.process, sign()
            elapsed, asked_at = time.monotonic() - asked_at, time.monotonic()
            if process is None or process is not self.process:
                continue
            self.answered |= heard
            # no longer than a question takes: when we stood still ourselves, nobody else is to blame
            self.silent_s = 0.0 if heard else self.silent_s + min(elapsed, signs.EVERY_S + signs.ANSWER_S)

    def _is_stuck(self) -> bool:
        return self.silent_s > (settings.HANG_S if self.answered else max(settings.HANG_S, STARTING_S))

    def _give_up(self) -> None:
        """It does not answer, so it is not asked to end either."""
        assert self.process is not None
        self.given_up = True
        self.process.kill()
        say(_("{name} 已有 {silent:.0f} 秒没有回应，强制结束并重新启动").format(name=self.name, silent=self.silent_s))

    def look(self) -> bool:
        """Notice an end, begin again when its time has come; True when something changed."""
        now = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                if self._is_stuck() and not self.given_up:
                    self._give_up()
                return False
            if now - self.started_at > SETTLED_S:
                self.ends_in_a_row = 0
            wait = BACK_OFF_S[min(self.ends_in_a_row, len(BACK_OFF_S) - 1)]
            self.ends_in_a_row += 1
            self.process, self.not_before, self.last_end = None, now + wait, _("没有回应") if self.given_up else _ending(code)
            say(_("{name} 已退出（{how}），{wait:.0f} 秒后重新启动；其余部分照常工作").format(name=self.name, how=self.last_end, wait=wait))
            return True
        if now >= self.not_before:
            self.restarts += 1
            self.begin()
            say(_("{name} 已重新启动").format(name=self.name))
            return True
        return False

    def end(self, grace_s: float) -> None:
        if self.process is not None:
            processes.end([self.process.pid], polite=self.farewell, grace_s=grace_s)
            self.process.wait()
            self.process = None

    def report(self) -> dict[str, Any]:
        return {
            "pid": self.process.pid if self.process else None,
            "state": "running" if self.process else "restarting",
            "restarts": self.restarts,
            "last_end": self.last_end,
            "since": int(self.since),
        }


def _ending(code: int) -> str:
    if code < 0:
        return _("信号 {number}").format(number=-code)
    return _("退出码 {number}").format(number=code)
