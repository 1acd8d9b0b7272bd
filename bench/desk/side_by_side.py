"""Run inside a town's Django: what is laid in SQL, on two connections at once, for the machine has two cores."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

AT_ONCE = 2
LAYING = ("session_replication_role = replica", "work_mem = '256MB'", "maintenance_work_mem = '768MB'", "max_parallel_maintenance_workers = 0")
"""No trigger runs; and what one connection builds leaves the other core to the other."""
Job = tuple[str, Callable[[Any], None]]
"""A name under which its seconds are told, and what is done with a cursor."""
LOADED_WITHOUT = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), pg_relation_size(i.indrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY 1
"""


def side_by_side(jobs: Iterable[Job], took: dict[str, float], *, within: bool = True) -> None:
    """Each in a transaction of its own (unless not `within` one, as VACUUM asks): whichever connection is free takes the next. What one
    of them raises is raised here, and no other is begun."""
    waiting, wrong = deque(jobs), []

    def work() -> None:
        try:
            while waiting and not wrong:
                name, do = waiting.popleft()
                since = time.monotonic()
                if within:
                    with transaction.atomic(), connection.cursor() as cursor:
                        for setting in LAYING:
                            cursor.execute(f"SET LOCAL {setting}")
                        do(cursor)
                else:
                    with connection.cursor() as cursor:
                        do(cursor)
                took[name] = round(took.get(name, 0) + time.monotonic() - since, 1)
        except IndexError:  # the other took the last
            pass
        except Exception as error:  # noqa: BLE001
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _each in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def said(name: str, *statements: str) -> Job:
    """A job of these statements."""

    def do(cursor: Any) -> None:
        for statement in statements:
            cursor.execute(statement)

    return name, do


@contextmanager
def without_indexes(tables: Iterable[str], kept: Iterable[str]) -> Iterator[list[str]]:
    """Within, the tables have none but those of their keys and of `kept`, and nothing tidies them meanwhile; what builds the others again
    is given, those of the longest tables first."""
    names = list(tables)
    with connection.cursor() as cursor:
        cursor.execute(LOADED_WITHOUT, [names])
        found = [(name, text, size) for name, text, size in cursor.fetchall() if name not in kept]
        for name, _text, _size in found:
            cursor.execute(f"DROP INDEX {name}")
        for table in names:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        yield [text for _name, text, _size in found]
        for table in names:
            cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
