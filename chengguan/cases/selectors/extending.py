"""How far an extension 延期 reaches: by one original limit (as often as the setting says), or to a nearer time that somebody named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import timing
from chengguan.cases.models import Clock
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.selectors.running import Running, extra_of, limit_of, pauses_of
from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Settings


@dataclass(frozen=True)
class Reach:
    """Of the handling clock that runs: its deadline, and the latest that one more extension can bring, to the minute."""

    deadline: datetime
    latest: datetime


def reach(running: Running) -> Reach | None:
    """None while no handling clock runs."""
    clock = running.current("handling")
    latest = _moved(running, clock, added(clock, None, running.settings, running.calendar)) if clock is not None else None
    if clock is None or clock.deadline is None or latest is None:
        return None
    return Reach(clock.deadline, latest.replace(second=0, microsecond=0))


def added(clock: Clock, until: datetime | None, settings: Settings, calendar: WorkCalendar) -> float:
    """Seconds of its own clock that an extension to `until` adds: never more than a whole one, which None stands for."""
    whole_one = float(settings["handling.extension_times"] * timing.limit_seconds(clock.started_at, limit_of(clock), calendar))
    if until is None:
        return whole_one
    stands = timing.whole_seconds(clock.started_at, limit_of(clock), calendar) + extra_of(clock, calendar, settings)
    used = timing.used(clock.started_at, until, limit_of(clock), calendar, pauses_of(clock))
    return min(whole_one, max(0.0, used - stands))


def nearer(running: Running, until: datetime | None) -> datetime | None:
    """`until` where it is nearer than a whole extension; None for a whole one, which follows when a calendar or the setting changes."""
    found = reach(running) if until is not None else None
    return until if until is not None and found is not None and until < found.latest else None


def asked_for(move: Move) -> datetime | None:
    """What the request that waits named; None for a whole extension."""
    said = move.request.details.get("extended_to") if move.request else None
    return datetime.fromisoformat(said) if said else None


def agreed(move: Move) -> datetime | None:
    """What is granted: named by who grants it, else by who asked."""
    return nearer(move.clocks, move.given.get("extended_to") or asked_for(move))


def deadline_then(running: Running, until: datetime | None) -> datetime | None:
    """Of the handling clock, once such an extension is granted."""
    clock = running.current("handling")
    return _moved(running, clock, added(clock, until, running.settings, running.calendar)) if clock is not None else None


def _moved(running: Running, clock: Clock, seconds: float) -> datetime | None:
    return timing.moment_after(clock.started_at, running.whole(clock) + seconds, limit_of(clock), running.calendar, pauses_of(clock))


def extension_in_reach(move: Move) -> None:
    """A new time lies after the present deadline and after now, not after what one extension brings; who grants may shorten only."""
    until, found, asked = move.given.get("extended_to"), reach(move.clocks), asked_for(move)
    if _passed(move, found, asked):
        raise Refused(_("申请延到的 %(asked)s 已过，同意了也没有用：请不同意，由单位重新申请") % {"asked": spoken(asked)})  # type: ignore[arg-type]
    if until is None:
        return
    if found is None:
        raise Refused(_("处置时钟没有在走，请把新的时限空着：照规定的倍数延"), "extended_to")
    latest = min(found.latest, asked) if asked else found.latest
    if until <= max(found.deadline, move.now) or until > latest:
        words = _("新的时限应在 %(since)s 之后，最晚 %(latest)s") % {"since": spoken(max(found.deadline, move.now)), "latest": spoken(latest)}
        raise Refused(words, "extended_to")


def _passed(move: Move, found: Reach | None, asked: datetime | None) -> bool:
    """Whether the time that was asked for gives the department nothing any more."""
    return found is not None and asked is not None and asked <= max(found.deadline, move.now)


def suggested(move: Move) -> tuple[str, str]:
    """(what the form shows as the new time, why): all that can be had to who asks, what was asked for to who grants."""
    found, asked = reach(move.clocks), asked_for(move)
    if found is None:
        return "", ""
    value = "" if _passed(move, found, asked) else f"{timezone.localtime(asked or found.latest):%Y-%m-%dT%H:%M}"
    if move.row.decides:
        return value, _("申请延到 %(asked)s；可以缩短，不能更晚") % {"asked": spoken(asked or found.latest)}
    times = {"now": spoken(found.deadline), "latest": spoken(found.latest), "n": f"{move.settings['handling.extension_times']:g}"}
    return value, _("现在的时限是 %(now)s；最晚延到 %(latest)s（加 %(n)s 个原时限），要不了这么久可以写早一些") % times


def spoken(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
