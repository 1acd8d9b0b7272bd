"""Running numbers: of registrations, of cases, and the code with which a citizen follows a report."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from chengguan.engines import prepared
from chengguan.standards import identifiers
from chengguan.standards.calendars import SHANGHAI

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def _next(name: str, count: int = 1) -> int:
    """The next number of that sequence; whoever asks at the same time waits and gets the one after."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_sequence (name, last) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET last = cases_sequence.last + excluded.last RETURNING last",
            [name, count],
        )
        return cursor.fetchone()[0]


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()


def register_numbers(now: datetime, count: int = 1) -> list[str]:
    """登记号: D20261122-00001, as many as asked for. Today's are drawn without waiting for who draws at the same time, so that a
    report does not queue behind the disk of the one before it. What is drawn and not stored is not drawn again: a number that is
    missing is a report that was refused at the last moment, or a few of them one fall of the database; no case is. Those of a day
    that was over before its first number (a history that is loaded) are counted in its row."""
    day = f"{_day(now):%Y%m%d}"
    drawn = _drawn(day, count)
    if not drawn and _day(now) == _day(timezone.now()):
        _begin(day)
        drawn = _drawn(day, count)
    if not drawn:
        last = _next(f"register:{day}", count)
        drawn = list(range(last - count + 1, last + 1))
    return [f"D{day}-{number:05d}" for number in drawn]


_DRAWN = "SELECT nextval('cases_registered') - began.last FROM cases_sequence began, generate_series(1, %s::int) WHERE began.name = %s"


def _drawn(day: str, count: int) -> list[int]:
    """From the one sequence of all days, less where it stood when that day began; nothing when the day has not begun."""
    drawn = prepared.rows(_DRAWN, [count, f"began:{day}"])
    return [number for (number,) in drawn]


def _begin(day: str) -> None:
    """Note where the sequence stands; of two that begin the same day the second waits and finds the note of the first. What was
    counted for that day before stays below."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_sequence (name, last) SELECT %s, nextval('cases_registered') - coalesce(max(last), 0) FROM cases_sequence WHERE name = %s "
            "ON CONFLICT (name) DO NOTHING",
            [f"began:{day}", f"register:{day}"],
        )


def case_number(area: str, now: datetime) -> str:
    """案件号: 6 area + yyyymmdd + 5 running."""
    day = _day(now)
    return identifiers.case_number(area, day, _next(f"case:{day:%Y%m%d}"))


def follow_code() -> str:
    """Ten letters that cannot be guessed nor misread: 50 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(10))
