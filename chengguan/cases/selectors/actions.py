"""What a person may do with a case now, and what each action asks for, with suggestions and their reasons."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.cases.selectors import extending, guards, handling
from chengguan.cases.selectors.approved import approval_of
from chengguan.cases.selectors.configuration import calendar, settings
from chengguan.cases.selectors.ladders import who_will_decide
from chengguan.cases.selectors.levels import inspectors_within
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.nearby import mergeable
from chengguan.cases.selectors.photos import photos_in_words
from chengguan.cases.selectors.roles import possible_role
from chengguan.cases.selectors.running import Running
from chengguan.cases.words import limit_words
from chengguan.people.models import Organisation
from chengguan.people.selectors import Answer, Who, accounts_with_role, explained, inspectors_of
from chengguan.places.selectors import responsibility_grid_of
from chengguan.standards import filing


@dataclass(frozen=True)
class Field:
    """kind: text choice photos department departments inspector crew datetime case position matter."""

    name: str
    label: str
    kind: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    why: str = ""  # why `value` is suggested
    weighed: tuple[str, ...] = ()  # all that was looked at for it, line by line


@dataclass(frozen=True)
class Action:
    slug: str
    name: str
    main: bool
    fields: tuple[Field, ...] = field(default=())
    why: str = ""
    role: str = ""


STANDING = ("position", "far")
"""Told by the phone itself, where they may stay empty: at a desk nobody is asked where they stand."""


def actions_for(who: Who, case: Case, now: datetime | None = None) -> list[Action]:
    """Only what this person may do now; the main action first. System's own moves are never offered."""
    now = now or timezone.now()
    chosen = settings()
    days = calendar(chosen).for_showing()
    running = Running(case, now, chosen, days)
    found = []
    for row in workflow.rows_from(case.state):
        role = possible_role(who, case, row)
        if role is None or role == "system":
            continue
        move = Move(who, role, case, row, {}, now, chosen, days, running, case.state)
        if guards.stands_open(move):
            asked = [each for each in workflow.offered(row) if each[1] or each[0].name not in STANDING]
            fields = tuple(_field(move, each, required) for each, required in asked)
            if role == "township":
                fields = tuple(_within(who, case, each) for each in fields)
            main = row.main and not (row.action == "follow_up" and case.satisfaction)  # said already: it may be said anew, and is no next step
            found.append(Action(row.action, _(row.name), main, fields, _why(move), move.role))
    return _decisions_first(found, case)


def _decisions_first(found: list[Action], case: Case) -> list[Action]:
    """A waiting request asks for its decision before the ordinary next step; of a failed verification, rework."""

    def order(action: Action) -> int:
        if action.slug.startswith(("grant_", "review_")):
            return 0
        if action.slug == "rework":
            return 1 if case.found_done is False else 3
        return 2 if action.main else 3 if not action.slug.startswith(("ask_", "urge", "deny_")) else 4

    return sorted(found, key=order)


def _why(move: Move) -> str:
    """What the step is for; of a request also who must say yes to it."""
    decided = who_will_decide(move.row.asks, move.case, move.now, move.settings, move.calendar) if move.row.asks else ""
    return f"{_(move.row.why)} {decided}".strip()


def _field(move: Move, asked: workflow.Field, required: bool) -> Field:
    case = move.case
    options = tuple((value, _(label)) for value, label in asked.options)
    value, why = "", ""
    weighed: tuple[str, ...] = ()
    if asked.name == "matter_code":
        value = case.matter_code
    elif asked.name == "condition_key":
        options, value, why = _conditions(case)
    elif asked.name == "place":
        required = required or case.unit_grid_id is None
    elif asked.kind in ("department", "departments"):
        options, value, why, weighed = _departments(case, asked.kind == "department")
        if move.row.action == "redirect" and value == str(case.department_id):
            value, why, weighed = "", _("已经在%(name)s，请另选一家") % {"name": case.department}, ()
    elif asked.kind == "crew":
        options, value = _crews(case)
    elif asked.kind == "inspector":
        options, value, why = _inspectors(case)
    elif asked.kind == "case":
        options, why = _same_place(move.who, case)
    elif asked.name == "reason" and move.row.action == "force_close":
        approval = approval_of(case)
        value, why = (approval.reason, _("申请时写的，可以改")) if approval else ("", "")
    elif asked.name == "reason" and move.row.action == "reopen":
        still = case.linked.filter(state__in=workflow.OPEN).first()
        why = _("由它另立的 %(case)s 还在办，重开后是两件") % {"case": still} if still else ""
    elif asked.name == "extended_to":
        value, why = extending.suggested(move)
    elif asked.name == "photos":
        why = photos_in_words(move.settings, move.row.action, case.matter_code)
    return Field(asked.name, _(asked.label), asked.kind, required, options, value, why, weighed)


