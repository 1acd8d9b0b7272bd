"""Run inside a town's Django: a day becomes free, and every open deadline follows."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from chengguan.cases import selectors
from chengguan.cases.models import CalendarDay, Clock
from chengguan.cases.services.administration import open_deadlines_follow

OPEN = "SELECT case_id FROM cases_clock WHERE ended_at IS NULL"
KEPT = {
    "cases_case": ("id", OPEN), "cases_clock": ("id", "SELECT id FROM cases_clock WHERE ended_at IS NULL"),
    "evaluation_casefact": ("case_id", OPEN), "evaluation_turnfact": ("fact_id", OPEN),
}  # fmt: skip
"""What follows a calendar: each table's key, and of which keys."""


def follow() -> None:
    """How long that takes, all of them counted in working days, on disk when it is over; and back again, when the day is taken off."""
    running = Clock.objects.filter(ended_at=None)
    laid = _deadlines(running)
    with _as_laid_afterwards():
        running.update(limit_value=5, limit_clock="work_day")
        open_deadlines_follow()  # what was laid gets the deadlines that this limit says
        calendar, day = selectors.calendar(), timezone.localdate() + timedelta(days=1)
        while not calendar.is_working(day):
            day += timedelta(days=1)
        before, free = _deadlines(running), CalendarDay.objects.create(day=day, working=False)
        try:
            moved, seconds = _timed()
        finally:
            free.delete()
        back, seconds_back = _timed()
        told = {
            "seconds": seconds, "moved": moved, "seconds_back": seconds_back, "back": back, "as_before": _deadlines(running) == before,
            "clocks": running.count(), "cases": running.values("case").distinct().count(),
        }  # fmt: skip
    print(json.dumps({**told, "as_laid": _deadlines(running) == laid}))


def _timed() -> tuple[int, float]:
    began = time.monotonic()
    return open_deadlines_follow(), round(time.monotonic() - began, 1)


def _deadlines(running) -> dict:
    return dict(running.values_list("pk", "deadline"))


@contextmanager
def _as_laid_afterwards() -> Iterator[None]:
    """The deadlines that were laid are spread as no rule spreads them: the other measurements find them as they were."""
    with connection.cursor() as cursor:
        for table, (key, which) in KEPT.items():
            cursor.execute(f"DROP TABLE IF EXISTS kept_{table}")
            cursor.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table} WHERE {key} IN ({which})")
        try:
            yield
        finally:
            with transaction.atomic():
                cursor.execute("SET LOCAL session_replication_role = replica")
                for table in KEPT:
                    _put_back(cursor, table)


def _put_back(cursor, table: str) -> None:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema() AND is_generated = 'NEVER'", [table]
    )
    columns = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
    key, _which = KEPT[table]
    cursor.execute(f"DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM kept_{table})")
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_{table}")
    cursor.execute(f"DROP TABLE kept_{table}")
