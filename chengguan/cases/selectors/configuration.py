"""The county's settings and working calendar, as the database holds them over the defaults."""

from __future__ import annotations

from chengguan.cases.models import CalendarDay, Setting
from chengguan.standards.calendars import WorkCalendar, read_hours
from chengguan.standards.limits import SETTINGS, Settings


def settings() -> Settings:
    """The defaults of standards.limits with the county's own values over them."""
    return Settings({row.key: row.value for row in Setting.objects.all() if row.key in SETTINGS})


def calendar(chosen: Settings | None = None) -> WorkCalendar:
    """The working calendar with the administrator's days."""
    chosen = chosen or settings()
    own = dict(CalendarDay.objects.values_list("day", "working"))
    return WorkCalendar(hours=read_hours(chosen["calendar.hours"]), overrides=own)
