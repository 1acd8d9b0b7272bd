"""Our own nats-server: its configuration, its accounts, and what it refused.

Accounts are written to a file of their own; SIGHUP makes the server read it without dropping anyone else,
and a broken file is refused while the server runs on. With NATS_URL set the file is still written (to
CHENGGUAN_NATS_ACCOUNTS when given), for the cluster to include.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from chengguan.engines import processes

KEEP_S = 24 * 3600
ROOM_FOR_ONE = 512
"""Bytes of the stream a message may take on average, with subject and framing, at the design rate."""
INTERNAL = "chengguan"
ACCEPTABLE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


class Account(NamedTuple):
    """Who may sign in. A ChirpStack server speaks for its `applications` and for no other."""

    key: str
    password_hash: str  # bcrypt
    kind: str = "own"  # or "chirpstack"
    applications: Sequence[str] = ()


def folder() -> Path:
    return settings.DATA_ROOT / "nats"


def pid_file() -> Path:
    return settings.DATA_ROOT / "run" / "nats.pid"


def log_file() -> Path:
    return settings.DATA_ROOT / "log" / "nats.log"


def accounts_file() -> Path:
    return Path(settings.NATS_ACCOUNTS_FILE) if settings.NATS_ACCOUNTS_FILE else folder() / "accounts.conf"


def _secret() -> str:
    """The password of our own roles; kept, so that a later start leaves running ones connected."""
    path = folder() / "internal-password"
    if not path.exists():
        folder().mkdir(parents=True, exist_ok=True)
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """All of it or nothing, for the owner's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    beside.replace(path)


def address(port: int) -> str:
    return f"nats://{INTERNAL}:{_secret()}@127.0.0.1:{port}"


def _permissions(account: Account, others: Sequence[str]) -> str:
    """`others`: applications of other accounts. A ChirpStack server subscribes to the commands of any application, so theirs are taken
    out of what it hears."""
    if account.kind != "chirpstack":
        key = account.key
        return f'publish: {{allow: ["zhcg.up.{key}.>"]}}, subscribe: {{allow: ["zhcg.down.{key}", "zhcg.down.{key}.>"]}}'
    if not account.applications:
        return 'publish: {deny: [">"]}, subscribe: {deny: [">"]}'
    own, foreign = (", ".join(f'"application.{each}.>"' for each in ids) for ids in (account.applications, others))
    return f'publish: {{allow: [{own}]}}, subscribe: {{allow: ["application.*.device.*.command.>"], deny: [{foreign}]}}'


