"""A whole running system in a folder of its own, as an operator would start it; its people and its devices."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho

from tests.journeys.asking import Asked

REPOSITORY = Path(__file__).resolve().parents[2]
PASSWORD = "chengguan-demo"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Any, seconds: float, every: float = 0.25, words: str = "") -> Any:
    """The first truthy answer of `what`; TimeoutError with `words` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(words or f"{what} said nothing in {seconds} s")
        time.sleep(every)


@dataclass
class Town:
    """`chengguan up` in a data root of its own, with the small town in it instead of the sample county: it is there in seconds."""

    root: Path
    port: int = field(default_factory=free_port)
    mqtt_port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    keys: dict[str, str] = field(default_factory=dict)
    demo: bool = False  # the sample county with its simulators instead of the small town
    database: str = ""  # the address of one that is migrated already, instead of a PostgreSQL of the town's own
    sessions: dict[str, list[Any]] = field(default_factory=dict)  # cookies of those who have signed in
    asked: Asked | None = None

    @classmethod
    def known(cls, told: str) -> Town:
        """A town that runs already, from what `python -m tests.journeys.town` printed."""
        facts = json.loads(told)
        return cls(Path(facts["root"]), facts["port"], facts["mqtt_port"], keys=facts["keys"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "NATS_URL", "HISTORY_URL", "DJANGO_SETTINGS_MODULE")}
        given = {"DATABASE_URL": self.database} if self.database else {}
        return kept | given | {
            "CHENGGUAN_DATA": str(self.root),
            "CHENGGUAN_PORT": str(self.port),
            "CHENGGUAN_MQTT_PORT": str(self.mqtt_port),
            "CHENGGUAN_DEMO": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, seconds: float = 240) -> None:
        log = open(self.root / "up.log", "w")  # noqa: SIM115  (the child keeps it)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chengguan", "up", *(["--demo"] if self.demo else [])],
            cwd=REPOSITORY, env=self.environment, stdout=log, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        wait_for(self._ready, seconds, 0.5, "the town did not become ready")

    def _ready(self) -> bool:
        said = (self.root / "up.log").read_text()
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"chengguan up ended with {self.process.returncode}:\n{said[-4000:]}")
        return f"ready http://127.0.0.1:{self.port}" in said

    def build(self) -> None:
        """The small town's places, people and things, rules that wait seconds instead of minutes, and a key for each gateway."""
        self.keys = self.ask("from tests.journeys.laying import lay; lay()")

    def listen(self) -> None:
        """From now on one process answers what is asked, until the town stops."""
        self.asked = Asked(self.environment, REPOSITORY)

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/api/health", timeout=10) as answer:
            return json.load(answer)

    def stop(self) -> None:
        if self.asked is not None:
            self.asked.end()
            self.asked = None
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def ask(self, code: str) -> Any:
        """Run Python inside the town's Django and read the JSON it prints last; for what only an operator could know."""
        said = (self._answered_apart(code) if self.asked is None else self.asked.ask(code)).strip()
        return json.loads(said.splitlines()[-1]) if said else None

    def _answered_apart(self, code: str) -> str:
        run = subprocess.run(
            [sys.executable, "-m", "chengguan", "shell", "-v0", "-c", code],
            cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, timeout=90,
        )  # fmt: skip
        if run.returncode:
            raise RuntimeError(run.stderr[-3000:])
        return run.stdout


class GatewayVoice:
    """Speaks for one gateway through the MQTT door, as the documented payload asks: numbered, QoS 1."""

    def __init__(self, town: Town, key: str, password: str) -> None:
        self.key, self.sequence = key, 0
        self.epoch = int(time.time())
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=f"journey-{key}", protocol=paho.MQTTv311)
        self.client.username_pw_set(key, password)
        self.client.connect("127.0.0.1", town.mqtt_port)
        self.client.loop_start()

    def say(self, subsystem: str, device: str, **values: float) -> None:
        self.sequence += 1
        message = {"seq": self.sequence, "epoch": self.epoch, "t": int(time.time() * 1000), "v": values}
        self.client.publish(f"zhcg/up/{self.key}/{subsystem}/{device}", json.dumps(message), qos=1).wait_for_publish(10)

    def close(self) -> None:
        self.client.loop_stop()
        self.client.disconnect()


def short_folder() -> Path:
    """A folder with a short name, for a socket's path holds 107 bytes; open, for PostgreSQL never runs as root."""
    folder = Path(tempfile.mkdtemp(prefix="cg-", dir="/tmp"))
    folder.chmod(0o755)
    return folder


def main() -> None:
    """Start a town, say its name, and keep it until Ctrl-C: for writing stories against."""
    town = Town(short_folder())
    for told in (signal.SIGINT, signal.SIGTERM):  # a shell's background job is started deaf to Ctrl-C
        signal.signal(told, signal.default_int_handler)
    try:
        town.start()
        town.build()
        print(json.dumps({"root": str(town.root), "port": town.port, "mqtt_port": town.mqtt_port, "keys": town.keys}), flush=True)
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        town.stop()


if __name__ == "__main__":
    main()
