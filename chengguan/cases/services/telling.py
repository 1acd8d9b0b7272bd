"""Whom a move tells: the next post's bell, the stages below, the open screens, the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.facts import CaseClosed, CaseMoved
from chengguan.cases.models import Case, Step
from chengguan.cases.selectors.configuration import held
from chengguan.cases.selectors.move import Move
from chengguan.engines import announce
from chengguan.people.models import Account
from chengguan.people.selectors import accounts_with_role
from chengguan.people.services import audit, notify

NEXT_POST = {
    "reported": "acceptor",
    "awaiting_filing": "shift_leader",
    "awaiting_dispatch": "dispatcher",
    "reported_back": "dispatcher",
    "awaiting_verification": "acceptor",
    "verified": "acceptor",
    "awaiting_closing": "shift_leader",
    "self_handled": "acceptor",
}


def link(case: Case, phone: bool = False) -> str:
    return f"/field/tasks/{case.pk}" if phone else f"/cases/{case.pk}"


def receivers(move: Move) -> list[Account]:
    """Who has to act next, or decide, or know."""
    case, action = move.case, move.row.action
    if move.row.asks:
        deciders = {
            role for row in workflow.TABLE if row.action in (f"grant_{move.row.asks}", f"review_{move.row.asks}") for role in row.who
        }
        return [account for role in sorted(deciders) for account in accounts_with_role(role)]
    if action in ("send_to_confirm", "send_to_verify") and case.inspector:
        return [case.inspector]
    if action == "assign":
        return accounts_with_role("crew", case.crew)
    if action == "urge" and case.state not in workflow.WITH_DEPARTMENT:
        return accounts_with_role(NEXT_POST.get(case.state, "dispatcher"))
    if action in ("record_evidence", "join_alarm", "follow_up", "archive", "reply_urge"):
        return []
    if case.state in (*workflow.WITH_DEPARTMENT, "suspended"):
        crew = accounts_with_role("crew", case.crew) if case.crew_id and case.state == "handling" else []
        return accounts_with_role("department", case.department) + crew
    return accounts_with_role(NEXT_POST[case.state]) if case.state in NEXT_POST else []


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
    case = move.case
    announce.announce(CaseMoved(case.pk, step.from_state, step.action, step.to_state))
    if step.to_state == "closed" and step.from_state != "closed":
        announce.announce(CaseClosed(case.pk))
    if _quiet.get():
        return
    title = f"{move.row.name}: {case.matter_name or _('未分类')} {case.address}"
    text = f"{case} · {step.who_name}" + (f" · {step.opinion}" if step.opinion else "")
    people = [account for account in receivers(move) if account.pk != move.who.account_id]
    on_foot = _on_foot(move, people)
    for chosen, phone in ((on_foot, True), ([each for each in people if each not in on_foot], False)):
        if chosen:
            notify(chosen, title, text, link(case, phone), "case")
    audit(move.who, f"case.{move.row.action}", case, f"{case} {move.row.name}")
    announce.hint("cases", id=case.pk, state=case.state)


def _on_foot(move: Move, people: Iterable[Account]) -> list[Account]:
    """Those whose page is the phone's: the inspector a task goes to, the crew."""
    if move.row.action in ("send_to_confirm", "send_to_verify"):
        return list(people)
    crew = set(accounts_with_role("crew", move.case.crew)) if move.case.crew_id else set()
    return [account for account in people if account in crew]
