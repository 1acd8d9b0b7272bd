"""The administrator's words: days of the calendar, limits and windows. Open deadlines follow, closed cases keep theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from procrastinate.contrib.django import app

from chengguan.cases.models import CalendarDay, Change, Setting
from chengguan.cases.selectors import configuration as chosen
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.following import limits_follow, recompute_open
from chengguan.cases.services.ladders import deciders_follow
from chengguan.cases.services.seen import one_at_a_time, refuse_unseen
from chengguan.people.selectors import Who
from chengguan.people.services import audit
from chengguan.standards.limits import SETTINGS, check
from chengguan.standards.switches import WORDS

DAY_WORDS = {True: gettext_noop("上班"), False: gettext_noop("放假"), None: gettext_noop("按公布")}
"""What the audit trail says a day was set to."""


def administrator_only(who: Who) -> None:
    if not (who.is_administrator or who.is_system):
        raise Refused(_("只有管理员可以修改"))


def set_calendar_day(who: Who, day: date, working: bool | None, note: str = "", *, reason: str = "", undoes: Change | None = None) -> None:
    """Say that a day is working or not, over the published holidays; None takes the word back."""
    administrator_only(who)
    with transaction.atomic():
        before = CalendarDay.objects.filter(day=day).values("working", "note").first()
        after = None if working is None else {"working": working, "note": note[:100]}
        if working is None:
            CalendarDay.objects.filter(day=day).delete()
        else:
            CalendarDay.objects.update_or_create(day=day, defaults={"working": working, "note": note[:100]})
        audit(who, "cases.calendar", None, f"{day} {_(DAY_WORDS[working])}", before, {"working": working, "note": note})
        say_changed(who, "day", day.isoformat(), before, after, reason, undoes)


def set_setting(who: Who, key: str, value: Any, *, reason: str = "", undoes: Change | None = None, seen: int | None = None) -> None:
    """Set the county's own value of a setting; None goes back to the default. `seen`: the last change of it that this person saw;
    Stale when there is a newer one."""
    administrator_only(who)
    if key not in SETTINGS:
        raise Refused(_("没有这项设置：%(key)s") % {"key": key})
    if value is not None:
        try:
            check(key, value)
        except ValueError as error:
            raise Refused(str(error), "value") from error
    with transaction.atomic():
        refuse_unseen(seen, "setting", [key])
        own = Setting.objects.filter(key=key).first()
        before = chosen.settings()[key]
        if value is None:
            Setting.objects.filter(key=key).delete()
        else:
            Setting.objects.update_or_create(key=key, defaults={"value": value})
        audit(who, "cases.setting", None, f"{SETTINGS[key].name}", {"value": before}, {"value": value})
        say_changed(who, "setting", key, own.value if own else None, value, reason, undoes)
        if key in WORDS:
            chosen.settings()  # read again: this process says the new word at once, the others with their next request


def set_settings(who: Who, values: Mapping[str, Any], reason: str, *, seen: int | None = None) -> None:
    """Several settings, all or none: what a workbook says. `seen` as above, of all of them."""
    administrator_only(who)
    with transaction.atomic(), deadlines_follow_once():
        refuse_unseen(seen, "setting", list(values))
        for key, value in values.items():
            set_setting(who, key, value, reason=reason)


Setter = Callable[[Who, str, Any, Change], None]
SETTERS: dict[str, Setter] = {
    "setting": lambda who, key, value, undone: set_setting(who, key, value, undoes=undone),
    "day": lambda who, key, value, undone: set_calendar_day(
        who, date.fromisoformat(key), (value or {}).get("working"), (value or {}).get("note", ""), undoes=undone
    ),
}
"""How each kind of change is set back: (who, key, what it was, the change that is undone)."""


def say_changed(who: Who, kind: str, key: str, before: Any, after: Any, reason: str = "", undoes: Change | None = None) -> None:
    """Append one change of the configuration, in the caller's transaction, unless nothing changed; open deadlines follow."""
    if before == after and undoes is None:
        return
    one_at_a_time(kind)
    reason = reason or (undoes.why_undone if undoes else "")
    Change.objects.create(
        kind=kind, key=key, before=before, after=after, account_id=who.account_id, who=who.name[:80], reason=reason[:200], undoes=undoes
    )
    _open_deadlines_will_follow()


@transaction.atomic
def undo(who: Who, change: Change | int, reason: str = "") -> None:
    """Set back what that change changed, and keep why. Refused once the same thing was changed again, or set back already."""
    administrator_only(who)
    found = Change.objects.get(pk=change if isinstance(change, int) else change.pk)
    one_at_a_time(found.kind)
    if Change.objects.filter(kind=found.kind, key=found.key, pk__gt=found.pk).exists():
        raise Refused(_("这一项后来又改过，请先撤销后面的修改"))
    found.why_undone = reason
    SETTERS[found.kind](who, found.key, found.before, found)


_waits: ContextVar[list[bool] | None] = ContextVar("waits", default=None)


@contextmanager
def deadlines_follow_once() -> Iterator[None]:
    """Within, in one transaction: many changes, after which open deadlines follow once, unless nothing changed."""
    token = _waits.set([])
    try:
        yield
        waits = bool(_waits.get())
    finally:
        _waits.reset(token)
    if waits:
        _open_deadlines_will_follow()


def _open_deadlines_will_follow() -> None:
    """A job in the queue, written with the new word and so not seen before it is committed, whoever opened the transaction."""
    waits = _waits.get()
    if waits is not None:
        waits.append(True)
        return
    app.configure_task("chengguan.cases.jobs.recompute_open", lock="cases.recompute_open").defer()


def open_deadlines_follow() -> int:
    """Every running clock by the word that holds now. Outside any transaction: a batch of cases at a time is locked, and
    released. Returns how many deadlines moved."""
    settings = chosen.settings()
    deciders_follow(settings, chosen.calendar(settings))
    limits_follow(settings)
    return recompute_open(settings, chosen.calendar(settings), timezone.now())
