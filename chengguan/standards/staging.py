"""Staged limits: where one case has several things to finish one after another, each with a limit of its own.

A burst main is first fenced off, then repaired, then the road is made good. Seen in one county's list; a condition
that is not in the data has one limit, its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from chengguan.standards.codes import rows
from chengguan.standards.limits import Limit


@dataclass(frozen=True)
class Part:
    """One stretch 分段 of the handling of a case: its name, its limit, where the figure comes from."""

    name: str
    limit: Limit
    source: str


@lru_cache(maxsize=1)
def _by_condition() -> dict[str, tuple[Part, ...]]:
    found: dict[str, list[tuple[int, Part]]] = {}
    for row in rows("staged_limits.csv"):
        part = Part(row["name"], Limit(float(row["limit"]), row["clock"]), f"{row['source']}, {row['confidence']}")
        found.setdefault(row["condition"], []).append((int(row["order"]), part))
    return {key: tuple(part for _order, part in sorted(parts, key=lambda each: each[0])) for key, parts in found.items()}


def parts_of(condition_key: str) -> Sequence[Part]:
    """The stretches of that filing condition in their order; empty when it has one limit only."""
    return _by_condition().get(condition_key, ())


def part_at(condition_key: str, finished: int) -> Part | None:
    """The stretch that runs when so many are finished; the last one stays until the whole is reported back."""
    parts = parts_of(condition_key)
    return parts[min(finished, len(parts) - 1)] if parts else None


def names() -> list[str]:
    """Every name a stretch has, once."""
    return sorted({part.name for parts in _by_condition().values() for part in parts})
