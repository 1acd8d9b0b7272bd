"""Clocks: how long a limit lasts, how much of it is used, when it turns yellow and red.

Five kinds: urgent_hour and urgent_day elapse through nights and holidays (minute too, for desk
stages); work_hour and work_day count working hours of working days; natural_day ends with the n-th
calendar day. Pauses do not count. A clock is always recomputed from start, pauses and limit, so a
changed calendar changes open deadlines and nothing is carried along that could drift.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Limit

Pause = tuple[datetime, datetime | None]
"""From, until; None while it is still paused."""

ELAPSED = {"minute": 60.0, "urgent_hour": 3600.0, "urgent_day": 86400.0}
WORKING = ("work_hour", "work_day")
CLOCKS = (*ELAPSED, *WORKING, "natural_day")


def limit_seconds(start: datetime, limit: Limit, calendar: WorkCalendar) -> float:
    """Seconds the limit lasts on its own clock. A work_day is as long as on the day the clock starts, so a limit that
    runs into other hours keeps its length. A natural_day is counted from the midnight that ends the first day, so for it
    this is the nominal length."""
    if limit.value <= 0:
        raise ValueError(f"a limit is above zero: {limit}")
    if limit.clock in ELAPSED:
        return limit.value * ELAPSED[limit.clock]
    if limit.clock == "work_hour":
        return limit.value * 3600
    if limit.clock == "work_day":
        return limit.value * calendar.day_seconds(start.astimezone(calendar.zone).date())
    if limit.clock == "natural_day":
        return limit.value * 86400
    raise ValueError(f"no such clock: {limit.clock!r}")


def _natural_end(start: datetime, days: float, calendar: WorkCalendar) -> datetime:
    """End of the n-th calendar day after the day of `start`."""
    last = start.astimezone(calendar.zone).date() + timedelta(days=int(days) + 1)
    return datetime.combine(last, time(0), calendar.zone)


def whole_seconds(start: datetime, limit: Limit, calendar: WorkCalendar) -> float:
    """Seconds of its own clock between `start` and the deadline when nothing pauses it."""
    if limit.clock == "natural_day":
        return (_natural_end(start, limit.value, calendar) - start).total_seconds()
    return limit_seconds(start, limit, calendar)


def _counts_working(limit: Limit) -> bool:
    return limit.clock in WORKING


def _counted(start: datetime, end: datetime, limit: Limit, calendar: WorkCalendar) -> float:
    if end <= start:
        return 0.0
    return calendar.seconds_between(start, end) if _counts_working(limit) else (end - start).total_seconds()


def _running(start: datetime, end: datetime | None, pauses: Sequence[Pause]) -> list[tuple[datetime, datetime | None]]:
    """The stretches in which the clock runs, from `start` to `end` (None: for ever)."""
    if not pauses:
        return [(start, end)]
    stretches: list[tuple[datetime, datetime | None]] = []
    since = start
    for paused, resumed in sorted(pauses, key=lambda pause: pause[0]):
        if end is not None and paused >= end:
            break
        if paused > since:
            stretches.append((since, paused))
        if resumed is None:
            return stretches
        since = max(since, resumed)
    if end is None or since < end:
        stretches.append((since, end))
    return stretches


def used(start: datetime, now: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> float:
    """Seconds of the clock used at `now`, pauses left out."""
    return sum(_counted(since, until or now, limit, calendar) for since, until in _running(start, now, pauses))


def moment_after(
    start: datetime, seconds: float, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """When `seconds` of the clock are used, to the microsecond; None while it is paused before that."""
    return moments_after(start, (seconds,), limit, calendar, pauses)[0]


def moments_after(
    start: datetime, many: Sequence[float], limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> list[datetime | None]:
    """The same of several, in one walk."""
    found: list[datetime | None] = [None] * len(many)
    left = {place: round(seconds, 6) for place, seconds in enumerate(many)}
    for since, until in _running(start, None, pauses):
        ends = left
        if until is not None:
            here = _counted(since, until, limit, calendar)
            ends = {place: seconds for place, seconds in left.items() if seconds <= here}
            left = {place: seconds - here for place, seconds in left.items() if seconds > here}
        if ends and _counts_working(limit):
            for place, moment in zip(ends, calendar.after_each(since, list(ends.values())), strict=True):
                found[place] = moment
        else:
            for place, seconds in ends.items():
                found[place] = since + timedelta(seconds=seconds)
        if until is None or not left:
            break
    return found


def deadline(
    start: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = (), extra: float = 0
) -> datetime | None:
    """When the limit ends; `extra` seconds were granted by extensions. None while it is paused."""
    return moment_after(start, whole_seconds(start, limit, calendar) + extra, limit, calendar, pauses)


def over_since(now: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """What began before this moment has used its whole limit up by `now`, to the second."""
    def is_over(ago: int) -> bool:
        end = deadline(now - timedelta(seconds=ago), limit, calendar)
        return end is not None and end < now

    most = 86_400
    while not is_over(most):
        most *= 2
    return now - timedelta(seconds=bisect_left(range(most), True, key=is_over))


def moments(
    start: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = (), extra: float = 0, share: float = 0.8
) -> tuple[datetime | None, datetime | None]:
    """When `share` of the limit is used and the light turns yellow, and when all of it is: the two moments that are stored."""
    whole = whole_seconds(start, limit, calendar) + extra
    yellow, red = moments_after(start, (whole * share, whole), limit, calendar, pauses)
    return yellow, red


def light(now: datetime, yellow_at: datetime | None, red_at: datetime | None) -> str:
    """green, yellow or red from the stored moments; grey where no clock runs. The yellow moment is yellow already, the
    deadline itself is still kept: red begins after it."""
    if red_at is None:
        return "grey"
    if now > red_at:
        return "red"
    return "yellow" if yellow_at is not None and now >= yellow_at else "green"


def percent(used_s: float, whole_s: float) -> int:
    """How much of a limit is used, between 0 and 100."""
    return max(0, min(100, round(100 * used_s / whole_s))) if whole_s > 0 else 100
