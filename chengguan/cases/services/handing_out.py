"""What dispatch, redirecting, receiving and assigning write on the case."""

from __future__ import annotations

from chengguan.cases import workflow
from chengguan.cases.models import Dispatch
from chengguan.cases.selectors import levels
from chengguan.cases.selectors.move import Move
from chengguan.cases.services import waiting
from chengguan.cases.services.effects import of


@of("dispatch", "dispatch_first", "redirect")
def dispatched(move: Move) -> None:
    case, department = move.case, move.given["department"]
    leave_department(move, department.pk)
    case.dispatches.filter(ended_at=None).update(ended_at=move.now)
    parts = [(department, "main")]
    parts += [(each, "helper") for each in move.given.get("helpers", ())]
    parts += [(each, "copy") for each in move.given.get("copies", ())]
    Dispatch.objects.bulk_create(
        [Dispatch(case=case, department=each, part=part, sent_at=move.now) for each, part in parts]
    )
    waiting.ask(move, "help", list(move.given.get("helpers", ())))
    move.organisations += [each for each, part in parts if part != "main"]
    if case.department_id != department.pk:
        case.crew = None
    case.department = department
    case.dispatched_at = move.now
    case.received_at = None
    case.responsibility_open = move.row.action == "dispatch_first" or case.responsibility_open
    if case.level == "township" and not levels.within(department, case.township_id):
        case.level = "county"  # its desk could neither chase nor close what somebody outside has
    move.receiver = str(department)


def leave_department(move: Move, to: int | None) -> None:
    """Whoever had the case hears that it went, and owes nothing here any more."""
    former = move.case.department
    if move.from_state not in workflow.WITH_DEPARTMENT or former is None:
        return
    waiting.leave(move, former.pk if former.pk != to else None)
    if former.pk != to:
        move.organisations.append(former)


@of("fix_responsibility")
def fixed(move: Move) -> None:
    move.case.responsibility_open = False
    move.receiver = str(move.given["department"])
    if move.given["department"].pk != move.case.department_id:
        dispatched(move)
        move.case.responsibility_open = False
        move.clocks.end("处置")
        received = move.case.state != "dispatched"
        if received:  # it stays where it is, so nobody receives it once more
            move.case.received_at = move.now
        if received or move.settings["handling.starts"] != "receipt":
            move.clocks.start_handling()


@of("receive")
def received(move: Move) -> None:
    move.case.received_at = move.now
    if move.settings["handling.starts"] == "receipt" and not move.clocks.find("处置"):
        move.clocks.start_handling()


@of("assign")
def assigned(move: Move) -> None:
    move.case.crew = move.given["crew"]
    move.receiver = str(move.case.crew)