def accounts_text(accounts: Iterable[tuple[Any, ...]]) -> str:
    """The accounts block: our roles may do everything, a gateway writes below its own name and hears what is sent to it,
    ChirpStack writes below its own applications. ValueError for a key or an application that would reach further."""
    every = [Account(*row) for row in accounts]
    users = [f'      {{user: "{INTERNAL}", password: "{_secret()}"}}']
    for account in every:
        for name in (account.key, *account.applications):
            if not ACCEPTABLE_KEY.match(name) or name == INTERNAL:
                raise ValueError(f"a gateway or an application cannot be called {name!r}: letters, digits, - and _ only")
        if not re.fullmatch(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", account.password_hash):
            raise ValueError(f"the password of {account.key} is not a bcrypt hash")
        as_known = "$2a$" + account.password_hash[4:]  # nats-server knows one name of the same algorithm
        speaks = account.kind == "chirpstack"
        others = [each for other in every for each in other.applications if each not in account.applications] if speaks else []
        only = 'allowed_connection_types: ["MQTT"]'  # by NATS' own protocol it could set the headers with which we mark our re-drives
        users.append(f'      {{user: "{account.key}", password: "{as_known}", {only}, permissions: {{{_permissions(account, others)}}}}}')
    return "accounts {\n  CHENGGUAN {\n    jetstream: enabled\n    users: [\n" + "\n".join(users) + "\n    ]\n  }\n}\n"


def write_accounts(accounts: Iterable[tuple[Any, ...]]) -> bool:
    """Put exactly these accounts in force; others are cut off. False when our own server does not run: then
    they hold from its next start, or from when the attached cluster reads the file."""
    write_private(accounts_file(), accounts_text(accounts))
    if settings.NATS_URL:
        return False
    try:
        os.kill(int(pid_file().read_text()), signal.SIGHUP)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    return True


def config_text(port: int, mqtt_port: int, monitor_port: int) -> str:
    tls = ""
    if settings.MQTT_TLS_CERT:
        tls = f'  tls {{ cert_file: "{settings.MQTT_TLS_CERT}", key_file: "{settings.MQTT_TLS_KEY}" }}\n'
    sync = "  sync_interval: always\n" if settings.UPSTREAM_SYNC_ALWAYS else ""
    return f"""# Written at every start; changes are lost.
server_name: chengguan
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitor_port}"
pid_file: "{pid_file()}"
log_file: "{log_file()}"
logfile_size_limit: 16MB
logfile_max_num: 4
max_payload: 2MB
max_connections: 65536
jetstream {{
  store_dir: "{folder() / "store"}"
  max_mem: 64MB
  max_file: {room()[1] // 1_000_000_000 + 5}GB
  max_buffered_msgs: 100000
  max_buffered_size: 256MB
{sync}}}
mqtt {{
  listen: "{settings.MQTT_BIND}:{mqtt_port}"
  authorization {{ timeout: 20.0 }}
{tls}}}
include "{os.path.relpath(accounts_file(), folder())}"
"""


def room() -> tuple[int, int]:
    """(messages, bytes) the stream keeps room for: a day at the design rate."""
    messages = max(int(settings.UPSTREAM_DESIGN_RATE * KEEP_S), 100_000)
    return messages, messages * ROOM_FOR_ONE


def program() -> str:
    beside = Path(sys.executable).parent / "nats-server"
    return str(beside) if beside.exists() else "nats-server"


def start(port: int, mqtt_port: int, monitor_port: int) -> subprocess.Popen:
    """From the main thread only. Accounts stay as they were last written."""
    write_private(folder() / "server.conf", config_text(port, mqtt_port, monitor_port))
    (folder() / "monitor").write_text(str(monitor_port))
    if not accounts_file().exists():
        write_private(accounts_file(), accounts_text([]))
    pid_file().parent.mkdir(parents=True, exist_ok=True)
    return processes.start(
        [program(), "-c", str(folder() / "server.conf")],
        data_root=settings.DATA_ROOT,
        log=settings.DATA_ROOT / "log" / "nats.out",
        farewell="TERM",
    )


# ---- what it refused ----------------------------------------------------------------------------

_VIOLATION = re.compile(
    r'\] (?P<at>\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)\.\d+ \[ERR\] \S+ - (?:mid|cid):(?P<cid>\d+)(?: - "(?P<client>[^"]*)")?'
    r'.* - (?:(?P<act>Publish|Subscription) Violation - .*?Subject "(?P<subject>[^"]*)"|authentication error(?: - User "(?P<user>[^"]*)")?)'
)


@dataclass
class Refusals:
    """`what` is publish, subscribe or sign-in; `subject` an example; `at` the last time, server's clock."""

    account: str
    what: str
    count: int = 0
    subject: str = ""
    at: str = ""


@dataclass
class _Log:
    inode: int = 0
    offset: int = 0
    seen: dict[tuple[str, str], Refusals] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    lines: Counter = field(default_factory=Counter)


_log = _Log()


def refused() -> list[Refusals]:
    """What our server refused, most often first, since the log's beginning. Empty for an attached cluster,
    whose operators see its log."""
    for line in _new_lines():
        found = _VIOLATION.search(line)
        if found is None:
            continue
        account = found["user"] or _account_of(found["cid"], found["client"] or "?")
        what = {"Publish": "publish", "Subscription": "subscribe"}.get(found["act"] or "", "sign-in")
        row = _log.seen.setdefault((account, what), Refusals(account, what))
        row.count += 1
        row.subject = found["subject"] or row.subject
        row.at = found["at"]
    return sorted(_log.seen.values(), key=lambda row: -row.count)


def _new_lines() -> list[str]:
    try:
        with log_file().open("rb") as log:
            inode = os.fstat(log.fileno()).st_ino
            if inode != _log.inode:
                _log.inode, _log.offset = inode, 0
            log.seek(_log.offset)
            chunk = log.read(8_000_000)
    except FileNotFoundError:
        return []
    whole = chunk[: chunk.rfind(b"\n") + 1]
    _log.offset += len(whole)
    lines = whole.decode(errors="replace").splitlines()
    if any("Starting nats-server" in line for line in lines):
        _log.accounts.clear()  # connection numbers begin again
    return [line for line in lines if "[ERR]" in line]


def _account_of(cid: str, client: str) -> str:
    """The log names a connection; the server knows, for the last 10,000 of them, which account it used."""
    if cid not in _log.accounts:
        _log.accounts.update(_known_connections())
    return _log.accounts.get(cid, client)


def _known_connections() -> dict[str, str]:
    try:
        port = int((folder() / "monitor").read_text())
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/connz?auth=1&state=all&limit=20000", timeout=2
        ) as answer:
            rows = json.load(answer)["connections"]
    except (OSError, ValueError, KeyError):
        return {}
    return {str(row["cid"]): row["authorized_user"] for row in rows if row.get("authorized_user")}
