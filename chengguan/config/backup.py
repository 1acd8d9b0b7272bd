"""`chengguan backup FOLDER` and `restore FOLDER`: all three engines and the files, at one moment.

The moment is a PostgreSQL snapshot taken while no insert into the history is under way and while none can
begin (its intents' table is locked; alarms and cases go on). Then the history holds exactly what the positions in
the snapshot say, and the stream holds everything behind them. On the way back the stream gets the same
sequence numbers, so both sinks go on at their positions: nothing is lost, nothing taken twice. MQTT sessions of gateways
are not kept; they sign in again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from chengguan import __version__
from chengguan.config import backup_history, backup_stream, data_root
from chengguan.engines import files, nats_server, postgres, supervise
from chengguan.engines.saying import Refused, _, say

QUIET_S = 60.0
KEPT = ("secret-key", "demo-loaded", "nats/internal-password", "nats/accounts.conf")
"""Small things of the data root: the key of sessions, who may speak to the broker."""


def _where() -> dict[str, Any]:
    """How the database in force is reached, as libpq names it."""
    told = settings.DATABASES["default"]
    host = told["HOST"] if settings.DATABASE_URL else str(postgres.cluster().socket)
    return {
        "host": host, "port": told["PORT"], "user": told["USER"], "dbname": told["NAME"],
        "password": told.get("PASSWORD") or None,
    }  # fmt: skip


def _run(program: str, *arguments: str, user: str | None = None) -> None:
    where = _where()
    folder = postgres.programs()
    environment = os.environ | ({"PGPASSWORD": where["password"]} if where["password"] else {})
    done = subprocess.run(
        [str(folder / program), "-h", where["host"], "-p", str(where["port"]), "-U", user or where["user"]]
        + ["-d", where["dbname"], *arguments],
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Refused(_("{program} 失败：{words}").format(program=program, words=done.stderr.strip()[-2000:]))


@contextmanager
def _quiet_moment() -> Iterator[psycopg.Connection]:
    """A transaction in whose snapshot no insert into the history is under way, and none begins until it ends."""
    deadline = time.monotonic() + QUIET_S
    with psycopg.connect(**_where(), connect_timeout=5) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        while True:
            connection.execute("LOCK TABLE observations_historyintent IN SHARE MODE")
            row = connection.execute("SELECT count(*) FROM observations_historyintent").fetchone()
            if row and row[0] == 0:
                break
            connection.rollback()
            if time.monotonic() > deadline:
                raise Refused(_("历史读数有一次写入没有完成（历史引擎停着？）。请先用 chengguan check 查明并恢复，再备份。"))
            time.sleep(0.2)
        yield connection
        connection.rollback()


def backup(folder: Path) -> None:
    """Everything into `folder`, which must be empty or absent. The platform may run, its engines must."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused(_("{folder} 不是空目录；每次备份请用新的目录。").format(folder=folder))
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _quiet_moment() as moment:
            snapshot = moment.execute("SELECT pg_export_snapshot()").fetchone()
            lowest = moment.execute("SELECT coalesce(min(position), 0) FROM observations_sinkposition").fetchone()
            assert snapshot is not None
            assert lowest is not None
            say(_("数据库……"))
            _run("pg_dump", "--format=custom", "--no-comments", f"--snapshot={snapshot[0]}", "-f", str(folder / "database.dump"))
            say(_("消息流……"))
            messages = backup_stream.save(folder / "stream.msgpack", after=lowest[0])
            say(_("历史读数……"))
            readings = backup_history.save(folder / "history")
    except (psycopg.OperationalError, ConnectionError, TimeoutError) as error:
        raise Refused(_("引擎没有回答（{error}）。请先用 chengguan up 启动，再备份。").format(error=error)) from error
    say(_("照片与文件……"))
    try:
        kept = _copy_files(folder / "files")
    except OSError as error:
        raise Refused(_("照片与文件没有全部备份（{error}）。请先用 chengguan check 查明并恢复，再备份到新的目录。").format(error=error)) from error
    for name in KEPT:
        if (settings.DATA_ROOT / name).exists():
            (folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(settings.DATA_ROOT / name, folder / "data" / name)
    about = {
        "version": __version__, "made": int(time.time()), "messages": messages, "readings": readings, "files": kept,
        "sha256": {str(p.relative_to(folder)): _sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()},
    }  # fmt: skip
    (folder / "backup.json").write_text(json.dumps(about, indent=1))
    say(
        _("备份完成：{folder}（读数 {readings} 条、消息 {messages} 条、文件 {files} 个）。其中有口令与个人信息，请妥善保管。").format(
            folder=folder, **{key: about[key] for key in ("readings", "messages", "files")}
        )
    )


def _copy_files(target: Path) -> int:
    count = 0
    for sha256 in files.every():
        place = target / sha256[:2] / sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        with files.open(sha256) as content, place.open("wb") as out:
            shutil.copyfileobj(content, out)
        count += 1
    return count


def restore(folder: Path) -> None:
    """A backup into a data root (or attached engines) that holds nothing yet; then `chengguan up` as usual."""
    if not os.environ.get("DATABASE_URL"):
        postgres.refuse_closed(data_root.default())  # before anything reads the settings, which write a key there
    about = _checked(folder)
    if not settings.DATABASE_URL and (settings.DATA_ROOT / "postgres" / "data").exists():
        raise Refused(
            _("数据目录 {root} 里已有数据。请用 CHENGGUAN_DATA 指定一个空目录来恢复。").format(root=settings.DATA_ROOT)
        )
    try:
        files.store().probe()
    except OSError as error:
        raise Refused(_("照片与文件的存储没有回答（{error}）。请先恢复它；什么也没有恢复。").format(error=error)) from error
    for name in KEPT:
        if (folder / "data" / name).exists():
            nats_server.write_private(settings.DATA_ROOT / name, (folder / "data" / name).read_text())
    with supervise.engines_only():
        if settings.NATS_URL:
            say(_("恢复期间请勿让设备接入"))
        say(_("数据库……"))
        _restore_database(folder)
        say(_("历史读数……"))
        backup_history.load(folder / "history")
        say(_("消息流……"))
        incarnation = backup_stream.load(folder / "stream.msgpack")
        _move_to_incarnation(incarnation)
    say(_("照片与文件……"))
    try:
        for path in (folder / "files").glob("??/*"):
            with path.open("rb") as content:
                files.put(content)
    except OSError as error:
        raise Refused(
            _("照片与文件没有全部恢复（{error}）；数据库、历史读数与消息流已恢复。请恢复存储后，再恢复到另一个空目录。").format(error=error)
        ) from error
    say(_("恢复完成（{made} 的备份）。请用 chengguan up 启动。").format(made=time.strftime("%F %T", time.localtime(about["made"]))))


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return files.sha256_of(content)


def _checked(folder: Path) -> dict[str, Any]:
    try:
        about = json.loads((folder / "backup.json").read_text())
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        raise Refused(_("{folder} 里没有完整的备份（缺 backup.json）。").format(folder=folder)) from None
    for name, sha256 in about["sha256"].items():
        path = folder / name
        if not path.exists() or _sha256(path) != sha256:
            raise Refused(_("备份已损坏：{name} 与记录的校验和不符。什么也没有恢复。").format(name=name))
    return about


def _restore_database(folder: Path) -> None:
    """Extensions are there already (only a superuser may make PostGIS), so their entries are left out."""
    dump = folder / "database.dump"
    contents = subprocess.run(
        [str(postgres.programs() / "pg_restore"), "-l", str(dump)], capture_output=True, text=True, check=True
    ).stdout
    theirs = (" EXTENSION - postgis", " public spatial_ref_sys ")
    wanted = "\n".join(line for line in contents.splitlines() if not any(words in line for words in theirs))
    listing = settings.DATA_ROOT / "run" / "restore.list"
    listing.write_text(wanted)
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "-L", str(listing), str(dump))
    listing.unlink()


def _move_to_incarnation(incarnation: str) -> None:
    """The stream has the same numbers but another time of making: what names the stream that was read last names the new one.
    What an older stream left behind keeps its name, for it has the same numbers. What was received when is no longer
    comparable, so the stamps go."""
    with psycopg.connect(**_where()) as connection:
        read_last = [row[0] for row in connection.execute("SELECT DISTINCT incarnation FROM observations_sinkposition WHERE sink = 'now'").fetchall()]
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'incarnation' AND table_schema = 'public'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                psycopg.sql.SQL("UPDATE {} SET incarnation = %s WHERE incarnation = ANY(%s)").format(psycopg.sql.Identifier(table)),
                [incarnation, read_last],
            )
        connection.execute("UPDATE observations_sinkposition SET stamp = 0")
