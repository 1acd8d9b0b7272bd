"""Running numbers: of registrations, of cases, and the code with which a citizen follows a report."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import connection

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
    """登记号: D20261122-00001, as many as asked for."""
    day = _day(now)
    last = _next(f"register:{day:%Y%m%d}", count)
    return [f"D{day:%Y%m%d}-{number:05d}" for number in range(last - count + 1, last + 1)]


def case_number(area: str, now: datetime) -> str:
    """案件号: 6 area + yyyymmdd + 5 running."""
    day = _day(now)
    return identifiers.case_number(area, day, _next(f"case:{day:%Y%m%d}"))


def follow_code() -> str:
    """Ten letters that cannot be guessed nor misread: 50 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(10))
