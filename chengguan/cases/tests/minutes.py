"""The slow truth about clocks: a year laid out minute by minute, written from the published notice by hand, and walked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from chengguan.standards.calendars import SHANGHAI
from chengguan.standards.limits import Limit

FIRST = datetime(2026, 1, 1, tzinfo=SHANGHAI)
DAYS = 365
MINUTE = timedelta(minutes=1)
FREE = (
    ((1, 1), 3), ((2, 15), 9), ((4, 4), 3), ((5, 1), 5), ((6, 19), 3), ((9, 25), 3), ((10, 1), 7),
)  # fmt: skip
"""First day (month, day) of each holiday of 2026, and for how many days."""
MADE_UP = ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
UNIT = {"minute": 1, "urgent_hour": 60, "urgent_day": 1440, "work_hour": 60}

Span = tuple[str, str]


def minute_of(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


@dataclass
class Year:
    """2026 as a county lives it: `hours` of each day, its `own` days, and the minutes that work."""

    hours: list[Span]
    own: dict[date, bool] = field(default_factory=dict)
    seasons: dict[date, list[Span]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        free = {date(2026, *first) + timedelta(days=n) for first, days in FREE for n in range(days)}
        made_up = {date(2026, *day) for day in MADE_UP}
        self.works = bytearray(DAYS * 1440)
        self.day_minutes: list[int] = []
        for number in range(DAYS):
            day = FIRST.date() + timedelta(days=number)
            hours = self.hours
            for since in sorted(self.seasons):
                hours = self.seasons[since] if since <= day else hours
            spans = [(minute_of(start), minute_of(end)) for start, end in hours]
            self.day_minutes.append(sum(end - start for start, end in spans))
            if self.own.get(day, (day.weekday() < 5 and day not in free) or day in made_up):
                for start, end in spans:
                    for minute in range(start, end):
                        self.works[number * 1440 + minute] = 1

    def length(self, start: int, limit: Limit, extensions: int = 0) -> int:
        """Minutes of the limit, each extension adding it once more."""
        if limit.clock == "natural_day":
            days = int(limit.value)
            return (start // 1440 + days + 1) * 1440 - start + extensions * days * 1440
        unit = self.day_minutes[start // 1440] if limit.clock == "work_day" else UNIT[limit.clock]
        return round(limit.value * unit) * (1 + extensions)

    def counts(self, minute: int, limit: Limit, pauses: Iterable[tuple[int, int]]) -> bool:
        if any(since <= minute < until for since, until in pauses):
            return False
        return bool(self.works[minute]) if limit.clock in ("work_hour", "work_day") else True

    def used(self, start: int, now: int, limit: Limit, pauses: list[tuple[int, int]]) -> int:
        return sum(self.counts(minute, limit, pauses) for minute in range(start, now))

    def walk(self, start: int, seconds: float, limit: Limit, pauses: list[tuple[int, int]]) -> datetime:
        """The moment when that many seconds were counted."""
        minute, left = start, seconds
        while True:
            if self.counts(minute, limit, pauses):
                if left <= 60:
                    return moment(minute) + timedelta(seconds=left)
                left -= 60
            minute += 1


def moment(minute: int) -> datetime:
    return FIRST + minute * MINUTE


def number_of(at: datetime) -> int:
    return int((at - FIRST) / MINUTE)
