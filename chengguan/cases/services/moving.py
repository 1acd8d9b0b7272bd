"""The single mover: one row of the table, one transaction, one step."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms.models import Alarm
from chengguan.cases import workflow
from chengguan.cases.models import Case, Clock, Step
from chengguan.cases.selectors import automatic, extending, guards
from chengguan.cases.selectors import configuration as chosen
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.moved import only_noted_since
from chengguan.cases.selectors.refusals import Refused, Stale
from chengguan.cases.selectors.roles import acting_role
from chengguan.cases.services import besides as besides  # this and the next two add their effects to the table
from chengguan.cases.services import effects, follow_ups, given, numbers, requests, telling, waiting
from chengguan.cases.services import handing_out as handing_out
from chengguan.cases.services import retention as retention
from chengguan.cases.services.clocks import Clocks
from chengguan.cases.services.registering import link_case
from chengguan.cases.services.steps import new_step, write_step
from chengguan.people.selectors import SYSTEM, Who
from chengguan.standards.calendars import CalendarUnknown

log = logging.getLogger(__name__)


def act(who: Who, case: Case | int, action: str, *, version: int | None = None, now: datetime | None = None, **fields: Any) -> Step:
    """Move a case by one row of workflow.TABLE. `fields` are the row's fields by name: texts as str, photos as Attachments
    or ids, department and crew as Organisation or id, inspector as Account or id, position as (lon, lat, accuracy_m),
    until as a datetime, into as a Case, id or number. Raises Refused (Stale when `version` is not the case's)."""
    try:
        return _act(who, case, action, version, now or timezone.now(), fields)
    except CalendarUnknown as unknown:
        words = _("%(year)d 年的节假日和调休日还没有录入，时限算不出来。请联系系统管理员在“工作日历”里录入，再办这一步。")
        raise Refused(words % {"year": unknown.year}) from unknown


@transaction.atomic
def _act(who: Who, case: Case | int, action: str, version: int | None, now: datetime, fields: dict[str, Any]) -> Step:
    move = prepare(who, case, action, version, now, fields)
    clock = move.clocks.current(move.from_state)
    step = write_step_after(move, clock)
    telling.tell(move, step)
    _go_on_by_itself(move)
    if action == "merge":
        _tell_the_other(move)
    if action == "follow_up" and fields.get("linked") == "yes":
        link_case(who, move.case, move.text("words"), move.now)
    return step


def prepare(who: Who, case: Case | int, action: str, version: int | None, now: datetime, fields: dict[str, Any]) -> Move:
    """Everything that can refuse, before anything is written."""
    locked = Case.objects.select_for_update(of=("self",)).get(pk=case if isinstance(case, int) else case.pk)
    settings = chosen.settings()
    calendar = chosen.calendar(settings)
    return _prepare(who, locked, action, version, fields, Clocks(locked, now, settings, calendar))


def _prepare(who: Who, locked: Case, action: str, version: int | None, fields: dict[str, Any], clocks: Clocks) -> Move:
    row = workflow.row_for(locked.state, action)
    if row is None:
        name = workflow.ACTIONS.get(action, action)
        raise Refused(_("案件现在是“%(state)s”，不能“%(action)s”") % {"state": locked.get_state_display(), "action": _(name)})
    if version is not None and not only_noted_since(locked, version):
        raise Stale(_("案件已被别人处理过，请看最新的情况再决定"))
    role = acting_role(who, locked, row)
    found, faults = given.read_all(row, fields, who.account_id)
    move = Move(who, role, locked, row, found, clocks.now, clocks.settings, clocks.calendar, clocks, locked.state)
    guards.check(move, faults=faults)
    return move


@transaction.atomic
def objections(who: Who, case: Case, action: str, *, version: int | None = None, now: datetime | None = None, **fields: Any) -> list[Refused]:
    """All that stands against this move as it is filled in so far; nothing is written."""
    try:
        prepare(who, case, action, version, now or timezone.now(), fields)
    except Refused as refused:
        return refused.every
    except CalendarUnknown:
        pass  # `act` says it in words once the rest is right
    return []


NOTED = ("version", "proven_at", "proof")
"""What a note changes of a case."""


@transaction.atomic
def note_all(action: str, words: Mapping[int, str], now: datetime) -> list[Step]:
    """The platform's own note on several cases at once, by a row that leaves state and clocks as they are: the same as
    `act` on each, in a few queries for all. `words`: by the case's id."""
    if not words:
        return []
    cases = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=words).order_by("pk"))
    settings = chosen.settings()
    calendar = chosen.calendar(settings).for_showing()  # a note starts and ends no clock
    running: dict[int, list[Clock]] = {case.pk: [] for case in cases}
    for clock in Clock.objects.filter(case__in=cases, ended_at=None):
        running[clock.case_id].append(clock)
    moves, steps = [], []
    for case in cases:
        clocks = Clocks(case, now, settings, calendar, running[case.pk])
        move = _prepare(SYSTEM, case, action, None, {"words": words[case.pk]}, clocks)
        if move.row.to != workflow.SAME or move.row.clock:
            raise ValueError(f"{action} is no note")
        effects.EFFECTS[action](move)
        case.version += 1
        moves.append(move)
        steps.append(new_step(move, case.state, clocks.current(case.state)))
    steps = Step.objects.bulk_create(steps)
    Case.objects.bulk_update(cases, NOTED)
    telling.tell_all(list(zip(moves, steps, strict=True)))
    return steps


