"""The conditions the table names, and how they are asked. Each refuses in words, or says nothing; they stand by the work they guard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from django.utils.translation import gettext as _

from chengguan.cases.models import Request
from chengguan.cases.selectors.asked import ASKED
from chengguan.cases.selectors.at_the_desk import AT_THE_DESK
from chengguan.cases.selectors.closing import CLOSING
from chengguan.cases.selectors.handling import HANDLING
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.on_the_spot import ON_THE_SPOT
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.selectors.requests import REQUESTS

GUARDS: dict[str, Callable[[Move], None]] = {
    guard.__name__: guard for guard in (*AT_THE_DESK, *ON_THE_SPOT, *HANDLING, *REQUESTS, *CLOSING, *ASKED)
}


NEEDS_AN_ANSWER = {"place_in_grid", "on_the_place", "other_case", "department_with_right", "own_crew", "within_a_year", "alarm_gone",
                    "enough_photos", "far_is_meant", "says_what_is_wrong", "may_receive", "due_ahead", "linked_when_unsatisfied",
                    "stages_make_sense", "extension_in_reach", "done_by_whom_it_is"}  # fmt: skip
"""Guards that look at what the person fills in; the others can be asked before the form is shown."""


def stands_open(move: Move) -> bool:
    """Whether every guard that needs no answer lets the row pass: only then is the action offered."""
    try:
        check(move, NEEDS_AN_ANSWER)
    except Refused:
        return False
    return True


def check(move: Move, leave_out: Collection[str] = (), faults: Sequence[Refused] = ()) -> None:
    """Every guard of the row, in order; `request:<kind>` finds the waiting request the row decides. What stands against the row
    itself is told alone; what the person filled in wrongly is told all together, after the `faults` already found in it."""
    told = list(faults)
    for name in move.row.guards:
        if name in leave_out:
            continue
        if name in NEEDS_AN_ANSWER:
            told += _objection(name, move, faults)
            continue
        if name.startswith("request:"):
            kind = name.partition(":")[2]
            move.request = move.case.requests.filter(kind=kind, state="waiting").last()
            if move.request is None:
                raise Refused(_("没有在等审批的%(kind)s申请") % {"kind": dict(Request.KINDS)[kind]})
        elif name.startswith("automatic:"):
            if move.who.is_system and not move.settings.covers(name.partition(":")[2], move.case.matter_code):
                raise Refused(_("“%(action)s”没有设为由系统办理") % {"action": _(move.row.name)})
        else:
            GUARDS[name](move)
    if told:
        raise Refused.together(told)


def _objection(name: str, move: Move, faults: Sequence[Refused]) -> list[Refused]:
    """What this guard says of the answers; nothing new of a field that is at fault already, or cannot be looked at for its sake."""
    try:
        GUARDS[name](move)
    except Refused as refused:
        return [] if refused.field and refused.field in {fault.field for fault in faults} else [refused]
    except KeyError:
        if not faults:
            raise
    return []
