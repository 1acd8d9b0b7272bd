"""The county's settings and working calendar, as the database holds them over the defaults."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from chengguan.cases.wording import wording
from chengguan.engines import prepared
from chengguan.standards.calendars import WorkCalendar, read_hours, read_seasons
from chengguan.standards.limits import SETTINGS, Settings

_SETTINGS = "SELECT key, value FROM cases_setting"
_DAYS = "SELECT day, working FROM cases_calendarday"
_BOTH = "SELECT key, value, NULL::date, NULL::boolean FROM cases_setting UNION ALL SELECT NULL, NULL, day, working FROM cases_calendarday"
_held: ContextVar[tuple[Settings, WorkCalendar] | None] = ContextVar("held", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Within, settings and calendar are read once: for many moves that belong together."""
    stored = prepared.rows(_BOTH)
    chosen = _settings((key, value) for key, value, day, _working in stored if day is None)
    days = _calendar(chosen, ((day, working) for _key, _value, day, working in stored if day is not None))
    token = _held.set((chosen, days))
    try:
        yield
    finally:
        _held.reset(token)


def settings() -> Settings:
    """The defaults of standards.limits with the county's own values over them."""
    known = _held.get()
    if known:
        return known[0]
    return _settings(prepared.rows(_SETTINGS))


def calendar(chosen: Settings | None = None) -> WorkCalendar:
    """The working calendar with the administrator's days."""
    known = _held.get()
    if known:
        return known[1]
    return _calendar(chosen or settings(), prepared.rows(_DAYS))


def _settings(stored: Iterable[tuple[str, str]]) -> Settings:
    own = {key: json.loads(value) for key, value in stored if key in SETTINGS}
    wording.take(own)
    return Settings(own)


def _calendar(chosen: Settings, days: Iterable[tuple[date, bool]]) -> WorkCalendar:
    return _kept(WorkCalendar(hours=read_hours(chosen["calendar.hours"]), seasons=read_seasons(chosen["calendar.seasons"]), overrides=dict(days)))


_in_use: list[WorkCalendar] = []


def _kept(fresh: WorkCalendar) -> WorkCalendar:
    """The one that was in use, while nobody changed anything: it knows the days it has passed already."""
    if not _in_use or _in_use[0] != fresh:
        _in_use[:] = [fresh]
    return _in_use[0]
