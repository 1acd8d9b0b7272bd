"""Whom a move tells: the next post's bell, the stages below, the open screens, the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from chengguan.cases import workflow
from chengguan.cases.facts import CaseClosed, CaseMoved
from chengguan.cases.models import Case, Step
from chengguan.cases.selectors.configuration import held
from chengguan.cases.selectors.levels import desks_of
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.notices import facts_of, kind_of, written
from chengguan.cases.services import reporters
from chengguan.cases.services.concerned import concerned
from chengguan.engines import announce
from chengguan.people.models import Account
from chengguan.people.selectors import accounts_with_role
from chengguan.people.services import Bell, audit_each, notify_each
from chengguan.standards.limits import Settings

Holders = Callable[..., list[Account]]


def link(case: Case, phone: bool = False) -> str:
    return f"/field/tasks/{case.pk}" if phone else f"/cases/{case.pk}"


def receivers(move: Move, accounts_with_role: Holders = accounts_with_role) -> list[Account]:
    """Who has to act next, or decide, or know."""
    case, action = move.case, move.row.action
    if move.row.asks or action == "review_suspend":
        return [account for role in sorted(_deciders(move)) for account in accounts_with_role(role)]
    if action in ("send_to_confirm", "send_to_verify") and case.inspector:
        return [case.inspector]
    if action == "assign":
        return accounts_with_role("crew", case.crew)
    if action in ("hand_up", "hand_down") or (action == "urge" and case.state not in workflow.WITH_DEPARTMENT):
        return desk_of(case, move.settings, accounts_with_role)
    if action in ("record_evidence", "join_alarm", "follow_up", "archive", "recur", "reply_urge", "report_help", "answer_consult"):
        return []
    if case.state in (*workflow.WITH_DEPARTMENT, "suspended"):
        crew = accounts_with_role("crew", case.crew) if case.crew_id and case.state == "handling" else []
        return accounts_with_role("department", case.department) + _township_of(case, accounts_with_role) + crew
    desk = desk_of(case, move.settings, accounts_with_role) if case.state in workflow.DESK_OF else []
    if move.role == "crew":  # it reports back past its department, which answers for the case
        return [*desk, *accounts_with_role("department", case.department)]
    return desk


def _deciders(move: Move) -> set[str]:
    """Of a request: who reviews it first, and who decides it, by the county's ladder where there is one."""
    on_the_ladder = set(move.request.details.get("who", ())) if move.request else set()
    kind = move.row.asks or (move.request.kind if move.request else "")
    actions = [f"review_{kind}"] if move.row.asks else []
    actions += [] if on_the_ladder else [f"grant_{kind}"]
    return on_the_ladder | {role for row in workflow.TABLE if row.action in actions for role in row.who}


def desk_of(case: Case, settings: Settings, accounts_with_role: Holders) -> list[Account]:
    """Who sits where the case waits: the township's desk for what lies with it, else the centre's."""
    here = [account for organisation in desks_of(case, settings) for account in accounts_with_role("township", organisation)]
    return here or accounts_with_role(workflow.ANSWERS.get(case.state, "dispatcher"))


def _township_of(case: Case, accounts_with_role: Holders) -> list[Account]:
    """The desk of the township a case was dispatched to: it receives as a department does."""
    sent_to = case.department
    return accounts_with_role("township", sent_to) if sent_to is not None and sent_to.kind == sent_to.Kind.TOWNSHIP else []


_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """A history that is loaded rings no bell, calls no screen and fills no audit trail; its steps are its record.
    Settings and calendar are read once."""
    token = _quiet.set(True)
    try:
        with held():
            yield
    finally:
        _quiet.reset(token)


def tell(move: Move, step: Step) -> None:
    """The facts always; bells, audit and screens unless a history is being loaded."""
    tell_all([(move, step)])


def tell_all(done: Sequence[tuple[Move, Step]]) -> None:
    """The same for moves of several cases by one person at once: who holds a post is asked once, all bells are one
    insert, screens get one hint."""
    announce.announce(*(CaseMoved(move.case.pk, step.from_state, step.action, step.to_state) for move, step in done))
    closed = [move.case.pk for move, step in done if step.to_state == "closed" and step.from_state != "closed"]
    announce.announce(*(CaseClosed(pk) for pk in closed))
    if _quiet.get() or not done:
        return
    holders = cache(accounts_with_role)
    notify_each(bell for move, step in done for bell in (*_bells(move, step, holders), *reporters.bells(move)))
    audit_each(done[0][0].who, [(f"case.{move.row.action}", move.case, f"{move.case} {move.row.name}") for move, _step in done])
    if len(done) == 1:
        case = done[0][0].case
        announce.hint("cases", id=case.pk, state=case.state)
    else:
        announce.hint("cases", ids=[move.case.pk for move, _step in done][:200])


def _bells(move: Move, step: Step, holders: Holders) -> Iterator[Bell]:
    case = move.case
    template = move.settings[f"notice.{kind_of(move.row)}"]
    if not template["on"]:
        return
    title, text = written(template, facts_of(move, step))
    known = [*receivers(move, holders), *concerned(move, holders)]
    people = {account.pk: account for account in known if account.pk != move.who.account_id and account.is_active}
    on_foot = {account.pk for account in _on_foot(move, people.values(), holders)}
    for phone in (True, False):
        chosen = [account for account in people.values() if (account.pk in on_foot) == phone]
        if chosen:
            yield Bell(chosen, title, text, link(case, phone), "case")


def _on_foot(move: Move, people: Iterable[Account], holders: Holders) -> list[Account]:
    """Those whose page is the phone's: the inspector a task goes to, the crew."""
    if move.row.action in ("send_to_confirm", "send_to_verify"):
        return list(people)
    crew = set(holders("crew", move.case.crew)) if move.case.crew_id else set()
    return [account for account in people if account in crew]
