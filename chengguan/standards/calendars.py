"""Working days and hours: statutory holidays and make-up days by `chinesecalendar`, the county's own days over them.

Beyond the last published year it fails loudly rather than guess; an administrator's days for that
year (at least one) say that somebody has looked, and the rest of the year then follows the week. Only
what is merely shown may guess by the week (`for_showing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEFAULT_HOURS = ((time(8), time(12)), (time(14), time(18)))


class CalendarUnknown(LookupError):
    """Nobody has published or entered the holidays of that `year`."""

    def __init__(self, year: int) -> None:
        super().__init__(f"nobody has published or entered the holidays of {year}")
        self.year = year


@lru_cache(maxsize=8192)
def _published(day: date) -> bool | None:
    """True for a working day, None beyond the published years."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


@lru_cache(maxsize=1)
def last_published_year() -> int:
    from chinese_calendar import constants

    return max(day.year for day in constants.holidays)


def read_hours(given: Sequence[Sequence[str]]) -> tuple[tuple[time, time], ...]:
    """[["08:00", "12:00"], ...] as times, in order and without overlap; ValueError otherwise."""
    hours = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in given)
    edges = [edge for pair in hours for edge in pair]
    if not hours or edges != sorted(set(edges)):
        raise ValueError(f"工作时间应依次排列、互不重叠：{given}")
    return hours


@dataclass(frozen=True)
class WorkCalendar:
    """`overrides`: day -> working or not, an administrator's word. Times are aware; days are those of `zone`."""

    hours: tuple[tuple[time, time], ...] = DEFAULT_HOURS
    overrides: Mapping[date, bool] = field(default_factory=dict, hash=False)
    zone: ZoneInfo = SHANGHAI
    guesses: bool = False

    def for_showing(self) -> WorkCalendar:
        """The same, but a year that nobody has entered follows the week. No deadline is computed by it."""
        return replace(self, guesses=True)

    def knows(self, year: int) -> bool:
        return _published(date(year, 1, 1)) is not None or any(own.year == year for own in self.overrides)

    def is_working(self, day: date) -> bool:
        """CalendarUnknown for a year that is neither published nor touched by an override."""
        if day in self.overrides:
            return self.overrides[day]
        known = _published(day)
        if known is None:
            if not self.guesses and not any(own.year == day.year for own in self.overrides):
                raise CalendarUnknown(day.year)
            return day.weekday() < 5
        return known

    @property
    def day_seconds(self) -> float:
        """Working seconds of one working day."""
        today = date(2026, 1, 1)
        return sum((datetime.combine(today, end) - datetime.combine(today, start)).total_seconds() for start, end in self.hours)

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The working spans of a day, empty on a day off."""
        if not self.is_working(day):
            return []
        return [
            (datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone)) for start, end in self.hours
        ]

    def spans_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working spans from that moment on, without end."""
        day = moment.astimezone(self.zone).date()
        while True:
            for start, end in self.spans(day):
                if end > moment:
                    yield max(start, moment), end
            day += timedelta(days=1)

    def seconds_between(self, start: datetime, end: datetime) -> float:
        """Working seconds in [start, end)."""
        if end <= start:
            return 0.0
        total = 0.0
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for since, until in self.spans(day):
                total += max(0.0, (min(until, end) - max(since, start)).total_seconds())
            day += timedelta(days=1)
        return total

    def after(self, start: datetime, seconds: float) -> datetime:
        """The moment when that many working seconds have passed: the earliest one, so that a limit met at 12:00
        sharp ends at 12:00 and not at 14:00."""
        left = seconds
        for since, until in self.spans_from(start):
            here = (until - since).total_seconds()
            if left <= here:
                return since + timedelta(seconds=left)
            left -= here
        raise AssertionError("spans_from has no end")
