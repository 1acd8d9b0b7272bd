"""Many days of the working calendar at once: a range, or a year's notice by spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.cases.models import CalendarDay
from chengguan.cases.selectors.configuration import calendar as county_calendar
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.administration import administrator_only, deadlines_follow_once, set_calendar_day
from chengguan.cases.services.seen import refuse_unseen
from chengguan.people.selectors import Who
from chengguan.people.services.imports import Report, Row, each_row

DAY_HEADERS = [gettext_noop("日期"), gettext_noop("上班或放假"), gettext_noop("说明")]
WORKING, FREE, AS_PUBLISHED = gettext_noop("上班"), gettext_noop("放假"), gettext_noop("按公布")
MOST_DAYS = 366
FIRST_YEAR, LAST_YEAR = 2004, 2100


def set_calendar_days(
    who: Who, first: date, last: date, working: bool | None, note: str = "", *, reason: str = "", seen: int | None = None
) -> int:
    """Every day from the first to the last, both included; None takes the county's word back. Returns how many days changed. `seen`:
    the last change of any day that the person saw; Stale when there is a newer one of these days."""
    administrator_only(who)
    days = (last - first).days + 1
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("最后一天不能早于第一天，一次最多设 %(n)d 天") % {"n": MOST_DAYS}, "last")
    changed = 0
    with transaction.atomic(), deadlines_follow_once():
        refuse_unseen(seen, "day", [(first + timedelta(days=number)).isoformat() for number in range(days)])
        for number in range(days):
            changed += _set(who, first + timedelta(days=number), working, note, reason)
    return changed


def _set(who: Who, day: date, working: bool | None, note: str, reason: str) -> bool:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(_("年份应在 %(first)d 到 %(last)d 之间：%(day)s") % {"first": FIRST_YEAR, "last": LAST_YEAR, "day": day})
    own = CalendarDay.objects.filter(day=day).values_list("working", "note").first()
    wanted = None if working is None else (working, note[:100])
    if own == wanted:
        return False
    set_calendar_day(who, day, working, note, reason=reason)
    return True


def import_days(who: Who, rows: Sequence[Row], *, dry: bool = False, reason: str = "") -> Report:
    """Each row is one day: 上班, 放假, or 按公布 to take the county's word back. What is published already, without a word of the
    county's own, needs none. Nothing is written when dry."""
    administrator_only(who)
    stands = county_calendar()
    words = {word: working for name, working in ((WORKING, True), (FREE, False), (AS_PUBLISHED, None)) for word in {name, _(name)}}
    seen: set[date] = set()

    def take(row: Row) -> str:
        try:
            day = date.fromisoformat(row["日期"][:10].replace("/", "-").replace(".", "-"))
        except ValueError:
            raise ValidationError(_("日期应写成 2026-01-31：%(text)s") % {"text": row["日期"] or "—"}) from None
        if row["上班或放假"] not in words:
            raise ValidationError(_("应写“上班”“放假”或“按公布”：%(text)s") % {"text": row["上班或放假"] or "—"})
        if day in seen:
            raise ValidationError(_("同一天写了两次：%(day)s") % {"day": day})
        seen.add(day)
        known, working = CalendarDay.objects.filter(day=day).exists(), words[row["上班或放假"]]
        if not known and not row["说明"] and stands.knows(day.year) and working == stands.is_working(day):
            return "same"
        try:
            changed = _set(who, day, working, row["说明"], reason)
        except Refused as refused:
            raise ValidationError(refused.words) from refused
        return "same" if not changed else "changed" if known else "created"

    with transaction.atomic():
        with deadlines_follow_once():
            report = each_row(who, "cases.calendar_import", rows, take)
        if dry:
            transaction.set_rollback(True)
    return report
