"""What is in force and whether it is well: as data for programs, in words for people at the machine."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlparse

import msgspec
import psycopg
from django.conf import settings

from chengguan.engines import files, history, processes, run_files
from chengguan.engines.saying import _

PROBE_S = 2.0


@dataclass(frozen=True)
class Engine:
    """How one engine is reached and mended."""

    title: str
    variable: str  # the setting that attaches another
    given: str  # its value, empty when our own runs
    probe: Callable[[], Awaitable[str]]  # its version, or an exception


async def _ask_postgres() -> str:
    where = settings.DATABASES["default"]
    connection = await psycopg.AsyncConnection.connect(
        host=where["HOST"], port=where["PORT"], user=where["USER"], password=where.get("PASSWORD") or None,
        dbname=where["NAME"], connect_timeout=2, autocommit=True,
    )  # fmt: skip
    async with connection:
        row = await (await connection.execute(POSTGRES_FACTS)).fetchone()
    assert row is not None
    return _suffices(*row)


POSTGRES_FACTS = """
select current_setting('server_version_num')::int / 10000, split_part(version(), ' ', 2), current_database(), current_user,
    (select extversion from pg_extension where extname = 'postgis'),
    has_schema_privilege('public', 'create') and has_database_privilege(current_database(), 'create')"""


class LackingError(Exception):
    """An engine answers and yet will not do; `mend` says what its owner has to do."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.mend = mend


def _suffices(major: int, version: str, database: str, role: str, postgis: str | None, may_create: bool) -> str:
    """The versions in words; LackingError when they, PostGIS or the role's rights are not enough."""
    if major < 15:
        raise LackingError(_("版本 {version} 太旧").format(version=version), _("请换用 PostgreSQL 15 或更新的服务器。"))
    if postgis is None:
        raise LackingError(
            _("数据库 {database} 里没有 PostGIS").format(database=database),
            _("请安装 PostGIS 3.3 或更新的版本，由超级用户在该库里执行：CREATE EXTENSION postgis; CREATE EXTENSION pg_trgm;"),
        )
    if [int(each) for each in postgis.split(".")[:2]] < [3, 3]:
        raise LackingError(_("PostGIS {version} 太旧").format(version=postgis), _("请升级到 PostGIS 3.3 或更新的版本。"))
    if not may_create:
        raise LackingError(
            _("角色 {role} 无权在数据库 {database} 里建表").format(role=role, database=database),
            _("请由超级用户执行：ALTER DATABASE {database} OWNER TO {role};").format(role=role, database=database),
        )
    return f"{version}, PostGIS {postgis}"


async def _ask_nats() -> str:
    """Its greeting, and whether it lets us in."""
    if not settings.NATS_ADDRESS:
        raise ConnectionError(_("没有地址"))
    where = urlparse(settings.NATS_ADDRESS.split(",")[0])
    reader, writer = await asyncio.open_connection(where.hostname, where.port or 4222)
    try:
        greeting = msgspec.json.decode((await reader.readline()).removeprefix(b"INFO "))
        about = {"verbose": False, "name": "health"}
        if where.username:
            about |= {"user": unquote(where.username), "pass": unquote(where.password or "")}
        writer.write(b"CONNECT " + msgspec.json.encode(about) + b"\r\nPING\r\n")
        answer = await reader.readline()
        if not answer.startswith(b"PONG"):
            raise ConnectionError(answer.decode().strip())
    finally:
        writer.close()
    return greeting["version"]


async def _ask_history() -> str:
    if not settings.HISTORY_ADDRESS:
        raise ConnectionError(_("没有地址"))
    return await asyncio.to_thread(history.version, PROBE_S)


async def _ask_files() -> str:
    return await asyncio.to_thread(lambda: files.store().probe())


def keeping() -> Engine:
    """Where photos and documents are kept: no engine of ours, but to be reached like one."""
    return Engine(_("照片与文件"), "FILES_URL", settings.FILES_URL, _ask_files)


def engines() -> dict[str, Engine]:
    return {
        "postgres": Engine("PostgreSQL + PostGIS", "DATABASE_URL", settings.DATABASE_URL, _ask_postgres),
        "nats": Engine("NATS JetStream + MQTT", "NATS_URL", settings.NATS_URL, _ask_nats),
        "history": Engine(_("历史读数（ClickHouse 接口）"), "HISTORY_URL", settings.HISTORY_URL, _ask_history),
    }


