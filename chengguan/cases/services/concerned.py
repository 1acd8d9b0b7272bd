"""Who has to know of a move without having the next one: who asked, who helps, whose case it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chengguan.cases import workflow
from chengguan.cases.selectors.move import Move
from chengguan.people.models import Account

LEVEL_TELLS = {"1": ("leader", "shift_leader"), "2": ("shift_leader",)}
"""Whom a notice of that level reaches besides the one who answers it."""
TURNED_DOWN = ("refuse", "decline", "reject", "transfer")


def concerned(move: Move, holders: Callable[..., list[Account]]) -> Iterator[Account]:
    """May name the same person twice, and whoever moved; the caller leaves these out."""
    case, action = move.case, move.row.action
    yield from move.people
    for organisation in move.organisations:
        yield from _desk_of(organisation, holders)
    if move.row.decides and move.request is not None:
        if move.request.asked_by:
            yield move.request.asked_by
        if move.request.organisation:
            yield from _desk_of(move.request.organisation, holders)
    if case.state in workflow.FINAL and case.department and move.from_state in workflow.FILED:
        yield from _desk_of(case.department, holders)
    if action in TURNED_DOWN and case.reporter:
        yield case.reporter
    if action == "recall" and case.inspector:
        yield case.inspector
    if action == "urge":
        for role in LEVEL_TELLS.get(move.given["level"], ()):
            yield from holders(role)
    elif action == "reply_urge" and not move.people:
        yield from holders("overseer")
    elif action == "recur":
        yield from holders("shift_leader")


def _desk_of(organisation: Any, holders: Callable[..., list[Account]]) -> Iterator[Account]:
    yield from holders("department", organisation)
    yield from holders("township", organisation)
