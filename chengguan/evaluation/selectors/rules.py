"""What the county decided of how it counts: its open ratios, and whether suspended cases are due. Read once for each question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chengguan.cases.selectors import settings
from chengguan.standards.ratios import OPEN, RATIOS, Ratio, by_county


@dataclass(frozen=True)
class Rules:
    """`ratios`: every ratio by its slug, the open ones as the county has them."""

    suspended_due: bool = False
    ratios: Mapping[str, Ratio] = field(default_factory=lambda: RATIOS)


def in_force() -> Rules:
    chosen = settings()
    said = {slug: by_county(slug, chosen[f"ratio.{slug}"]) for slug in OPEN}
    return Rules(chosen["evaluation.suspended"] == "counted", {slug: said.get(slug, ratio) for slug, ratio in RATIOS.items()})