async def _engine(name: str, engine: Engine, written: dict[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {"form": "attached" if engine.given else "embedded"}
    if not engine.given:
        about |= {key: written.get(key) for key in ("pid", "restarts", "last_end")}
    began = time.monotonic()
    try:
        version = await asyncio.wait_for(engine.probe(), PROBE_S)
    except Exception as error:  # noqa: BLE001  whatever is wrong with an engine is the answer
        return about | {"state": "down", "reason": str(error).strip() or type(error).__name__, "mend": getattr(error, "mend", "")}
    return about | {"state": "ok", "version": version, "answered_ms": round(1000 * (time.monotonic() - began), 1)}


async def health() -> dict[str, Any]:
    """{"status": "ok" | "degraded", "engines": {...}, "files": {...}, "roles": {...}, "ports": {"http", "mqtt", ...}}."""
    written = run_files.read("parts.json")
    known = engines()
    answers = await asyncio.gather(
        *(_engine(name, engine, written.get("engines", {}).get(name, {})) for name, engine in known.items()),
        _engine("files", keeping(), {}),
    )
    *answered, kept = answers
    found = dict(zip(known, answered, strict=True))
    roles = {}
    for name, row in written.get("roles", {}).items():
        lives = processes.alive(row.get("pid") or 0)
        roles[name] = row | {"state": "ok" if lives else "down" if row.get("state") == "running" else row.get("state")}
    well = all(row["state"] == "ok" for row in (*found.values(), kept, *roles.values()))
    return {
        "status": "ok" if well else "degraded",
        "engines": found,
        "files": kept,
        "roles": roles,
        "ports": {"http": settings.PORT, "mqtt": settings.MQTT_PORT, **written.get("ports", {})},
        "pid": os.getpid(),
    }


TOLD = ("state", "form", "pid", "restarts", "last_end", "answered_ms")
"""What anybody may know of a part. Reasons and versions name hosts, accounts, folders: those are for `chengguan check`."""


def told(report: dict[str, Any]) -> dict[str, Any]:
    """The report for whoever asks over HTTP, signed in or not."""

    def row(full: dict[str, Any], name: str) -> dict[str, Any]:
        kept = {key: full[key] for key in TOLD if key in full}
        return kept | ({"version": full["version"]} if "version" in full and name != "files" else {})

    return report | {
        "files": row(report["files"], "files"),
        **{group: {name: row(full, name) for name, full in report[group].items()} for group in ("engines", "roles")},
    }


def _all() -> dict[str, Engine]:
    return engines() | {"files": keeping()}


def silent_attached() -> list[str]:
    """For each attached engine that does not answer: which, why, and what to do."""
    given = {name: engine for name, engine in _all().items() if engine.given}

    async def ask() -> list[dict[str, Any]]:
        return list(await asyncio.gather(*(_engine(name, engine, {}) for name, engine in given.items())))

    return [
        _("{title} 不可用：{reason}").format(title=engine.title, reason=row["reason"]) + "\n" + (row["mend"] or _mend(name, engine, running=True))
        for (name, engine), row in zip(given.items(), asyncio.run(ask()), strict=True)
        if row["state"] != "ok"
    ]


def in_words() -> tuple[str, bool]:
    """(lines for a person, whether everything is well)."""
    report = asyncio.run(health())
    lines = [_("数据目录  {root}").format(root=settings.DATA_ROOT)]
    for name, engine in _all().items():
        row = report["files"] if name == "files" else report["engines"][name]
        form = _("外接（{variable}）").format(variable=engine.variable) if engine.given else _("内置")
        if row["state"] == "ok":
            lines.append(_("正常  {title}  {form}  {version}").format(title=engine.title, form=form, version=row["version"]))
        else:
            lines.append(_("异常  {title}  {form}：{reason}").format(title=engine.title, form=form, reason=row["reason"]))
            lines.append("      " + (row["mend"] or _mend(name, engine, running=_running())))
    if not _running():
        lines.append(_("停止  各角色没有由本目录的 chengguan up 运行"))
    for name, row in report["roles"].items() if _running() else ():
        lines.append(_role_in_words(name, row))
    if _running():
        ports = "  ".join(f"{name} {number}" for name, number in report["ports"].items() if name in ("http", "mqtt"))
        lines.append(_("端口  {ports}").format(ports=ports))
    return "\n".join(lines), report["status"] == "ok"


def _running() -> bool:
    return processes.alive(run_files.read("parts.json").get("supervisor") or 0)


def _role_in_words(name: str, row: dict[str, Any]) -> str:
    if row["state"] == "ok":
        again = _("，曾重启 {count} 次（{how}）").format(count=row["restarts"], how=row["last_end"]) if row["restarts"] else ""
        return _("正常  角色 {name}，进程 {pid}").format(name=name, pid=row["pid"]) + again
    log = settings.DATA_ROOT / "log" / f"{name}.log"
    return _("异常  角色 {name}（{how}），正在重启；原因见 {log}").format(name=name, how=row["last_end"] or "?", log=log)


def _mend(name: str, engine: Engine, *, running: bool) -> str:
    if engine.given:
        return _("请检查 {variable} 所指的服务器是否开着、地址与口令是否正确、网络是否可达；恢复后各角色会自己重新连上。").format(
            variable=engine.variable
        )
    if name == "files":
        return _("请检查该目录的归属、权限与磁盘空间（CHENGGUAN_FILES）。")
    if not running:
        return _("没有运行；用 chengguan up 启动。")
    log = settings.DATA_ROOT / "log" / f"{name}.log"
    return _("监督进程会自动重启它；若一直不恢复，请看 {log}，并检查磁盘空间。").format(log=log)
