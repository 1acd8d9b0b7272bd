"""The private PostgreSQL cluster: made, started, checked and mended. With DATABASE_URL set none of this runs.

The server listens on a Unix socket in a folder that only its owner may enter, and nowhere else. As root,
which PostgreSQL refuses to serve, it runs as another account and its data lies where that account may go.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from chengguan.engines import processes
from chengguan.engines.saying import Refused, _

HOME_OF_ROOT = Path("/var/lib/chengguan")
ACCOUNTS = ("postgres", "nobody")
"""Who serves PostgreSQL when we are root."""
ROLE = DATABASE = "chengguan"
SUPERUSER = "postgres"
PORT = 5432  # only part of the socket's name
START_S = 60.0  # after a kill -9 recovery may take this long
LONGEST_SOCKET_FOLDER = 93


@dataclass(frozen=True)
class Cluster:
    """Where one private cluster lies and who serves it."""

    folder: Path
    log: Path
    account: str | None  # None: the account that runs this program
    durable: bool = True  # False gives fsync up, for tests

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        beside = self.folder / "socket"
        if len(str(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        return Path("/tmp") / f"chengguan-{os.geteuid()}-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}"

    @property
    def url(self) -> str:
        """DATABASE_URL of the application's role."""
        return f"postgres://{ROLE}@/{DATABASE}?host={self.socket}&port={PORT}"


def cluster(data_root: Path | None = None, *, durable: bool = True) -> Cluster:
    """The private cluster of a data root. Refused when the account that must serve it cannot get there."""
    root = data_root or settings.DATA_ROOT
    refuse_closed(root)
    account = None
    if os.geteuid() == 0:
        account = next(name for name in ACCOUNTS if _exists(name))
        root.mkdir(parents=True, exist_ok=True)
        for ours in (p for p in (root, *root.parents) if HOME_OF_ROOT in (p, *p.parents)):
            ours.chmod(0o711)  # the serving account passes through, nobody lists
        refuse_closed(root)  # again: it may have been made just now, closed
    return Cluster(folder=root / "postgres", log=root / "log" / "postgres.log", account=account, durable=durable)


def refuse_closed(root: Path) -> None:
    """As root: Refused when the account that must serve PostgreSQL cannot pass to `root`. Writes nothing."""
    if os.geteuid() != 0:
        return
    passing = (p for p in (root, *root.parents) if p.exists() and HOME_OF_ROOT not in (p, *p.parents))
    closed = next((p for p in passing if not p.stat().st_mode & 0o001), None)
    if closed is not None or not any(map(_exists, ACCOUNTS)):
        raise Refused(
            _("以 root 运行时，PostgreSQL 须由另一账户（postgres）提供服务，而它进不去 {path}。请用 CHENGGUAN_DATA 另指定数据目录。").format(
                path=closed or root
            )
        )


def _exists(account: str) -> bool:
    try:
        return bool(pwd.getpwnam(account))
    except KeyError:
        return False


def programs(version: str = "*") -> Path:
    """The folder of initdb, postgres, pg_dump: of that major version, else the newest that has PostGIS."""
    found = sorted(
        (
            folder
            for folder in Path("/usr/lib/postgresql").glob(f"{version}/bin")
            if (folder / "postgres").exists()
            and Path(f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control").exists()
        ),
        key=lambda folder: int(folder.parent.name),
    )
    if found:
        return found[-1]
    beside = shutil.which("initdb")
    if beside:
        return Path(beside).resolve().parent
    raise Refused(_("没有找到带 PostGIS 的 PostgreSQL。请执行：sudo apt-get install postgresql postgresql-postgis"))


def _run(it: Cluster, command: Sequence[str]) -> None:
    full = processes.as_account(it.account, command) if it.account else list(command)
    done = subprocess.run(full, cwd="/", capture_output=True, text=True)
    if done.returncode:
        raise Refused(_("{program} 失败：{words}").format(program=Path(command[0]).name, words=done.stderr.strip()[-2000:]))


def _own_folder(it: Cluster, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if it.account:
        entry = pwd.getpwnam(it.account)
        os.chown(folder, entry.pw_uid, entry.pw_gid)


def create(it: Cluster) -> None:
    """initdb into a folder beside, renamed when complete, so a half-made cluster is never taken for one."""
    _own_folder(it, it.folder)
    unfinished = it.folder / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    options = ["-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
    hurry = [] if it.durable else ["--no-sync"]
    _run(it, [str(programs() / "initdb"), "-D", str(unfinished), *options, *hurry])
    unfinished.rename(it.data)


def end_leftovers(it: Cluster) -> None:
    """After kill -9 of the postmaster a busy backend lives on and blocks the next start. Only when every
    process that works in the data folder has ended is a leftover pid file safe to remove."""
    left = processes.working_in(it.data)
    if left:
        processes.end(left, polite=signal.SIGINT, grace_s=8.0)
    (it.data / "postmaster.pid").unlink(missing_ok=True)


def command(it: Cluster) -> list[str]:
    version = (it.data / "PG_VERSION").read_text().strip()
    options = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(it.socket),
        "unix_socket_permissions": "0700",
        "shared_buffers": "192MB",
        "max_connections": "100",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "fsync": "on" if it.durable else "off",
        "synchronous_commit": "on" if it.durable else "off",
    }
    return [str(programs(version) / "postgres"), "-D", str(it.data), *(f"--{k}={v}" for k, v in options.items())]


def start(it: Cluster, data_root: Path) -> subprocess.Popen:
    """Make the cluster when there is none, end what a crash left, start the server (main thread only)."""
    if not (it.data / "PG_VERSION").exists():
        create(it)
    end_leftovers(it)
    _own_folder(it, it.folder)
    _own_folder(it, it.socket)
    return processes.start(
        command(it), data_root=data_root, log=it.log, cwd=Path("/"), account=it.account, farewell="INT"
    )


def connect(it: Cluster, database: str = "postgres", user: str = SUPERUSER) -> psycopg.Connection:
    return psycopg.connect(
        host=str(it.socket), port=PORT, user=user, dbname=database, autocommit=True, connect_timeout=5
    )


def wait_until_ready(it: Cluster, server: subprocess.Popen, limit_s: float = START_S) -> None:
    """Returns when it answers; Refused when it ended instead, or stays silent for `limit_s` seconds."""
    deadline = time.monotonic() + limit_s
    while True:
        try:
            connect(it).close()
            return
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                tail = it.log.read_text(errors="replace")[-1500:] if it.log.exists() else ""
                raise Refused(_("PostgreSQL 没有启动：{words}").format(words=tail or error)) from error
        time.sleep(0.05)


def prepare(it: Cluster, *, for_tests: bool = False) -> None:
    """The application's role, its database, and PostGIS in it, which only the superuser may install.
    For tests the role may create databases, and new ones have PostGIS."""
    with connect(it) as server:
        if not server.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
            server.execute(sql.SQL("create role {} login").format(sql.Identifier(ROLE)))
        if not server.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            server.execute(sql.SQL("create database {0} owner {1}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))
        if for_tests:
            server.execute(sql.SQL("alter role {} createdb").format(sql.Identifier(ROLE)))
    for database in (DATABASE, "template1") if for_tests else (DATABASE,):
        with connect(it, database) as inside:
            inside.execute("create extension if not exists postgis")


def stop(server: subprocess.Popen, grace_s: float = 8.0) -> None:
    """A fast shutdown: open sessions are cut, everything committed is kept."""
    processes.end([server.pid], polite=signal.SIGINT, grace_s=grace_s)
    server.wait()
