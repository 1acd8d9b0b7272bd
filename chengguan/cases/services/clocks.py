"""Starting, pausing, resuming and ending clocks, and the deadline columns that work lists sort by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import cached_property

from chengguan.cases import timing, workflow
from chengguan.cases.models import Case, Change, Clock, Step
from chengguan.cases.selectors import own_limits, stages
from chengguan.cases.selectors.extending import added
from chengguan.cases.selectors.running import HANDLING, Running, extra_of, limit_of, open_clocks, pauses_of
from chengguan.standards import staging
from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Limit, Settings


def late_ends(case_ids: Iterable[int]) -> QuerySet[Clock]:
    """Handling clocks that ended overdue, but for those of a round that was over before the case was opened again."""
    opened_again = Step.objects.filter(case=OuterRef("case"), action="reopen", acted_at__gte=OuterRef("ended_at"))
    return Clock.objects.filter(~Exists(opened_again), case__in=case_ids, kind="handling", overdue=True, ended_at__isnull=False)


class Clocks(Running):
    """The clocks of one case within one move: those that ran when it began, and those it starts."""

    def __init__(self, case: Case, now: datetime, settings: Settings, calendar: WorkCalendar, running: list[Clock] | None = None) -> None:
        super().__init__(case, now, settings, calendar, open_clocks(case) if running is None else running)

    @cached_property
    def known(self) -> dict[tuple[Any, ...], tuple[datetime | None, datetime | None]]:
        """The moments of clocks by all that they follow from: a department's turn mostly begins with the whole handling, and cases
        that are looked at together share them."""
        return {}

    @cached_property
    def version(self) -> int | None:
        """Of the county's configuration as it stands."""
        return Change.objects.order_by("-pk").values_list("pk", flat=True).first()

    def start(self, kind: str, stage: str, limit: Limit, department_id: int | None = None, since: datetime | None = None, part: str = "") -> Clock:
        clock = self.new(kind, stage, limit, department_id, since, part)
        clock.save()
        return clock

    def new(self, kind: str, stage: str, limit: Limit, department_id: int | None = None, since: datetime | None = None, part: str = "") -> Clock:
        """A clock that runs from now on, not yet saved."""
        clock = Clock(
            case=self.case,
            kind=kind,
            stage=stage,
            department_id=department_id,
            part=part,
            started_at=since or self.now,
            limit_value=limit.value,
            limit_clock=limit.clock,
        )
        self.recompute(clock)
        self.open.append(clock)
        return clock

    def start_stage(self, stage: str) -> Clock:
        """A desk's clock; when the setting adds up repeated visits, the earlier one goes on."""
        if self.settings["stage.entered_twice"] == "added_up":
            earlier = self.case.clocks.filter(kind="stage", stage=stage).last()
            if earlier is not None:
                if earlier.ended_at is not None:
                    return self._goes_on(earlier)
                self.recompute(earlier)
                earlier.save()
                return earlier
        return self.start("stage", stage, self.settings.stage(stage))

    def judge(self, stage: str) -> Clock:
        """A desk's clock that only its move asks about: it ran since the case came to the desk, beside the clock the case stands
        on, and ends now."""
        since = self.case.entered_at
        earlier = self.case.clocks.filter(kind="stage", stage=stage).last() if self.settings["stage.entered_twice"] == "added_up" else None
        if earlier is None or earlier.ended_at is None:
            clock = self.new("stage", stage, self.settings.stage(stage), since=since)
        else:
            clock = self._goes_on(earlier, since)
        self.end(clock=clock)
        return clock

    def handling_limit(self, began: datetime | None = None) -> Limit:
        """Of the case's filing condition and class of area, by the word of the day on which the clock begins."""
        return own_limits.handling_limit(self.case, began or self.now, self.settings)

    def verify_limit(self) -> Limit:
        return own_limits.verify_limit(self.case, self.now, self.settings)

    def start_handling(self, since: datetime | None = None, fresh: bool = False) -> None:
        """A turn for the department. The same department again goes on with its old clock, another (or a `fresh` start,
        or a case opened again) gets a new limit."""
        department, parts = self.case.department_id, stages.parts_for(self.case)
        self.case.parts = staging.kept(parts)  # what the county says later is for cases that begin later
        part = staging.part_at(parts, self.case.parts_done)
        limit, name = (part.limit, part.name) if part else (self.handling_limit(since), "")
        earlier = None if fresh else self.case.clocks.filter(kind="handling", department_id=department, part=name).exclude(ended_at=None).last()
        reopened = self.case.steps.filter(action="reopen").last()
        if reopened is not None and earlier is not None and earlier.ended_at and earlier.ended_at < reopened.acted_at:
            earlier = None
        if earlier is not None and earlier.ended_at is not None and (earlier.limit_value, earlier.limit_clock) == (limit.value, limit.clock):
            self._goes_on(earlier)
        else:
            self.start("handling", HANDLING, limit, department, since, name)
        self.start("handling_turn", HANDLING, limit, department, since, name)

    def _goes_on(self, earlier: Clock, again: datetime | None = None) -> Clock:
        """An ended clock runs on from where it stood: from its end, or from the pause in which it ended, until now (or `again`) is
        a pause."""
        since = earlier.paused_at or earlier.ended_at or self.now
        earlier.pauses = [*earlier.pauses, [since.isoformat(), (again or self.now).isoformat()]]
        earlier.paused_at = earlier.ended_at = None
        self.recompute(earlier)
        earlier.save()
        self.open.append(earlier)
        return earlier

    @property
    def first_turn(self) -> bool:
        """Whether no department had the case before."""
        return not self.case.clocks.filter(kind="handling").exists()

    def next_part(self) -> None:
        """The next stretch of a staged limit begins where the one before it ended."""
        self.end(HANDLING)
        self.start_handling(fresh=True)

    def restage(self) -> None:
        """The stretch that runs began when it began; its name and limit are those the case has now."""
        part = staging.part_at(stages.parts_for(self.case), self.case.parts_done)
        for clock in self.find(HANDLING):
            limit = part.limit if part else self.handling_limit(clock.started_at)
            clock.part, clock.limit_value, clock.limit_clock = part.name if part else "", limit.value, limit.clock
            self.recompute(clock)
            clock.save()

    def pause(self, stage: str) -> None:
        for clock in self.find(stage):
            if clock.paused_at is None:
                self.note_use(clock)
                clock.paused_at = self.now
                self.recompute(clock)
                clock.save()

    def resume(self, stage: str) -> None:
        """Goes on where it stopped; a handling clock that had ended starts again, unless it is to start with the receipt."""
        found = self.find(stage)
        for clock in found:
            if clock.paused_at is not None:
                clock.pauses = [*clock.pauses, [clock.paused_at.isoformat(), self.now.isoformat()]]
                clock.paused_at = None
                self.recompute(clock)
                clock.save()
        unreceived = self.settings["handling.starts"] == "receipt" and self.case.received_at is None
        if not found and stage == HANDLING and not unreceived:
            self.start_handling(fresh=True)

    def end(self, stage: str | None = None, clock: Clock | None = None) -> None:
        """End a stage's clocks, one clock, or (with neither) all."""
        chosen = [clock] if clock else self.find(stage) if stage else list(self.open)
        for each in chosen:
            self.note_use(each)
            if each.kind == "handling" and each.overdue:
                self.case.handling_overdue = True
            each.ended_at = self.now
            each.version = self.version
            each.save()
        self.open = [each for each in self.open if each.ended_at is None]

    def extend(self, until: datetime | None = None) -> None:
        """By a whole extension, or as far as brings the handling clock to `until`; the department's own turn gets as much."""
        standing = self.current(self.case.state)
        more = added(standing, until, self.settings, self.calendar) if standing and until else None
        for clock in self.find(HANDLING):
            clock.extensions += 1
            if more is not None:
                clock.named += 1
                clock.named_s += more
            self.recompute(clock)
            self.no_longer_overdue(clock)
            clock.save()

    def note_use(self, clock: Clock) -> None:
        clock.used_s = self.used(clock)
        passed = clock.deadline is not None and self.now > clock.deadline
        clock.overdue = clock.overdue or (passed and (clock.stage != HANDLING or self.case.state in workflow.IN_HANDLING))

    def recompute(self, clock: Clock) -> None:
        """Deadline and yellow moment from start, pauses, limit and extensions; empty while paused."""
        if clock.paused_at is not None:
            clock.deadline = clock.yellow_at = None
            return
        pauses, extra, share = pauses_of(clock), extra_of(clock, self.calendar, self.settings), self.settings["lights.yellow"]
        asked = (clock.started_at, clock.limit_value, clock.limit_clock, extra, share, *pauses)
        moments = self.known.get(asked)
        if moments is None:
            moments = self.known[asked] = timing.moments(clock.started_at, limit_of(clock), self.calendar, pauses, extra, share)
        clock.yellow_at, clock.deadline = moments

    @cached_property
    def ended_late(self) -> bool:
        """Whether a handling clock of the case that has ended since it was last opened again was overdue."""
        return late_ends([self.case.pk]).exists()

    def no_longer_overdue(self, clock: Clock) -> None:
        """A deadline that lies ahead again takes the mark back; a new mark is the round's, which urges too."""
        if not clock.overdue or clock.deadline is None or self.now > clock.deadline:
            return
        clock.overdue = False
        if clock.kind == "handling":
            self.case.handling_overdue = self.ended_late or any(each.overdue for each in self.find(HANDLING) if each.kind == "handling")

    def write_columns(self) -> None:
        """The case's own deadline columns, from the clock its state stands on."""
        clock = self.current(self.case.state)
        self.case.deadline = clock.deadline if clock else None
        self.case.yellow_at = clock.yellow_at if clock else None
        handling = [each for each in self.find(HANDLING) if each.kind == "handling"]
        if handling:
            self.case.handling_deadline = handling[-1].deadline
        if any(each.overdue for each in handling):
            self.case.handling_overdue = True
