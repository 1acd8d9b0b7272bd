"""Open deadlines follow the county's word; what has ended keeps its own.

A batch of cases at a time is locked, in the order of their ids, before its clocks are read: as everybody takes them who moves a case.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model, Q
from django.db.models.base import ModelState

from chengguan.cases.facts import DeadlinesMoved
from chengguan.cases.models import Case, Clock, Task
from chengguan.cases.selectors import own_limits
from chengguan.cases.selectors.running import limit_of
from chengguan.cases.services.clocks import Clocks, late_ends
from chengguan.engines import announce
from chengguan.standards.calendars import CalendarUnknown, WorkCalendar
from chengguan.standards.limits import Settings

AT_ONCE = 1000
LIMITED = (Q(kind__in=("handling", "handling_turn")) | Q(kind="task", stage="核查")) & Q(part="")


def recompute_open(settings: Settings, calendar: WorkCalendar, now: datetime) -> int:
    """After the calendar or a setting changed: every running clock gets its deadline anew, closed ones keep theirs.
    Returns how many moved. What reaches into a year that nobody has entered keeps its deadline until somebody has."""
    running = Clock.objects.filter(ended_at=None, paused_at=None).order_by().values_list("case_id", flat=True)
    moved, seen = 0, set[int]()
    while due := sorted(set(running.all()) - seen):  # also those that came meanwhile, from a move that began before the change
        for first in range(0, len(due), AT_ONCE):
            with transaction.atomic():
                moved += _recompute(due[first : first + AT_ONCE], settings, calendar, now)
        seen.update(due)
    return moved


def _recompute(case_ids: list[int], settings: Settings, calendar: WorkCalendar, now: datetime) -> int:
    cases = list(_read(Case, CASE_READ, "id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE", case_ids))
    clocks_of: dict[int, list[Clock]] = {case.id: [] for case in cases}
    late = set[int]()
    for clock in _read(Clock, CLOCK_READ, "case_id = ANY(%s::bigint[]) AND ended_at IS NULL ORDER BY id", case_ids):
        clock.pauses = json.loads(clock.pauses) if clock.pauses != "[]" else []
        clocks_of[clock.case_id].append(clock)
        if clock.overdue:
            late.add(clock.case_id)
    ended_late = set(late_ends(late).values_list("case_id", flat=True)) if late else set()
    changed: list[Clock] = []
    touched: list[Case] = []
    known: dict[tuple[Any, ...], tuple[datetime | None, datetime | None]] = {}
    for case in cases:
        clocks = Clocks(case, now, settings, calendar, clocks_of[case.id])
        clocks.known, clocks.ended_late = known, case.id in ended_late
        stood = _columns(case)
        for clock in clocks.open:
            before = clock.deadline, clock.yellow_at
            try:
                clocks.recompute(clock)
            except CalendarUnknown:
                continue
            if (clock.deadline, clock.yellow_at) != before:
                clocks.no_longer_overdue(clock)
                changed.append(clock)
        clocks.write_columns()
        if _columns(case) != stood:
            touched.append(case)
    _write("cases_clock", [(clock.id, clock.deadline, clock.yellow_at, clock.overdue) for clock in changed], CLOCK_COLUMNS)
    _write("cases_case", [(case.id, *_columns(case)) for case in touched], CASE_COLUMNS)
    _due_follows([clock for clock in changed if clock.kind == "task"])
    announce.announce(*(DeadlinesMoved(pk) for pk in sorted({clock.case_id for clock in changed if clock.kind == "handling"})))
    return len(changed)


CLOCK_COLUMNS = {"deadline": "timestamptz", "yellow_at": "timestamptz", "overdue": "boolean"}
CASE_COLUMNS = {"deadline": "timestamptz", "yellow_at": "timestamptz", "handling_deadline": "timestamptz", "handling_overdue": "boolean"}


MOMENT = "timestamptz"
CASE_READ = {"id": "", "state": "", **CASE_COLUMNS}
CLOCK_READ = {
    "id": "", "case_id": "", "kind": "", "stage": "", "part": "", "started_at": MOMENT, "paused_at": MOMENT, "limit_value": "", "limit_clock": "", "pauses": "",
    "extensions": "", "named": "", "named_s": "", **CLOCK_COLUMNS,
}  # fmt: skip
"""What is read of each, with the columns that are moments."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
M = TypeVar("M", bound=Model)


