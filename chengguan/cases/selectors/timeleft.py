"""How the clocks of cases stand now, by the calendar they run on: light, percent, time left. Of a page of cases in one query.

The light is a comparison with the moments that are stored (`timing.light`), as the lists' filters compare in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from chengguan.cases import timing, workflow
from chengguan.cases.models import Case, Clock
from chengguan.cases.selectors.configuration import calendar, settings
from chengguan.cases.selectors.running import Running
from chengguan.cases.words import in_words, left_words
from chengguan.engines import prepared


@dataclass(frozen=True)
class TimeLeft:
    """`percent` of the limit that is used; `words`, such as 余 1 工作日 3 工作时, in the time that the clock counts."""

    light: str
    percent: int
    words: str


def light_of(case: Case, now: datetime) -> str:
    """green, yellow or red; grey while no clock of the case runs."""
    return timing.light(now, case.yellow_at, case.deadline)


def day_seconds(running: Running) -> float:
    """How long a working day lasts today."""
    return running.calendar.day_seconds(running.now.astimezone(running.calendar.zone).date())


def words_of(running: Running, clock: Clock, left: float) -> str:
    """What an open clock has left of its seconds, or is over by, in words."""
    if clock.deadline is not None and running.now > clock.deadline and round(left) == 0:
        return _("时限刚过，未到工作时间")
    said = left_words(left, clock.limit_clock, day_seconds(running))
    return _("已停表，%(left)s") % {"left": said} if clock.paused_at is not None else said


def time_of(running: Running, clock: Clock | None) -> TimeLeft:
    """Of an open clock of a case; no clock is no time."""
    if clock is None:
        return TimeLeft("grey", 0, _("不计时"))
    light = timing.light(running.now, clock.yellow_at, clock.deadline)
    used, whole = running.used(clock), running.whole(clock)
    return TimeLeft(light, timing.percent(used, whole), words_of(running, clock, whole - used))


def show_times(cases: Iterable[Case], now: datetime) -> None:
    """`.light`, `.percent` (of the limit that is used), `.left` (in words) and `.paused` on each case."""
    rows = list(cases)
    clocks: dict[int, list[Clock]] = {case.pk: [] for case in rows}
    standing = [case.pk for case in rows if case.state in workflow.OPEN]
    chosen = settings()
    days = calendar(chosen).for_showing()
    for clock in prepared.found(Clock, "case_id = ANY(%s::bigint[]) AND ended_at IS NULL ORDER BY id", [prepared.among(standing)]) if standing else ():
        clocks[clock.case_id].append(clock)
    for case in rows:
        show_time(Running(case, now, chosen, days, clocks[case.pk]))


def show_time(running: Running) -> None:
    case, now = running.case, running.now
    clock = running.current(case.state)
    time = time_of(running, clock)
    light, words = light_of(case, now), time.words
    if clock is None and case.deadline is not None:  # written past the services: only the moment is known
        over = now > case.deadline
        words = (_("超 %(time)s") if over else _("余 %(time)s")) % {"time": in_words(abs(case.deadline - now))}
    case.light, case.percent, case.left = light, time.percent, words  # type: ignore[attr-defined]
    case.paused = clock is not None and clock.paused_at is not None  # type: ignore[attr-defined]


def shown_of(case: Case) -> TimeLeft:
    """Of a case whose time was shown already."""
    return TimeLeft(case.light, case.percent, case.left)  # type: ignore[attr-defined]
