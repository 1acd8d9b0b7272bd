"""One migrated database from which every session, and every worker of it, takes its own as a copy: the migrations run once for each
state of their files, and not once for each worker."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

PREFIX = "migrated_"


def template(connection: Any, folder: Path) -> str:
    """The name of the database, made now when these files were not migrated yet. `folder`: where those who share a server meet."""
    name = PREFIX + _state()
    with _alone(folder / "migrated.lock"), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        known = [row[0] for row in cursor.fetchall()]
        if name not in known:
            for other in known:
                cursor.execute(f'DROP DATABASE "{other}"')
            _make(connection, cursor, name)
    return name


def copy(connection: Any, name: str) -> str:
    """The address of a copy under that name, for a program that runs beside the tests."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{connection.settings_dict["TEST"]["TEMPLATE"]}"')
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def drop(connection: Any, name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _state() -> str:
    """Of every migration there is, other people's too: a hash of its file."""
    found = hashlib.sha256()
    for _key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        found.update(Path(sys.modules[migration.__module__].__file__ or "").read_bytes())
    return found.hexdigest()[:16]


def _make(connection: Any, cursor: Any, name: str) -> None:
    """Under another name until it is whole, so a half-made one is never taken."""
    unfinished, before = f"{name}_unfinished", connection.settings_dict["NAME"]
    cursor.execute(f'CREATE DATABASE "{unfinished}"')
    connection.close()
    connection.settings_dict["NAME"] = unfinished
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
    cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
