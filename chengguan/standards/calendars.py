"""Working days and hours: statutory holidays and make-up days by `chinesecalendar`, the county's own days over them.

Beyond the last published year it fails loudly rather than guess; an administrator's days for that
year (at least one) say that somebody has looked, and the rest of the year then follows the week. Only
what is merely shown may guess by the week (`for_showing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from math import inf
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DEFAULT_HOURS = ((time(8), time(12)), (time(14), time(18)))
A_DAY = timedelta(days=1)
HAIR = 1e-6
"""Seconds that the arithmetic of fractions may leave over: what ends with the working day does not come to lie in the next."""
Hours = tuple[tuple[time, time], ...]
Seasons = tuple[tuple[date, Hours], ...]


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


def read_hours(given: Sequence[Sequence[str]]) -> Hours:
    """[["08:00", "12:00"], ...] as times, in order and without overlap; ValueError otherwise."""
    hours = tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in given)
    edges = [edge for pair in hours for edge in pair]
    if not hours or edges != sorted(set(edges)):
        raise ValueError(f"工作时间应依次排列、互不重叠：{'、'.join(f'{start}–{end}' for start, end in given)}")
    return hours


def read_seasons(given: Sequence[Mapping[str, Any]]) -> Seasons:
    """[{"from": "2026-06-01", "hours": [["08:30", "12:00"], ...]}, ...] in the order of their days; ValueError when two
    begin on one day, or the hours are none."""
    found = tuple(sorted((date.fromisoformat(each["from"]), read_hours(each["hours"])) for each in given))
    if len({day for day, _hours in found}) < len(found):
        raise ValueError(f"同一天只能有一套工作时间：{given}")
    return found


@dataclass(frozen=True)
class WorkCalendar:
    """`overrides`: day -> working or not, an administrator's word. Times are aware; days are those of `zone`."""

    hours: Hours = DEFAULT_HOURS
    overrides: Mapping[date, bool] = field(default_factory=dict, hash=False)
    zone: ZoneInfo = SHANGHAI
    guesses: bool = False
    seasons: Seasons = ()
    """Hours that hold from a day on, in order of the days; before the first of them `hours` do."""
    _known: dict[date, tuple[list[tuple[datetime, datetime]], float]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Each day's spans and their length, once asked: a long limit passes the same days for every case. The spans are in UTC: two
    moments of different zones are compared and subtracted many times slower."""

    _lengths: dict[date, float] = field(default_factory=dict, init=False, repr=False, compare=False)

    def for_showing(self) -> WorkCalendar:
        """The same, but a year that nobody has entered follows the week. No deadline is computed by it."""
        return self._guessing

    @cached_property
    def _guessing(self) -> WorkCalendar:
        return replace(self, guesses=True)

    def hours_on(self, day: date) -> Hours:
        """The working hours that hold on that day."""
        found = self.hours
        for since, hours in self.seasons:
            if since > day:
                break
            found = hours
        return found

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

    def day_seconds(self, day: date) -> float:
        """Working seconds of one working day by the hours that hold on `day`."""
        known = self._lengths.get(day)
        if known is None:
            known = self._lengths[day] = sum((datetime.combine(day, end) - datetime.combine(day, start)).total_seconds() for start, end in self.hours_on(day))
        return known

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The working spans of a day, empty on a day off."""
        return [(since.astimezone(self.zone), until.astimezone(self.zone)) for since, until in self._day(day)[0]]

    def _day(self, day: date) -> tuple[list[tuple[datetime, datetime]], float]:
        known = self._known.get(day)
        if known is None:
            hours = self.hours_on(day) if self.is_working(day) else ()
            spans = [(datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone)) for start, end in hours]
            in_utc = [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in spans]
            known = self._known[day] = in_utc, sum((end - start).total_seconds() for start, end in spans)
        return known

    def seconds_between(self, start: datetime, end: datetime) -> float:
        """Working seconds in [start, end)."""
        if end <= start:
            return 0.0
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        first, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        total, day = 0.0, first
        while day <= last:
            spans, whole = self._day(day)
            if first < day < last:
                total += whole
            else:
                total += sum(max(0.0, (min(until, end) - max(since, start)).total_seconds()) for since, until in spans)
            day += A_DAY
        return total

    def after(self, start: datetime, seconds: float) -> datetime:
        """The moment when that many working seconds have passed: the earliest one, so that a limit met at 12:00
        sharp ends at 12:00 and not at 14:00."""
        return self.after_each(start, (seconds,))[0]

    def after_each(self, start: datetime, many: Sequence[float]) -> list[datetime]:
        """The same of several, in one walk through the days."""
        found, start = [start] * len(many), start.astimezone(UTC)
        waiting = sorted([seconds, place] for place, seconds in enumerate(many))
        first = day = start.astimezone(self.zone).date()
        known = self._known
        while waiting:
            spans, whole = known.get(day) or self._day(day)
            if day > first and waiting[0][0] > whole + HAIR:
                for each in waiting:
                    each[0] -= whole
            else:
                waiting = [each for each in waiting if not self._ends(each, found, spans, whole if day > first else inf, start)]
            day += A_DAY
        return found

    def _ends(self, each: list[Any], found: list[datetime], spans: list[tuple[datetime, datetime]], whole: float, start: datetime) -> bool:
        """Whether that many seconds pass on this day, and then when; else they are fewer afterwards."""
        seconds, place = each
        if seconds > whole + HAIR:
            each[0] = seconds - whole
            return False
        for since, until in spans:
            begins = since if since > start else start
            here = (until - begins).total_seconds()
            if here <= 0:
                continue
            if seconds <= here + HAIR:
                found[place] = (begins + timedelta(seconds=seconds)).astimezone(self.zone)
                return True
            seconds -= here
        each[0] = seconds
        return False
