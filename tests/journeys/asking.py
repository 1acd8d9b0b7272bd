"""One Django of a town that stays to be asked, for starting one takes longer than most questions."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections import deque
from pathlib import Path
from threading import Thread
from typing import Any

ANSWERS = """
import contextlib, io, json, sys, traceback
from django.db import close_old_connections
for line in sys.stdin:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), {"__name__": "asked"})
        answer = {"said": said.getvalue()}
    except BaseException:
        answer = {"trouble": traceback.format_exc()}
    close_old_connections()
    print(json.dumps(answer), flush=True)
"""
LONGEST_S = 90.0


class Asked:
    """Runs Python in the Django of that environment, one piece after another, each with names of its own."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chengguan", "shell", "-v0", "-c", ANSWERS],
            cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self.complaint: deque[str] = deque(maxlen=40)
        Thread(target=lambda: self.complaint.extend(self.process.stderr or ()), daemon=True).start()

    def ask(self, code: str) -> str:
        """What the code prints. RuntimeError with its traceback, TimeoutError when it does not come to an end."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], LONGEST_S)[0]:
            self.end()
            raise TimeoutError(f"no answer in {LONGEST_S:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("".join(self.complaint)[-3000:])
        answer: dict[str, Any] = json.loads(line)
        if "trouble" in answer:
            raise RuntimeError(answer["trouble"][-3000:])
        return str(answer["said"])

    def end(self) -> None:
        self.process.kill()
        self.process.wait(10)
