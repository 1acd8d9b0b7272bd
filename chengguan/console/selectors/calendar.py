"""A year of the working calendar as an administrator reads it: each day with its kind and the word that says so."""

from __future__ import annotations

import calendar as plain
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengguan.cases import selectors
from chengguan.cases.models import CalendarDay
from chengguan.cases.services.calendar import FREE, WORKING
from chengguan.people.selectors import Who

KINDS = {
    "work": ("", _("工作日")),
    "rest": ("", _("周末")),
    "holiday": (_("休"), _("法定放假")),
    "made-up": (_("班"), _("调休上班")),
    "own-work": (_("县班"), _("本县设为上班")),
    "own-free": (_("县休"), _("本县设为放假")),
}


def months(who: Who, year: int) -> list[dict[str, Any]]:
    """Twelve months of weeks of days (None outside the month): day, kind, mark, words, note."""
    if not who.is_administrator:
        return []
    days = selectors.calendar().for_showing()
    notes = dict(CalendarDay.objects.filter(day__year=year).values_list("day", "note"))
    weeks = plain.Calendar(firstweekday=0)

    def shown(day: date) -> dict[str, Any]:
        working, own = days.is_working(day), day in notes
        kind = kind_of(day, working, own)
        mark, words = KINDS[kind]
        return {"day": day, "kind": kind, "mark": mark, "words": words, "note": notes.get(day, "")}

    found = []
    for month in range(1, 13):
        rows = [[shown(day) if day.month == month else None for day in week] for week in weeks.monthdatescalendar(year, month)]
        worked = sum(days.is_working(each["day"]) for week in rows for each in week if each)
        found.append({"number": month, "weeks": rows, "worked": worked})
    return found


def kind_of(day: date, working: bool, own: bool) -> str:
    if own:
        return "own-work" if working else "own-free"
    weekday = day.weekday() < 5
    if working:
        return "work" if weekday else "made-up"
    return "holiday" if weekday or _beside_a_holiday(day) else "rest"


def _beside_a_holiday(day: date) -> bool:
    """A weekend within a statutory holiday is one day of it."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.get_holiday_detail(day)[1])
    except NotImplementedError:
        return False


def day_rows(who: Who, year: int) -> list[tuple[date, str, str]]:
    """For the spreadsheet: every day on which the year differs from the week, and the county's own."""
    if not who.is_administrator:
        return []
    days = selectors.calendar().for_showing()
    notes = dict(CalendarDay.objects.filter(day__year=year).values_list("day", "note"))
    every = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [
        (day, str(WORKING if days.is_working(day) else FREE), notes.get(day, ""))
        for day in every
        if day.year == year and (day in notes or days.is_working(day) != (day.weekday() < 5))
    ]