def _within(who: Who, case: Case, asked: Field) -> Field:
    """What a township's desk may choose: itself and what stands below it, inspectors who walk its area."""
    if asked.kind == "inspector":
        listed = {str(account.pk) for account in inspectors_within(case)}
        return replace(asked, options=tuple(each for each in asked.options if each[0] in listed))
    if asked.kind not in ("department", "departments"):
        return asked
    own = {str(pk) for post in who.posts if post.role == "township" for pk in post.organisation_ids}
    options = tuple(each for each in asked.options if each[0] in own)
    if asked.kind == "departments" or asked.value in own:
        return replace(asked, options=options)
    return replace(asked, options=options, value=options[0][0] if len(options) == 1 else "")


def _conditions(case: Case) -> tuple[tuple[tuple[str, str], ...], str, str]:
    found = filing.conditions(case.matter_code)
    options = tuple((each.key, f"{each.text} · {limit_words(each.limit, each.clock)}") for each in found)
    if case.condition_key:
        return options, case.condition_key, _("登记时已按告警或上报选定")
    return options, found[0].key if len(found) == 1 else "", ""


def suggested_department(case: Case) -> tuple[Organisation | None, str]:
    """Who should handle it, and why in one line: matter, area and the component's owner."""
    answer = reason_for_department(case)
    return answer.organisation, answer.words


def reason_for_department(case: Case) -> Answer:
    """The same with every row of the responsibility table that was weighed. Nobody is suggested whose return was granted."""
    owner = case.component.owner if case.component_id and case.component else None
    answer = explained(case.matter_code, case.community or case.township, owner)
    unit = answer.organisation
    if case.return_count and unit is not None and case.requests.filter(kind="return", state="granted", organisation=unit).exists():
        return replace(answer, organisation=None, words=_("%(name)s的回退已同意，请另选一家。%(why)s") % {"name": unit, "why": answer.words})
    return answer


def plainly_responsible(case: Case) -> bool:
    """Whether the suggested department is the only one that the table names with the same right."""
    return reason_for_department(case).alone


def _departments(case: Case, main: bool) -> tuple[tuple[tuple[str, str], ...], str, str, tuple[str, ...]]:
    listed = Organisation.objects.filter(enabled=True, kind__in=handling.RECEIVES).order_by("kind", "code")
    options = tuple((str(each.pk), each.name) for each in listed)
    if not main:
        return options, "", "", ()
    answer = reason_for_department(case)
    return options, str(answer.organisation.pk) if answer.organisation else "", answer.words, answer.lines


def _crews(case: Case) -> tuple[tuple[tuple[str, str], ...], str]:
    if case.department_id is None:
        return (), ""
    found = list(handling.crews_of(case.department_id))
    chosen = case.crew_id or (found[0].pk if len(found) == 1 else "")
    return tuple((str(each.pk), each.name) for each in found), str(chosen or "")


def _inspectors(case: Case) -> tuple[tuple[tuple[str, str], ...], str, str]:
    here = inspectors_of(case.unit_grid) if case.unit_grid_id else []
    others = [account for account in accounts_with_role("inspector") if account not in here]
    options = tuple((str(account.pk), account.name or account.username) for account in (*here, *others))
    if not here:
        return options, "", _("这个网格没有指定采集员")
    grid = responsibility_grid_of(case.unit_grid) if case.unit_grid else None
    return options, str(here[0].pk), _("%(grid)s的责任采集员") % {"grid": grid or ""}


def _same_place(who: Who, case: Case) -> tuple[tuple[tuple[str, str], ...], str]:
    near = mergeable(who, case)
    words = _("附近 %(count)d 件同类案件还在办理") % {"count": len(near)} if near else ""
    label = "{case} · {state} · {metres:.0f} m · {address}"
    return tuple(
        (str(each.pk), label.format(case=each, state=each.get_state_display(), metres=each.metres, address=each.address))  # type: ignore[attr-defined]
        for each in near
    ), words
