"""回访: whoever wants a reply is rung up when it is over. The call is a task of the acceptance desk with a clock of its own,
which the county's calendar moves like any other."""

from __future__ import annotations

from chengguan.cases import workflow
from chengguan.cases.models import Task
from chengguan.cases.selectors.follow_ups import someone_waits
from chengguan.cases.selectors.move import Move
from chengguan.cases.services.effects import of

STAGE = "回访"
TRIED_IN_VAIN, GIVEN_UP = "unreached", "given_up"


def follow(move: Move) -> None:
    """After the move: the case has come to an end somebody waits to hear of, or was opened again."""
    state = move.case.state
    if move.from_state in workflow.FINAL:
        if state not in workflow.FINAL:
            _end(move, "案件重开")
    elif state in workflow.FOLLOWED and someone_waits(move.case):
        clock = move.clocks.start("task", STAGE, move.settings.stage(STAGE))
        Task.objects.create(case=move.case, kind="follow_up", role="acceptor", clock=clock, sent_at=move.now, due=clock.deadline)


@of("follow_up")
def followed_up(move: Move) -> None:
    """Nobody at the telephone is no answer: the call is still owed until it is given up."""
    said = move.given["satisfaction"]
    if said == TRIED_IN_VAIN:
        return
    if said != GIVEN_UP:
        move.case.satisfaction = said
    _end(move, "联系不上" if said == GIVEN_UP else "已回访")


def _end(move: Move, result: str) -> None:
    move.case.tasks.filter(kind="follow_up", done_at=None).update(done_at=move.now, result=result, reply=move.opinion)
    clock = move.clocks.task(STAGE)
    if clock is not None:
        move.clocks.end(clock=clock)
