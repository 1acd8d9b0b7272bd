"""Starting, pausing, resuming and ending clocks, and the deadline columns that work lists sort by."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.functional import cached_property

from chengguan.cases import timing
from chengguan.cases.models import Case, Change, Clock
from chengguan.cases.selectors.running import HANDLING, Running, extra_of, limit_of, pauses_of
from chengguan.standards import filing
from chengguan.standards.calendars import CalendarUnknown, WorkCalendar
from chengguan.standards.limits import Limit, Settings


class Clocks(Running):
    """The clocks of one case within one move."""

    @cached_property
    def version(self) -> int | None:
        """Of the county's configuration as it stands."""
        return Change.objects.order_by("-pk").values_list("pk", flat=True).first()

    def start(self, kind: str, stage: str, limit: Limit, department_id: int | None = None, since: datetime | None = None) -> Clock:
        clock = self.new(kind, stage, limit, department_id, since)
        clock.save()
        return clock

    def new(self, kind: str, stage: str, limit: Limit, department_id: int | None = None, since: datetime | None = None) -> Clock:
        """A clock that runs from now on, not yet saved."""
        clock = Clock(
            case=self.case,
            kind=kind,
            stage=stage,
            department_id=department_id,
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
                    earlier.pauses = [*earlier.pauses, [earlier.ended_at.isoformat(), self.now.isoformat()]]
                    earlier.ended_at = None
                    self.open.append(earlier)
                self.recompute(earlier)
                earlier.save()
                return earlier
        return self.start("stage", stage, self.settings.stage(stage))

    def handling_limit(self) -> Limit:
        """Of the case's filing condition; the county's own value wins, then the default of the list."""
        try:
            condition = filing.condition(self.case.condition_key)
        except KeyError:
            return self.settings.limit("handling.default")
        return Limit(condition.limit, condition.clock)

    def start_handling(self, since: datetime | None = None, fresh: bool = False) -> None:
        """A turn for the department. The same department again goes on with its old clock, another (or a `fresh` start,
        or a case opened again) gets a new limit."""
        department, limit = self.case.department_id, self.handling_limit()
        earlier = None if fresh else self.case.clocks.filter(kind="handling", department_id=department).exclude(ended_at=None).last()
        reopened = self.case.steps.filter(action="reopen").last()
        if reopened is not None and earlier is not None and earlier.ended_at and earlier.ended_at < reopened.acted_at:
            earlier = None
        if earlier is not None and earlier.ended_at is not None and (earlier.limit_value, earlier.limit_clock) == (limit.value, limit.clock):
            earlier.pauses = [*earlier.pauses, [earlier.ended_at.isoformat(), self.now.isoformat()]]
            earlier.ended_at = None
            self.recompute(earlier)
            earlier.save()
            self.open.append(earlier)
        else:
            self.start("handling", HANDLING, limit, department, since)
        self.start("handling_turn", HANDLING, limit, department, since)

    def pause(self, stage: str) -> None:
        for clock in self.find(stage):
            if clock.paused_at is None:
                self.note_use(clock)
                clock.paused_at = self.now
                self.recompute(clock)
                clock.save()

    def resume(self, stage: str) -> None:
        """Goes on where it stopped; a desk's clock that had ended starts again."""
        found = self.find(stage)
        for clock in found:
            if clock.paused_at is not None:
                clock.pauses = [*clock.pauses, [clock.paused_at.isoformat(), self.now.isoformat()]]
                clock.paused_at = None
                self.recompute(clock)
                clock.save()
        if not found and stage == HANDLING:
            self.start_handling(fresh=True)

    def end(self, stage: str | None = None, clock: Clock | None = None) -> None:
        """End a stage's clocks, one clock, or (with neither) all."""
        chosen = [clock] if clock else self.find(stage) if stage else list(self.open)
        for each in chosen:
            self.note_use(each)
            each.ended_at = self.now
            each.version = self.version
            each.save()
        self.open = [each for each in self.open if each.ended_at is None]

    def extend(self) -> None:
        for clock in self.find(HANDLING):
            clock.extensions += 1
            self.recompute(clock)
            clock.save()

    def note_use(self, clock: Clock) -> None:
        clock.used_s = self.used(clock)
        clock.overdue = clock.overdue or (clock.deadline is not None and self.now > clock.deadline)

    def recompute(self, clock: Clock) -> None:
        """Deadline and yellow moment from start, pauses, limit and extensions; empty while paused."""
        pauses, limit, extra = pauses_of(clock), limit_of(clock), extra_of(clock, self.calendar, self.settings)
        share = self.settings["lights.yellow"]
        if clock.paused_at is not None:
            clock.deadline = clock.yellow_at = None
            return
        clock.deadline = timing.deadline(clock.started_at, limit, self.calendar, pauses, extra)
        clock.yellow_at = timing.yellow(clock.started_at, limit, self.calendar, pauses, extra, share)

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


AT_ONCE = 200


def recompute_open(settings: Settings, calendar: WorkCalendar, now: datetime) -> int:
    """After the calendar or a setting changed: every running clock gets its deadline anew, closed ones keep theirs.
    Returns how many moved. What reaches into a year that nobody has entered keeps its deadline until somebody has. A batch
    of cases at a time is locked, in the order of their ids, before its clocks are read: as everybody takes them who moves a case."""
    moved, last = 0, 0
    while True:
        running = Clock.objects.filter(ended_at=None, paused_at=None, case_id__gt=last)
        due = list(running.order_by("case_id").values_list("case_id", flat=True).distinct()[:AT_ONCE])
        if not due:
            return moved
        with transaction.atomic():
            moved += _recompute(due, settings, calendar, now)
        last = due[-1]


def _recompute(case_ids: list[int], settings: Settings, calendar: WorkCalendar, now: datetime) -> int:
    cases = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=case_ids).order_by("pk"))
    clocks_of: dict[int, list[Clock]] = {case.pk: [] for case in cases}
    for clock in Clock.objects.filter(case__in=cases, ended_at=None):
        clocks_of[clock.case_id].append(clock)
    changed: list[Clock] = []
    for case in cases:
        clocks = Clocks(case, now, settings, calendar, clocks_of[case.pk])
        for clock in clocks.open:
            before = clock.deadline, clock.yellow_at
            try:
                clocks.recompute(clock)
            except CalendarUnknown:
                continue
            if (clock.deadline, clock.yellow_at) != before:
                _no_longer_overdue(clock, case, now)
                changed.append(clock)
        clocks.write_columns()
    Clock.objects.bulk_update(changed, ["deadline", "yellow_at", "overdue"])
    Case.objects.bulk_update(cases, ["deadline", "yellow_at", "handling_deadline", "handling_overdue"])
    return len(changed)


def _no_longer_overdue(clock: Clock, case: Case, now: datetime) -> None:
    """A later deadline takes the mark back; a new mark is the round's, which urges too."""
    if not clock.overdue or clock.deadline is None or now > clock.deadline:
        return
    clock.overdue = False
    if clock.kind == "handling":
        case.handling_overdue = case.clocks.filter(kind="handling", overdue=True).exclude(pk=clock.pk).exists()
