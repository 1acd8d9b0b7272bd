"""`chengguan up` in a data root of its own, started and ended as an operator would."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from chengguan.engines import ports, processes

REPOSITORY = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "NATS_URL", "HISTORY_URL", "FILES_URL", "DJANGO_SETTINGS_MODULE", "CHENGGUAN_PORT", "CHENGGUAN_MQTT_PORT")
PATIENCE_S = 120.0


def new_root() -> Path:
    """A short path that another account may pass through."""
    root = Path(tempfile.mkdtemp(prefix="cg-", dir="/tmp"))
    root.chmod(0o711)
    return root


class Platform:
    def __init__(self, root: Path | None = None, **environment: str) -> None:
        self.root = root or new_root()
        self.port, self.mqtt_port = ports.free(), ports.free()
        clean = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment = clean | {
            "CHENGGUAN_DATA": str(self.root),
            "CHENGGUAN_PORT": str(self.port),
            "CHENGGUAN_MQTT_PORT": str(self.mqtt_port),
            "PYTHONUNBUFFERED": "1",
            "LANG": "C.UTF-8",
        }
        self.environment = {k: v for k, v in (self.environment | environment).items() if v}
        self.said = self.root / "said.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *verb: str, timeout: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "chengguan", *verb],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def start(self) -> Platform:
        self.said.write_text("")
        with self.said.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "chengguan", "up"], cwd=REPOSITORY, env=self.environment, stdout=out, stderr=out
            )
        self.until(lambda: "\nready http://127.0.0.1:" in self.words() or self.process.poll() is not None, "not ready")
        assert self.process.poll() is None, self.words()
        return self

    def words(self) -> str:
        return self.said.read_text()

    def until(self, what: Any, words: str, seconds: float = PATIENCE_S) -> Any:
        deadline = time.monotonic() + seconds
        while not (answer := what()):
            assert time.monotonic() < deadline, f"{words}; there are {self.names()}\n{self.words()}"
            time.sleep(0.1)
        return answer

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/health", timeout=20) as answer:
            assert answer.status == 200
            return json.load(answer)

    def try_health(self) -> dict[str, Any]:
        """Empty while the web role is away."""
        try:
            return self.health()
        except OSError:
            return {}

    def part(self, name: str) -> dict[str, Any]:
        report = self.try_health()
        return report.get("engines", {}).get(name) or report.get("roles", {}).get(name) or {}

    def children(self) -> list[int]:
        return processes.of_data_root(self.root) + processes.working_in(self.root / "postgres" / "data")

    def names(self) -> list[str]:
        """Ends of the command lines of what runs there."""
        found = []
        for pid in self.children():
            try:
                found.append(Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")[-60:].strip())
            except OSError:  # it has just ended
                continue
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Seconds it took to end."""
        began = time.monotonic()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(60)
        return time.monotonic() - began

    def remove(self) -> None:
        self.stop()
        processes.end(self.children(), grace_s=1)
        shutil.rmtree(self.root, ignore_errors=True)
