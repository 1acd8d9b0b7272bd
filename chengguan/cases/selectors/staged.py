"""The stretches of a staged limit as they went: which is finished, which runs, how much of each limit is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chengguan.cases.models import Case, Clock
from chengguan.cases.selectors.stages import parts_for
from chengguan.standards import staging


@dataclass(frozen=True)
class Stretch:
    """`clock` is the one that ran, with its use as `casefiles.with_use` gives it; None before its turn."""

    part: staging.Part
    state: str  # done | now | ahead
    clock: Clock | None = None

    @property
    def late(self) -> bool:
        return bool(self.clock is not None and self.clock.late)  # type: ignore[attr-defined]


def stretches(case: Case, clocks: Sequence[Clock]) -> list[Stretch]:
    """In their order, each with the last clock that ran for it since the case was (re)opened; empty when it has one limit only."""
    parts = parts_for(case)
    if not parts or case.filed_at is None:
        return []
    ran = {clock.part: clock for clock in clocks if clock.kind == "handling" and clock.part}
    over = case.closed_at is not None
    found = []
    for number, part in enumerate(parts):
        state = "done" if over or number < case.parts_done else "now" if number == case.parts_done else "ahead"
        found.append(Stretch(part, state, ran.get(part.name) if state != "ahead" else None))
    return found
