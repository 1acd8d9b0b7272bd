"""Which step the platform takes by itself after somebody's, where the county switched it on for the matter; and why."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from chengguan.cases.selectors import handling
from chengguan.cases.selectors.actions import plainly_responsible, suggested_department
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.nearby import mergeable
from chengguan.people.selectors import SYSTEM
from chengguan.standards import filing

Step = tuple[str, dict[str, Any]]
"""action, what is given with it"""


def next_step(move: Move) -> Step | None:
    """What follows on the step just taken. Nothing follows on a step back: whoever sent it back wants a person to look."""
    found = _FOLLOWS.get((move.row.action, move.case.state))
    return found(move) if found else None


def _wanted(move: Move, key: str) -> bool:
    return move.settings.covers(key, move.case.matter_code)


def _file(move: Move) -> Step | None:
    return ("file", {"opinion": _("按设置自动立案")}) if _wanted(move, "filing.automatic") else None


def _dispatch(move: Move) -> Step | None:
    """Only what is plain: one department answers for it, nothing urgent about it, nothing alike in hand nearby."""
    case = move.case
    if not _wanted(move, "dispatch.automatic") or _urgent(move) or not plainly_responsible(case) or mergeable(SYSTEM, case):
        return None
    department, why = suggested_department(case)
    if department is None or not department.enabled or department.kind not in handling.RECEIVES:
        return None
    return "dispatch", {"department": department, "opinion": _("按设置自动派遣。%(why)s") % {"why": why}}


def _urgent(move: Move) -> bool:
    try:
        return move.case.urgent or filing.condition(move.case.condition_key).urgent
    except KeyError:
        return move.case.urgent


def _receive(move: Move) -> Step | None:
    return ("receive", {"opinion": _("按设置自动签收")}) if _wanted(move, "receive.automatic") else None


def _forward(move: Move) -> Step | None:
    return ("forward", {"opinion": _("按设置自动批转")}) if _wanted(move, "forward.automatic") else None


def _skip(move: Move) -> Step | None:
    """Not while an alarm of the case still stands, nor after a verification failed once."""
    case = move.case
    if not _wanted(move, "verify.automatic") or case.rework_count or case.alarms.filter(alarm__active=True).exists():
        return None
    return "skip", {"evidence": _("按设置，这类事项不必核查")}


_FOLLOWS = {
    ("accept", "awaiting_filing"): _file,
    ("file", "awaiting_dispatch"): _dispatch,
    ("dispatch", "dispatched"): _receive,
    ("dispatch_first", "dispatched"): _receive,
    ("redirect", "dispatched"): _receive,
    ("report_back", "reported_back"): _forward,
    ("forward", "awaiting_verification"): _skip,
}
