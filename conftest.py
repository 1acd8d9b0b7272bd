"""The test session's own world: a data root apart from the demo's, and, unless DATABASE_URL names one, a
private PostgreSQL in it. Settings are named here and not in pyproject.toml, so that they are read after this.
"""

from __future__ import annotations

import asyncio
import atexit
import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django
import pytest

_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
_held: list = []


def _own_data_root() -> Path:
    """The first test folder that no other session holds."""
    from chengguan.config import data_root

    for number in range(1, 20):
        root = data_root.default() / ("test" if number == 1 else f"test-{number}")
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / "session.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        _held.append(lock)
        return root
    raise RuntimeError("twenty test sessions at once in one clone")


if not _IS_WORKER:
    os.environ["CHENGGUAN_DATA"] = str(_own_data_root())
else:  # of several processes (`-n 2`) each has a folder and engines of its own; PostgreSQL is shared, with a database for each
    _folder = Path(os.environ["CHENGGUAN_DATA"]) / os.environ["PYTEST_XDIST_WORKER"]
    _folder.mkdir(parents=True, exist_ok=True)
    os.environ["CHENGGUAN_DATA"] = str(_folder)
for _name in ("FILES_URL", "NATS_URL", "HISTORY_URL", "CHENGGUAN_BASE_MAP"):  # of the shell that starts the tests
    os.environ.pop(_name, None)
os.environ["DJANGO_SETTINGS_MODULE"] = "chengguan.config.settings"
os.environ.setdefault("CHENGGUAN_NO_POOL", "1")
os.environ.setdefault("PLAYWRIGHT_CHROMIUM", "/usr/bin/chromium")


def _start_postgres() -> None:
    """Without django.setup(): the address must be in the environment before the settings are read."""
    from chengguan.engines import postgres

    root = Path(os.environ["CHENGGUAN_DATA"])
    cluster = postgres.cluster(root, durable=False)
    server = postgres.start(cluster, root)
    _held.append(server)
    postgres.wait_until_ready(cluster, server)
    postgres.prepare(cluster, for_tests=True)
    os.environ["DATABASE_URL"] = cluster.url


def _stop_postgres() -> None:
    from chengguan.engines import postgres

    for held in _held:
        if hasattr(held, "pid"):
            postgres.stop(held)


ASKS_ONLY = {"-h", "--help", "-V", "--version", "--co", "--collect-only", "--fixtures", "--markers"}

if not _IS_WORKER and not os.environ.get("DATABASE_URL") and not ASKS_ONLY & set(sys.argv):
    _start_postgres()
    atexit.register(_stop_postgres)
django.setup()  # here and not in a hook: a folder's own conftest, which imports models, may be read right after this file


def pytest_configure(config: pytest.Config) -> None:
    """Every small town hashes a password: slow on purpose where it guards something, and for nothing in each of its tests."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    _time_no_examples()


def _time_no_examples() -> None:
    """Hypothesis reads the source of every module of ours at one of its first draws, which in a fresh clone or beside other work takes
    seconds. By its usual limit of 200 ms an example that counts as a fault of the test; what must be quick is measured in bench/."""
    from hypothesis import settings

    settings.register_profile("chengguan", deadline=None)
    settings.load_profile("chengguan")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Or the workers would read the settings before this file has named their folders."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    """The test database is a copy of one that is migrated already."""
    from django.db import connection

    from tests import migrated

    root = Path(os.environ["CHENGGUAN_DATA"])
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template(connection, root.parent if _IS_WORKER else root)


@pytest.fixture(scope="session")
def broker() -> Iterator[SimpleNamespace]:
    """A nats-server of the session's own with the stream in it; `settings.NATS_ADDRESS` names it.
    `.mqtt_port`, `.process`."""
    from django.conf import settings

    from chengguan.engines import nats, nats_server, ports, processes

    port, mqtt_port, monitor_port = (ports.free() for _ in range(3))
    process = nats_server.start(port, mqtt_port, monitor_port)
    settings.NATS_ADDRESS = nats_server.address(port)
    ports.wait_until_open(mqtt_port)
    asyncio.run(nats.ensure_stream())
    yield SimpleNamespace(port=port, mqtt_port=mqtt_port, process=process)
    nats.leave()
    processes.end([process.pid])
    process.wait()


@pytest.fixture(scope="session")
def history_store() -> Iterator[SimpleNamespace]:
    """The history process of the session with its tables made; `settings.HISTORY_ADDRESS` names it."""
    from django.conf import settings

    from chengguan.engines import history, ports, processes

    port = ports.free()
    process = history.start(port)
    ports.wait_until_open(port, limit_s=60)
    settings.HISTORY_ADDRESS = history.address(port)
    history.ensure_tables()
    yield SimpleNamespace(port=port, process=process)
    processes.end([process.pid])
    process.wait()
