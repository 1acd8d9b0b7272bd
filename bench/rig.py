"""Engines and a county of lamps of the measurement's own, apart from the demo's and from the tests'.

`Rig` starts PostgreSQL (durable), NATS and the history in a folder that is emptied first, and ends them; the roles under
measurement run as the processes they are. Import it before anything of Django: it sets the environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))


@cache
def data_root() -> Path:
    """The measurements' own folder, before it is named in the environment."""
    from chengguan.config import data_root as place

    return place.default() / "bench"


class Rig:
    """`gateways` x `lamps` devices of street_lights behind accounts of their own."""

    def __init__(self, gateways: int = 100, lamps: int = 100, sync_always: bool = False, durable: bool = True) -> None:
        self.root = data_root()
        self._end_left_over()
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        os.environ.update(
            CHENGGUAN_DATA=str(self.root), CHENGGUAN_NO_POOL="1", CHENGGUAN_LOG="WARNING", DJANGO_SETTINGS_MODULE="chengguan.config.settings",
            CHENGGUAN_NATS_SYNC_ALWAYS="1" if sync_always else "0", CHENGGUAN_DESIGN_RATE="100",
        )  # fmt: skip
        self.processes: dict[str, subprocess.Popen] = {}
        self._start_engines(durable)
        self.plan = self._build(gateways, lamps)

    def _end_left_over(self) -> None:
        from chengguan.engines import processes

        processes.end(processes.of_data_root(self.root), grace_s=10)
        processes.end([*processes.working_in(self.root)])

    def _start_engines(self, durable: bool) -> None:
        from chengguan.engines import ports, postgres

        cluster = postgres.cluster(self.root, durable=durable)
        self.processes["postgres"] = postgres.start(cluster, self.root)
        postgres.wait_until_ready(cluster, self.processes["postgres"])
        postgres.prepare(cluster)
        os.environ["DATABASE_URL"] = cluster.url
        self.ports = {name: ports.free() for name in ("nats", "mqtt", "monitor", "history", "web")}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from chengguan.engines import history, nats_server

        settings.NATS_ADDRESS = nats_server.address(self.ports["nats"])
        settings.HISTORY_ADDRESS = history.address(self.ports["history"])
        call_command("migrate", verbosity=0)
        self.start_history()
        self.start_broker()
        ports.wait_until_open(self.ports["history"], 60)
        history.ensure_tables()

    def start_broker(self) -> None:
        from chengguan.engines import nats, nats_server, ports

        self.processes["broker"] = nats_server.start(self.ports["nats"], self.ports["mqtt"], self.ports["monitor"])
        ports.wait_until_open(self.ports["mqtt"])
        asyncio.run(nats.ensure_stream())

    def _build(self, gateways: int, lamps: int) -> dict[str, Any]:
        import bcrypt

        from chengguan.alarms.services import sync_rules
        from chengguan.engines import nats
        from chengguan.observations.services import sync_metrics
        from chengguan.things.models import Device, Gateway

        sync_metrics()
        sync_rules()
        plan, accounts = [], []
        for g in range(gateways):
            key, password = f"B{g:03d}", secrets.token_hex(12)
            hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
            gateway = Gateway.objects.create(key=key, name=key, subsystem="street_lights", password_hash=hashed)
            devices = [f"{key}-{n:03d}" for n in range(lamps)]
            Device.objects.bulk_create(
                Device(
                    subsystem="street_lights", key=each, model="lamp_controller", name=each, gateway=gateway,
                    attributes={"rated_power": 90},
                )
                for each in devices
            )  # fmt: skip
            plan.append({"key": key, "password": password, "devices": devices})
            accounts.append((key, hashed, "own"))
        nats.write_accounts(accounts)
        time.sleep(0.5)
        return {"host": "127.0.0.1", "port": self.ports["mqtt"], "gateways": plan}

    def environment(self) -> dict[str, str]:
        from django.conf import settings

        return {"NATS_URL": settings.NATS_ADDRESS, "HISTORY_URL": settings.HISTORY_ADDRESS}

    def start_role(self, name: str, command: list[str]) -> subprocess.Popen:
        from chengguan.engines import processes

        self.processes[name] = processes.start(
            command, data_root=self.root, log=self.root / "log" / f"{name}.log", env=self.environment(), cwd=REPOSITORY
        )
        return self.processes[name]

    def start_ingest(self) -> subprocess.Popen:
        return self.start_role("ingest", [sys.executable, "-m", "chengguan", "ingest"])

    def start_jobs(self) -> subprocess.Popen:
        return self.start_role("jobs", [sys.executable, "-m", "chengguan", "jobs"])

    def start_web(self) -> subprocess.Popen:
        web = ["uvicorn", "chengguan.config.asgi:application", "--port", str(self.ports["web"]), "--lifespan", "off", "--no-access-log"]
        return self.start_role("web", [sys.executable, "-m", *web])

    def start_history(self) -> subprocess.Popen:
        from chengguan.engines import history

        self.processes["history"] = history.start(self.ports["history"])
        return self.processes["history"]

    def start_gateways(self, rate: float, seconds: float, **more: Any) -> Gateways:
        path = self.root / "plan.json"
        path.write_text(json.dumps(self.plan | {"rate": rate, "seconds": seconds} | more))
        return Gateways(path, self)

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU each process has used, its children included."""
        import psutil

        used = {}
        for name, process in self.processes.items():
            try:
                top = psutil.Process(process.pid)
                every = [top, *top.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
            used[name] = sum(sum(_times(each)) for each in every)
        return used

    def stop(self, name: str) -> None:
        from chengguan.engines import processes

        process = self.processes.pop(name, None)
        if process is not None:
            processes.end([process.pid], grace_s=15)
            process.wait()

    def close(self) -> None:
        from django.db import connection

        from chengguan.engines import postgres

        connection.close()
        for name in [each for each in self.processes if each != "postgres"]:
            self.stop(name)
        postgres.stop(self.processes.pop("postgres"))
        shutil.rmtree(self.root, ignore_errors=True)

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _times(process: Any) -> tuple[float, ...]:
    import psutil

    try:
        told = process.cpu_times()
        return told.user, told.system
    except psutil.NoSuchProcess:
        return (0.0,)


class Gateways:
    """The generator's process."""

    def __init__(self, plan: Path, rig: Rig) -> None:
        command = [sys.executable, str(REPOSITORY / "bench" / "gateways.py"), str(plan)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.rig = rig
        rig.processes["generator"] = self.process
        os.set_blocking(self.process.stdout.fileno(), False)  # type: ignore[union-attr]
        self._counts: dict[str, Any] = {"sent": 0, "acknowledged": 0, "asked": 0, "resent": 0, "rises": 0, "cpu_s": 0.0, "kept": 0}

    def lines(self) -> Iterator[str]:
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            yield line

    def counts(self) -> dict[str, Any]:
        for line in self.lines():
            self._counts = json.loads(line)
        return self._counts

    def say(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        try:
            self.say("stop")
            self.process.wait(10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.rig.processes.pop("generator", None)


def result(name: str, value: float | None, unit: str, reach: float | None, against: str, ratio: float | None, met: bool, **more: Any) -> None:
    """The last line of every measurement."""
    told = {"name": name, "value": value, "unit": unit, "reach": reach, "against": against, "ratio": ratio, "met": met}
    print(json.dumps(told | more, ensure_ascii=False), flush=True)