def _read(model: type[M], columns: dict[str, str], where: str, ids: Sequence[int]) -> Iterator[M]:
    """These columns of these rows and nothing else, made into objects as they come: of tens of thousands the ORM takes longer to read
    the moments and to make the objects than the deadlines take to be found. Moments come as microseconds."""
    names, moments = list(columns), [place for place, kind in enumerate(columns.values()) if kind == MOMENT]
    asked = ", ".join(f"(extract(epoch FROM {name}) * 1000000)::bigint" if kind == MOMENT else name for name, kind in columns.items())
    alias = connection.alias
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked} FROM {model._meta.db_table} WHERE {where}", [_array(ids)])
        rows = cursor.fetchall()
    for row in rows:
        values = list(row)
        for place in moments:
            if values[place] is not None:
                values[place] = EPOCH + timedelta(microseconds=values[place])
        each = model.__new__(model)
        each._state = ModelState()
        each._state.adding, each._state.db = False, alias
        each.__dict__.update(zip(names, values, strict=True))
        yield each


def _array(values: Iterable[Any]) -> str:
    """Numbers, moments or truths as PostgreSQL writes an array: a text that the driver need not take apart."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _columns(case: Case) -> tuple[datetime | None, datetime | None, datetime | None, bool]:
    return case.deadline, case.yellow_at, case.handling_deadline, case.handling_overdue


def _write(table: str, rows: list[tuple[Any, ...]], columns: dict[str, str]) -> None:
    """Each row's columns by its id, all in one statement: a thousand CASE branches take longer to read than to carry out."""
    if not rows:
        return
    arrays = ", ".join(("%s::bigint[]", *(f"%s::{kind}[]" for kind in columns.values())))
    new = ", ".join(f"{name} = new.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {new} FROM unnest({arrays}) AS new (id, {', '.join(columns)}) WHERE {table}.id = new.id",
            [_array(column) for column in zip(*rows, strict=True)],
        )


def _due_follows(clocks: list[Clock]) -> None:
    """What is sent to somebody and not done is due when its clock says."""
    deadlines = {clock.pk: clock.deadline for clock in clocks}
    open_tasks = list(Task.objects.filter(clock__in=deadlines, done_at=None).only("clock", "due")) if deadlines else []
    _write("cases_task", [(task.pk, deadlines[task.clock_id]) for task in open_tasks if task.clock_id], {"due": "timestamptz"})


def limits_follow(settings: Settings) -> int:
    """Open handling and verifying clocks get the limit that holds on the day they began, where the county has ever said
    one for the condition. Returns how many clocks got another; their deadlines follow with `recompute_open`."""
    own, changed, last = own_limits.OwnLimits(), 0, 0
    keys = own_limits.ever_set()
    while keys:
        with transaction.atomic():
            running = Clock.objects.filter(LIMITED, ended_at=None, case__condition_key__in=keys, case_id__gt=last)
            due = list(running.order_by("case_id").values_list("case_id", flat=True).distinct()[:AT_ONCE])
            if not due:
                break
            cases = {case.pk: case for case in Case.objects.select_for_update(of=("self",)).filter(pk__in=due).order_by("pk")}
            for clock in Clock.objects.filter(LIMITED, ended_at=None, case__in=due):
                asked = own_limits.verify_limit if clock.kind == "task" else own_limits.handling_limit
                limit = asked(cases[clock.case_id], clock.started_at, settings, own)
                if limit != limit_of(clock):
                    clock.limit_value, clock.limit_clock = limit.value, limit.clock
                    clock.save(update_fields=["limit_value", "limit_clock"])
                    changed += 1
            last = due[-1]
    return changed