def write_step_after(move: Move, clock: Any) -> Step:
    """The row's effects on case, requests and clocks, then the step; the case is saved once."""
    case, row = move.case, move.row
    to_state = {workflow.SAME: case.state, workflow.BEFORE: case.state_before}.get(row.to, row.to)
    if row.action in effects.EFFECTS:
        effects.EFFECTS[row.action](move)
    if row.decides:
        requests.decide(move)
    for effect in row.clock:
        if effect.startswith("judge:"):
            clock = move.clocks.judge(effect.removeprefix("judge:"))
    lapsing = requests.lapsing(move, to_state)
    step = write_step(move, to_state, clock)
    for effect in row.clock:
        _turn(move, effect)
    if to_state != case.state:
        case.state, case.entered_at = to_state, move.now
        if to_state in workflow.FINAL:
            waiting.end_all(move)
        follow_ups.follow(move)
    requests.lapse(move, lapsing)
    move.clocks.write_columns()
    case.version += 1
    case.save()
    return step


PAUSES = {
    "send_to_confirm": "stage.task_pauses", "send_to_verify": "stage.task_pauses",
    "report_back": "handling.report_back_pauses", "grant_suspend": "handling.suspend_pauses",
}  # fmt: skip
"""Whether the clock that the row pauses stands still then is the county's word. What is paused goes on by the row that resumes it,
whatever the county says meanwhile."""


def _turn(move: Move, effect: str) -> None:
    """One clock effect of a row."""
    verb, _colon, stage = effect.partition(":")
    clocks, case = move.clocks, move.case
    if verb == "start":
        clocks.start_stage(stage)
    elif verb == "end":
        clocks.end(None if stage == "all" else stage)
    elif verb == "endtask":
        task = clocks.task(stage)
        if task is not None:
            clocks.end(clock=task)
    elif verb == "pause":
        if move.settings[PAUSES[move.row.action]]:
            clocks.pause(stage)
    elif verb == "resume":
        clocks.resume(stage)
    elif verb == "next_stage":
        clocks.next_part()
    elif verb == "restage":
        clocks.restage()
    elif verb == "extend":
        clocks.extend(extending.agreed(move))
    elif verb == "handling":
        starts = move.settings["handling.starts"]
        if starts != "receipt":
            clocks.start_handling(since=case.filed_at if starts == "filing" and clocks.first_turn else None)
    elif verb == "number" and not case.number:
        case.number = numbers.case_number(move.settings["number.area"], move.now)


def _tell_the_other(move: Move) -> None:
    """The case that goes on hears of the alarm that came with a report and still stands: what proved it done no longer does."""
    brought = Alarm.objects.filter(pk__in=move.kept.get("alarms", ()), active=True).first()
    if brought is not None:
        words = _("并案带来告警：%(text)s") % {"text": brought.text or brought.name}
        note_all("join_alarm", {move.given["into"].pk: words}, move.now)


def _go_on_by_itself(move: Move) -> None:
    """Where the administrator switched it on, the platform takes the next step at once. When something stands against it the
    case waits for a hand: what the person did stays done."""
    following = automatic.next_step(move)
    if following is None:
        return
    action, given_with_it = following
    try:
        act(SYSTEM, move.case, action, now=move.now, **given_with_it)
    except Refused as refused:
        log.info("case %s: %s waits for a person: %s", move.case.pk, action, refused.words)
