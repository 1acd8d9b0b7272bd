"""The clocks of one case at one moment: which runs, how much of it is used."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from chengguan.cases import timing, workflow
from chengguan.cases.models import Case, Clock
from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Limit, Settings

HANDLING = "处置"


def pauses_of(clock: Clock) -> list[timing.Pause]:
    closed: list[timing.Pause] = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in clock.pauses]
    return [*closed, (clock.paused_at, None)] if clock.paused_at else closed


def limit_of(clock: Clock) -> Limit:
    return Limit(clock.limit_value, clock.limit_clock)


def extra_of(clock: Clock, calendar: WorkCalendar, settings: Settings, limit: Limit | None = None) -> float:
    """Seconds that its extensions added, as if its limit were `limit` where one is given: those to a named time what they were granted,
    the others as many whole ones."""
    if not clock.extensions:
        return 0
    one = settings["handling.extension_times"] * timing.limit_seconds(clock.started_at, limit or limit_of(clock), calendar)
    return float((clock.extensions - clock.named) * one + clock.named_s)


def open_clocks(case: Case) -> list[Clock]:
    return list(case.clocks.filter(ended_at=None)) if case.pk else []


class Running:
    """The open clocks of one case, read once, at the first question (or given as `running` by who has read those of many)."""

    def __init__(
        self, case: Case, now: datetime, settings: Settings, calendar: WorkCalendar, running: list[Clock] | None = None
    ) -> None:
        self.case, self.now, self.settings, self.calendar = case, now, settings, calendar
        if running is not None:
            self.open = running

    @cached_property
    def open(self) -> list[Clock]:
        """Asked of the database only when one of them matters: what has ended has none, and few moves look."""
        return open_clocks(self.case)

    def find(self, stage: str) -> list[Clock]:
        """Open clocks of a stage (受理 ...); for 处置 both the department's turn and all its turns."""
        return [clock for clock in self.open if clock.stage == stage and clock.kind not in ("task", "urge")]

    def task(self, stage: str) -> Clock | None:
        return next((clock for clock in self.open if clock.kind == "task" and clock.stage == stage), None)

    def current(self, state: str) -> Clock | None:
        """The clock a state stands on: the task that is out, else the handling clock, else the desk's."""
        task = {"confirming": "核实", "verifying": "核查"}.get(state)
        if task:
            return self.task(task)
        stage = workflow.STAGES.get(state, "")
        found = [clock for clock in self.find(stage) if clock.kind != "handling_turn"]
        return found[-1] if found else None

    def used(self, clock: Clock) -> float:
        """Seconds used now; of an ended clock what it had used at its end."""
        if clock.ended_at is not None:
            return clock.used_s
        return timing.used(clock.started_at, self.now, limit_of(clock), self.calendar, pauses_of(clock))

    def whole(self, clock: Clock) -> float:
        """Seconds of the whole limit, extensions included."""
        base = timing.whole_seconds(clock.started_at, limit_of(clock), self.calendar)
        return base + extra_of(clock, self.calendar, self.settings)
