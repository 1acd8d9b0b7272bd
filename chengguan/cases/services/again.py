"""What comes again soon after it was closed: told on the closed case, and the new case points back at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms.models import Alarm
from chengguan.cases import timing
from chengguan.cases.models import Case, CaseAlarm
from chengguan.cases.selectors import configuration as chosen
from chengguan.cases.services.moving import note_all

CLOSED = ("closed", "archived")
LONGEST = timedelta(days=400)
"""No county's window for opening a case again reaches further back."""


def link_to_former(pairs: Sequence[tuple[Alarm, Case]], now: datetime) -> None:
    """Each new case of an alarm about a thing whose case was closed within the window for opening again."""
    former = _former(pairs, now)
    if not former:
        return
    words: dict[int, list[str]] = {}
    for alarm, case in pairs:
        old = former.get(case.pk)
        if old is None or case.linked_to_id:
            continue
        case.linked_to = old
        words.setdefault(old.pk, []).append(_words(old, alarm, now) + _("，已登记为 %(case)s") % {"case": case})
    Case.objects.bulk_update([case for _alarm, case in pairs if case.linked_to_id], ["linked_to"])
    note_all("recur", {pk: "；".join(told) for pk, told in words.items()}, now)


def note_on_closed(links: Sequence[CaseAlarm], now: datetime) -> None:
    """An alarm that rose again while it still belongs to a closed case; each link with its case and alarm."""
    if links:
        open_window = _window(now)
        note_all("recur", {link.case_id: _words(link.case, link.alarm, now) for link in links if open_window(link.case)}, now)


def closed_lately(prefix: str, now: datetime) -> Q:
    """What may still be within the window for opening again; `prefix` leads from the row to its case."""
    return Q(**{f"{prefix}state__in": CLOSED, f"{prefix}closed_at__gte": now - LONGEST})


def _former(pairs: Sequence[tuple[Alarm, Case]], now: datetime) -> dict[int, Case]:
    """By new case the one closed last about the same component and matter, or the same cause."""
    about: dict[tuple[Any, ...], Case] = {}
    components = {alarm.component_id for alarm, _case in pairs if alarm.component_id}
    closed = Case.objects.filter(closed_lately("", now), component__in=components).order_by("closed_at")
    for case in closed if components else ():
        about["component", case.component_id, case.matter_code] = case
    causes = Q(pk__in=[])
    for alarm, _case in pairs:
        if not alarm.component_id:
            causes |= Q(alarm__cause_kind=alarm.cause_kind, alarm__cause_key=alarm.cause_key, case__matter_code=_case.matter_code)
    if causes != Q(pk__in=[]):
        links = CaseAlarm.objects.filter(causes, closed_lately("case__", now))
        for link in links.select_related("case", "alarm").order_by("case__closed_at"):
            about["cause", link.alarm.cause_kind, link.alarm.cause_key, link.case.matter_code] = link.case
    if not about:
        return {}
    open_window, found = _window(now), {}
    for alarm, case in pairs:
        key = ("component", alarm.component_id, case.matter_code) if alarm.component_id else ("cause", alarm.cause_kind, alarm.cause_key, case.matter_code)
        old = about.get(key)
        if old is not None and old.pk != case.pk and open_window(old):
            found[case.pk] = old
    return found


def may_be_reopened(case: Case, now: datetime) -> bool:
    """Whether it has ended and its window for opening again stands."""
    return case.state in CLOSED and bool(_window(now)(case))


def _window(now: datetime) -> Any:
    """Whether a closed case may still be opened again."""
    settings = chosen.settings()
    calendar, limit = chosen.calendar(settings).for_showing(), settings.limit("window.reopen")

    def stands_open(case: Case) -> bool:
        end = timing.deadline(case.closed_at, limit, calendar) if case.closed_at else None
        return end is not None and now <= end

    return stands_open


def _words(old: Case, alarm: Alarm, now: datetime) -> str:
    days = (timezone.localtime(now).date() - timezone.localtime(old.closed_at).date()).days if old.closed_at else 0
    after = _("结案后 %(days)d 天") % {"days": days} if days else _("结案当天")
    return _("%(after)s又告警：%(text)s") % {"after": after, "text": alarm.text or alarm.name}
