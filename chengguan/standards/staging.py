"""Staged limits: where one case has several things to finish one after another, each with a limit of its own.

A burst main is first fenced off, then repaired, then the road is made good. Seen in one county's list; a condition
that is not in the data has one limit, its own, unless the county says otherwise (cases.selectors.stages).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chengguan.standards.codes import rows
from chengguan.standards.limits import LONGEST, Limit

MOST = 6
LONGEST_NAME = 20


@dataclass(frozen=True)
class Part:
    """One stretch 分段 of the handling of a case: its name, its limit, where the figure comes from."""

    name: str
    limit: Limit
    source: str = ""


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


def part_at(parts: Sequence[Part], finished: int) -> Part | None:
    """The stretch that runs when so many are finished; the last one stays until the whole is reported back."""
    return parts[min(finished, len(parts) - 1)] if parts else None


def read(kept: Sequence[Sequence[Any]]) -> tuple[Part, ...]:
    """From [name, value, clock] each, as a case or the county keeps them."""
    return tuple(Part(name, Limit(float(value), clock)) for name, value, clock in kept)


def kept(parts: Sequence[Part]) -> list[list[Any]]:
    return [[part.name, part.limit.value, part.limit.clock] for part in parts]


def wrong_with(parts: Sequence[Part]) -> str:
    """Why these cannot be stretches of one case, all of it in words; "" when they can. None at all means: one limit for the whole."""
    return "；".join(words for _place, words in faults(parts))


def faults(parts: Sequence[Part]) -> list[tuple[int | None, str]]:
    """Of each stretch by its place from 0, and of the whole (None), what is wrong with it."""
    found: list[tuple[int | None, str]] = []
    for place, part in enumerate(parts):
        called = f"“{part.name}”段" if part.name else f"第 {place + 1} 段"
        if not part.name or len(part.name) > LONGEST_NAME:
            found.append((place, f"{called}要有一个不超过 {LONGEST_NAME} 字的名称"))
        if part.limit.clock not in LONGEST:
            found.append((place, f"{called}没有选计时方式"))
        elif not 0 < part.limit.value <= LONGEST[part.limit.clock]:
            found.append((place, f"{called}的时限应大于零、不超过一年"))
        elif part.limit.clock == "natural_day" and part.limit.value != int(part.limit.value):
            found.append((place, f"{called}按自然日计，应为整数"))
        if part.name and part.name in {earlier.name for earlier in parts[:place]}:
            found.append((place, f"两段不能同名：{part.name}"))
    return found if len(parts) <= MOST else [*found, (None, f"最多分 {MOST} 段")]


def conditions() -> list[str]:
    """Every filing condition that has stretches."""
    return sorted(_by_condition())


def names() -> list[str]:
    """Every name a stretch has, once."""
    return sorted({part.name for parts in _by_condition().values() for part in parts})
