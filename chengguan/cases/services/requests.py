"""What is asked for beside the stage, decided, or taken back because the case moved on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chengguan.cases import workflow
from chengguan.cases.models import Request
from chengguan.cases.selectors import extending
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.roles import acting_post
from chengguan.cases.services import ladders
from chengguan.cases.services.effects import of
from chengguan.cases.services.handing_out import leave_department


@of("ask_return", "ask_extend", "ask_suspend", "ask_void", "ask_appeal", "ask_force_close")
def asked(move: Move) -> None:
    until = move.given.get("until")
    details = {"until": until.isoformat(), "reason_code": move.given["reason_code"]} if until else {}
    named = extending.nearer(move.clocks, move.given.get("extended_to"))
    ends = extending.deadline_then(move.clocks, named) if named else None  # when the clock will say it is over: with the work, not on a Sunday
    details |= {"extended_to": ends.isoformat()} if ends else {}
    post = acting_post(move.who, move.role, move.case)
    request = Request(
        case=move.case,
        kind=move.row.asks,
        asked_by_id=move.who.account_id,
        organisation_id=post.organisation_id if post else None,
        asked_at=move.now,
        reason=move.text("reason"),
        details=details,
    )
    ladders.ask(request, move.settings, move.calendar)
    move.request = request
    if move.row.asks == "return" and move.settings["handling.return_pauses"]:
        move.clocks.pause("处置")


@of("review_suspend", "review_appeal")
def reviewed(move: Move) -> None:
    assert move.request is not None
    move.request.reviewed_at = move.now
    move.request.save(update_fields=["reviewed_at"])


def decide(move: Move) -> None:
    """Grant or deny the request the row decides, and what a grant changes on the case."""
    request = move.request
    assert request is not None
    granted = move.row.action.startswith("grant_")
    request.state = "granted" if granted else "denied"
    request.decided_by_id, request.decided_at, request.answer = move.who.account_id, move.now, move.opinion
    request.save()
    case = move.case
    if request.kind == "return" and not granted:
        move.clocks.resume("处置")
    if not granted:
        return
    if request.kind == "return":
        case.return_count += 1
        leave_department(move, None)
        case.dispatches.filter(ended_at=None).update(ended_at=move.now)
        case.department = case.crew = None
        case.level = "county"  # its dispatcher took it back, and sends it on
    elif request.kind == "extend":
        case.extend_count += 1
        then = extending.deadline_then(move.clocks, extending.agreed(move))
        move.kept["extended_to"] = then.isoformat() if then else None
    elif request.kind == "suspend":
        case.state_before = move.from_state
        case.suspended_until = datetime.fromisoformat(request.details["until"])
    elif request.kind == "appeal":
        case.exempt = True
    elif request.kind == "void":
        case.closing_note = request.reason


LAPSES = {"receive": ("return",), "redirect": ("return", "extend", "suspend")}
"""What a move within the handling takes back: signing says that one takes the case, another department asks anew itself."""


def lapsing(move: Move, to_state: str) -> list[Request]:
    """The pending requests that lapse because the stage changes; the step says which."""
    if move.from_state not in workflow.FILED or (to_state == move.from_state and move.row.action != "redirect"):
        return []
    waiting = Request.objects.filter(case=move.case, state="waiting").select_related("asked_by")
    found = list(waiting.filter(kind__in=LAPSES[move.row.action]) if move.row.action in LAPSES else waiting)
    move.kept |= {"lapsed": sorted({request.kind for request in found})} if found else {}
    return found


def lapse(move: Move, requests: Sequence[Request]) -> None:
    """Who asked hears of it."""
    for request in requests:
        request.state, request.decided_at = "lapsed", move.now
        request.save(update_fields=["state", "decided_at"])
        if request.asked_by:
            move.people.append(request.asked_by)
        if request.kind == "return" and move.case.state in workflow.WITH_DEPARTMENT:
            move.clocks.resume("处置")
