"""`chengguan up`: starts the engines that no URL names, brings the data up to date, starts the roles, and
keeps all of it alive until it is told to stop. Every child ends with this process, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from django.conf import settings

from chengguan.engines import health, history, nats_server, ports, postgres, processes, run_files, signs
from chengguan.engines.parts import Part
from chengguan.engines.saying import Refused, _, say

LOOK_S = 0.2
FIRST_PAGE_S = 120.0
ATTACHED_S = 10.0


class Stop(BaseException):
    """A signal asked us to end."""


class Supervisor:
    def __init__(self, *, demo: bool) -> None:
        self.demo = demo
        self.engines: list[Part] = []
        self.roles: list[Part] = []
        self.ports: dict[str, int] = {}
        self.cluster: postgres.Cluster | None = None
        self.lock = run_files.take_lock()

    # ---- the whole life --------------------------------------------------------------------

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        try:
            self.end_leftovers()
            self.choose_ports()
            self.start_engines()
            self._prepare()
            self._start_roles()
            self._wait_for_first_page()
            say(f"ready http://127.0.0.1:{self.ports['http']}")
            self._tell_more()
            for part in (*self.engines, *self.roles):
                part.watch()
            while True:
                if any([part.look() for part in (*self.engines, *self.roles)]):
                    self._write()
                time.sleep(LOOK_S)
        except Stop:
            say(_("正在停止……"))
        finally:
            self.end_all()

    def end_leftovers(self) -> None:
        left = processes.of_data_root(settings.DATA_ROOT)
        if left:
            say(_("上次运行留下 {count} 个进程，正在结束").format(count=len(left)))
            processes.end(left, grace_s=8.0)

    def choose_ports(self, *, served: bool = True) -> None:
        """Those others reach us at, unless nobody is `served`; the engines' own, if possible as before."""
        before = run_files.read("parts.json").get("ports", {})
        inner = ["history"] * (not settings.HISTORY_URL) + ["nats", "monitor"] * (not settings.NATS_URL)
        if served:
            self.ports["http"] = ports.choose(
                settings.PORT, was_set=settings.PORT_WAS_SET, variable="CHENGGUAN_PORT", host=settings.BIND
            )
        if served and not settings.NATS_URL:
            self.ports["mqtt"] = ports.choose(
                settings.MQTT_PORT,
                was_set=settings.MQTT_PORT_WAS_SET,
                variable="CHENGGUAN_MQTT_PORT",
                host=settings.MQTT_BIND,
            )
        elif not settings.NATS_URL:
            self.ports["mqtt"] = ports.free()
        for name in inner:
            kept = before.get(name, 0)
            self.ports[name] = kept if kept and ports.is_free(kept) else ports.free()
        for name, usual in (("http", settings.PORT), ("mqtt", settings.MQTT_PORT)) if served else ():
            if self.ports.get(name, usual) != usual:
                say(_("端口 {usual} 已被占用，改用 {port}").format(usual=usual, port=self.ports[name]))

    # ---- engines ---------------------------------------------------------------------------

    def start_engines(self) -> None:
        say(_("启动引擎……"))
        p = self.ports
        addresses: dict[str, str] = {}
        if not settings.DATABASE_URL:
            cluster = self.cluster = postgres.cluster()
            part = Part("postgres", "engine", lambda: postgres.start(cluster, settings.DATA_ROOT), signal.SIGINT)
            part.sign = signs.answers(f"{cluster.socket}/.s.PGSQL.{postgres.PORT}", signs.SSL_REQUEST)
            self.engines.append(part)
            addresses |= {"postgres_socket": str(cluster.socket), "postgres_port": str(postgres.PORT)}
        if not settings.NATS_URL:
            part = Part("nats", "engine", lambda: nats_server.start(p["nats"], p["mqtt"], p["monitor"]))
            part.sign = signs.answers(("127.0.0.1", p["nats"]))
            self.engines.append(part)
            addresses["nats"] = settings.NATS_ADDRESS = nats_server.address(p["nats"])
        if not settings.HISTORY_URL:
            part = Part("history", "engine", lambda: history.start(p["history"]))
            part.sign = signs.page("127.0.0.1", p["history"], "/ping")
            self.engines.append(part)
            addresses["history"] = settings.HISTORY_ADDRESS = history.address(p["history"])
        run_files.write("engines.json", addresses)
        for part in reversed(self.engines):  # the history takes longest to come up
            part.begin()
        self._write()
        if self.cluster is not None:
            server = self._process("postgres")
            postgres.wait_until_ready(self.cluster, server)
            postgres.prepare(self.cluster)
        self._await_attached()
        self._await_or_refuse("nats", self.ports.get("nats"), settings.DATA_ROOT / "log" / "nats.out")
        self._await_or_refuse("history", self.ports.get("history"), settings.DATA_ROOT / "log" / "history.log")

    def _await_attached(self) -> None:
        """Engines that a URL names must answer before anything is built on them."""
        deadline = time.monotonic() + ATTACHED_S
        while silent := health.silent_attached():
            if time.monotonic() > deadline:
                raise Refused("\n".join(silent))
            say(_("等待外接引擎……"))
            time.sleep(1)

    def _process(self, name: str) -> subprocess.Popen:
        part = next(part for part in self.engines if part.name == name)
        assert part.process is not None
        return part.process

    def _await_or_refuse(self, name: str, port: int | None, log: Path) -> None:
        if port is None:
            return
        deadline = time.monotonic() + 60
        while not ports.answers(port):
            if self._process(name).poll() is not None or time.monotonic() > deadline:
                words = log.read_text(errors="replace")[-1500:] if log.exists() else ""
                raise Refused(_("{name} 没有启动：{words}").format(name=name, words=words))
            time.sleep(0.05)

    # ---- roles -----------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        known = {
            "CHENGGUAN_DATA": str(settings.DATA_ROOT),
            "CHENGGUAN_PORT": str(self.ports["http"]),
            "CHENGGUAN_DEMO": "1" if self.demo else "0",
            "PYTHONPATH": str(settings.REPOSITORY),
            "PYTHONUNBUFFERED": "1",
        }
        if "mqtt" in self.ports:
            known["CHENGGUAN_MQTT_PORT"] = str(self.ports["mqtt"])
        return known

    def _prepare(self) -> None:
        """Tables, stream and, in the demo, the sample county: in a process of its own, heard here."""
        child = processes.start(
            [sys.executable, "-m", "chengguan", "prepare", *(["--demo"] if self.demo else [])],
            data_root=settings.DATA_ROOT,
            log=None,
            env=self._environment() | {"CHENGGUAN_LOG": "WARNING"},
        )
        try:
            code = child.wait()
        except Stop:
            processes.end([child.pid], grace_s=2.0)
            raise
        if code:
            raise Refused(_("准备数据没有成功，原因见上。数据没有丢失；改正后再启动即可。"))

    def _role(self, name: str, *command: str) -> None:
        def start() -> subprocess.Popen:
            return processes.start(
                [sys.executable, "-m", *command],
                data_root=settings.DATA_ROOT,
                log=settings.DATA_ROOT / "log" / f"{name}.log",
                env=self._environment(),
            )

        part = Part(name, "role", start, sign=signs.touches(name))
        if name == "web":
            part.sign = signs.page(ports.reached_at(settings.BIND), self.ports["http"], "/api/health")
        self.roles.append(part)
        part.begin()

    def _start_roles(self) -> None:
        say(_("启动各角色……"))
        web = ["uvicorn", "chengguan.config.asgi:application", "--host", settings.BIND, "--port", str(self.ports["http"])]
        if settings.WEB_WORKERS > 1:
            web += ["--workers", str(settings.WEB_WORKERS)]
        self._role("web", *web, "--lifespan", "off", "--no-access-log", "--timeout-graceful-shutdown", "2")
        self._role("ingest", "chengguan", "ingest")
        self._role("jobs", "chengguan", "jobs")
        if self.demo:
            self._role("simulate", "chengguan", "simulate")
        self._write()

    def _wait_for_first_page(self) -> None:
        deadline = time.monotonic() + FIRST_PAGE_S
        while time.monotonic() < deadline:
            for part in (*self.engines, *self.roles):
                if part.look():
                    self._write()
            try:
                with urllib.request.urlopen(f"http://{ports.reached_at(settings.BIND)}:{self.ports['http']}/", timeout=10):
                    return
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return
            except OSError:
                pass  # it does not listen yet; whether it ever will, the deadline decides
            time.sleep(0.1)
        log = settings.DATA_ROOT / "log" / "web.log"
        raise Refused(_("首页在 {limit:.0f} 秒内没有打开，日志见 {log}").format(limit=FIRST_PAGE_S, log=log))

    def _tell_more(self) -> None:
        if "mqtt" in self.ports:
            say(_("设备接入 mqtt://{host}:{port}").format(host=settings.MQTT_BIND, port=self.ports["mqtt"]))
        accounts = run_files.folder() / "demo-accounts.txt"
        if self.demo and accounts.exists():
            say(accounts.read_text().rstrip())
        say(_("日志在 {folder}；按 Ctrl-C 停止").format(folder=settings.DATA_ROOT / "log"))

    # ---- state and end ---------------------------------------------------------------------

    def _write(self) -> None:
        run_files.write(
            "parts.json",
            {
                "supervisor": os.getpid(),
                "engines": {part.name: part.report() for part in self.engines},
                "roles": {part.name: part.report() for part in self.roles},
                "ports": self.ports,
            },
        )

    def end_all(self, *, database_s: float = 2.5) -> None:
        """Roles first and together, then the engines they used; ten seconds at most, unless the database may take longer."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        processes.end([part.process.pid for part in self.roles if part.process], grace_s=4.0)
        for part in self.roles:
            part.end(0.0)
        for part in self.engines:
            part.end(database_s if part.name == "postgres" else 1.2)
        processes.end(processes.of_data_root(settings.DATA_ROOT), grace_s=0.5)
        self._write()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


@contextmanager
def engines_only() -> Iterator[Supervisor]:
    """The engines without any role, for as long as the block lasts; no device finds the way in."""
    os.umask(0o077)
    it = Supervisor(demo=False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        it.end_leftovers()
        it.choose_ports(served=False)
        it.start_engines()
        yield it
    except Stop:
        raise Refused(_("已中断")) from None
    finally:
        it.end_all(database_s=60.0)  # what was restored is written out in peace


def _loopback_only() -> None:
    """The demo's accounts have a published password: nobody else's machine may reach them."""
    for name, host in (("CHENGGUAN_BIND", settings.BIND), ("CHENGGUAN_MQTT_BIND", settings.MQTT_BIND)):
        if not ports.is_loopback(host):
            raise Refused(_("演示只在本机开放：演示账号的密码是公开的。请去掉 {name}，或不带 --demo 启动。").format(name=name))


def up(*, demo: bool) -> None:
    """Run until told to stop; Refused with words when it cannot begin."""
    os.umask(0o077)
    if demo:
        _loopback_only()
    Supervisor(demo=demo).run()
