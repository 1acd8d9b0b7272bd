"""The county's settings and working calendar, as the database holds them over the defaults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from chengguan.cases.models import CalendarDay, Setting
from chengguan.cases.wording import wording
from chengguan.standards.calendars import WorkCalendar, read_hours, read_seasons
from chengguan.standards.limits import SETTINGS, Settings

_held: ContextVar[tuple[Settings, WorkCalendar] | None] = ContextVar("held", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Within, settings and calendar are read once: for many moves that belong together."""
    chosen = settings()
    token = _held.set((chosen, calendar(chosen)))
    try:
        yield
    finally:
        _held.reset(token)


def settings() -> Settings:
    """The defaults of standards.limits with the county's own values over them."""
    known = _held.get()
    if known:
        return known[0]
    own = {row.key: row.value for row in Setting.objects.all() if row.key in SETTINGS}
    wording.take(own)
    return Settings(own)


def calendar(chosen: Settings | None = None) -> WorkCalendar:
    """The working calendar with the administrator's days."""
    known = _held.get()
    if known:
        return known[1]
    chosen = chosen or settings()
    own = dict(CalendarDay.objects.values_list("day", "working"))
    return _kept(WorkCalendar(hours=read_hours(chosen["calendar.hours"]), seasons=read_seasons(chosen["calendar.seasons"]), overrides=own))


_in_use: list[WorkCalendar] = []


def _kept(fresh: WorkCalendar) -> WorkCalendar:
    """The one that was in use, while nobody changed anything: it knows the days it has passed already."""
    if not _in_use or _in_use[0] != fresh:
        _in_use[:] = [fresh]
    return _in_use[0]
