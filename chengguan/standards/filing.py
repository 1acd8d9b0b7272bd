"""Filing conditions: when a matter becomes a case, when it is done, and how long that may take.

Limits differ from city to city up to five times, so each row says where it comes from: `reference city`
(one real list, put into our own words), the same `as for other covers`, or `our default`. A county
sets its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chengguan.standards.codes import rows


@dataclass(frozen=True)
class FilingCondition:
    key: str
    matter: str
    hint: str
    text: str
    closing: str
    limit: float
    clock: str
    source: str
    confidence: str

    @property
    def urgent(self) -> bool:
        """By the clock only; danger to life is a flag of the case."""
        return self.clock in {"urgent_hour", "urgent_day"}


SAME_HINT = {
    # what alarms say, most telling first -> the kind of trouble a condition names
    "cover_lost": "device",  # the tag is silent, not the cover gone
    "phase_lost": "power",
    "lamp_dark": "dark_single",
    "dark_lamp": "dark_single",
    "not_lit": "dark_single",
    "lamp_out": "dark_single",
    "dark": "dark_single",
    "dark_circuit": "dark_many",
    "circuit_dark": "dark_many",
    "on_by_day": "schedule",
    "burning_by_day": "schedule",
    "low_battery": "device",
    "battery": "device",
    "silent": "device",
    "offline": "device",
    "missing_cover": "open",
    "displaced": "open",
    "tilted": "open",
    "moved": "open",
    "lost": "open",
    "door": "open",
    "overflow": "flooded",
    "water": "flooded",
    "leakage": "exposed",
    "leak": "exposed",
    "breaker_tripped": "power",
    "tripped": "power",
    "voltage": "power",
}
NEXT_BEST = {"dark_many": "dark", "dark_single": "dark", "power": "device"}
"""When a matter has no condition for that trouble, the one it comes nearest to."""


@lru_cache(maxsize=1)
def _by_matter() -> dict[str, tuple[FilingCondition, ...]]:
    found: dict[str, list[FilingCondition]] = {}
    for row in rows("filing_conditions.csv"):
        condition = FilingCondition(
            row["key"], row["matter"], row["hint"], row["text"], row["closing"],
            float(row["limit"]), row["clock"], row["source"], row["confidence"],
        )  # fmt: skip
        found.setdefault(condition.matter, []).append(condition)
    return {matter: tuple(each) for matter, each in found.items()}


def conditions(matter: str) -> Sequence[FilingCondition]:
    """Every condition of a matter, in the order of the list; empty for an unknown matter."""
    return _by_matter().get(matter, ())


@lru_cache(maxsize=1)
def _by_key() -> dict[str, FilingCondition]:
    return {condition.key: condition for each in _by_matter().values() for condition in each}


def condition(key: str) -> FilingCondition:
    """KeyError when unknown."""
    return _by_key()[key]


def condition_for(matter: str, hint: str = "", severity: int | None = None) -> FilingCondition | None:
    """The condition that fits what was noticed. `hint` is a trouble (`open`, `dark_single` ...), a word of SAME_HINT,
    or a condition's key. Without a fitting hint: for severity 1 the shortest urgent one, else the first of the list."""
    found = conditions(matter)
    if not found:
        return None
    trouble = SAME_HINT.get(hint, hint)
    for wanted in (hint, trouble, NEXT_BEST.get(trouble, "")):
        for each in found:
            if wanted and wanted in (each.hint, each.key):
                return each
    if severity == 1:
        urgent = [each for each in found if each.urgent]
        if urgent:
            return min(urgent, key=lambda each: each.limit * (24 if each.clock == "urgent_day" else 1))
    return found[0]


def matters() -> Sequence[str]:
    """The codes of all matters that have a condition."""
    return tuple(_by_matter())
