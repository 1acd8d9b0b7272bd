"""The period a figure is of: a day, week, month, quarter, year or any days; the one before; and by which moment of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: dict[str, Any] = {
    "day": pgettext_lazy("period", "日"), "week": _("周"), "month": _("月"), "quarter": _("季"), "year": _("年"), "custom": _("自定"),
}  # fmt: skip
BASES: dict[str, tuple[Any, str]] = {
    "reported": (_("按上报时间"), "reported_at"),
    "filed": (_("按立案时间"), "filed_at"),
    "due": (_("按处置到期时间"), "due_at"),
    "closed": (_("按结案时间"), "closed_at"),
}
"""By which moment a case falls into the period."""
POSTS_BASIS = _("按办理时间；核实、核查任务按发出时间")


@dataclass(frozen=True)
class Period:
    """Whole days of the county's calendar, first and last included."""

    kind: str
    first: date
    last: date

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time(0)))

    @property
    def end(self) -> datetime:
        """The moment after it."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time(0)))

    def before(self) -> Period:
        """The one before: the month before a month; for any days as many before them."""
        if self.kind in ("day", "custom"):
            days = (self.last - self.first).days + 1
            return Period(self.kind, self.first - timedelta(days=days), self.first - timedelta(days=1))
        return period(self.kind, self.first - timedelta(days=1))

    def after(self) -> Period:
        if self.kind in ("day", "custom"):
            days = (self.last - self.first).days + 1
            return Period(self.kind, self.last + timedelta(days=1), self.last + timedelta(days=days))
        return period(self.kind, self.last + timedelta(days=1))

    @property
    def words(self) -> str:
        return f"{self.first:%Y-%m-%d}" if self.first == self.last else f"{self.first:%Y-%m-%d} – {self.last:%Y-%m-%d}"


def period(kind: str, day: date, last: date | None = None) -> Period:
    """The day, week (from Monday), month, quarter or year that `day` lies in; custom goes from `day` to `last`."""
    if kind == "custom":
        return Period(kind, *sorted((day, last or day)))
    if kind == "day":
        return Period(kind, day, day)
    if kind == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=6))
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    following = date(first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1, 1)
    return Period(kind, first, following - timedelta(days=1))
