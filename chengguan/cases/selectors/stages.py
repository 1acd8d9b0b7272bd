"""Into which stretches 分段 the handling of a case falls: as this case keeps them, as the county says, as the list says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from chengguan.cases.models import Case, StagedLimit
from chengguan.cases.words import limit_words
from chengguan.standards import staging
from chengguan.standards.staging import Part


def parts_of(condition_key: str) -> Sequence[Part]:
    """What holds for cases whose handling begins now; empty for one limit only."""
    own = StagedLimit.objects.filter(condition_key=condition_key).first() if condition_key else None
    return staging.read(own.parts) if own is not None else staging.parts_of(condition_key)


def parts_for(case: Case) -> Sequence[Part]:
    return parts_of(case.condition_key) if case.parts is None else staging.read(case.parts)


def left_of(case: Case) -> Sequence[Part]:
    """The stretch that runs and those after it: what may still be changed."""
    return parts_for(case)[case.parts_done :]


def in_words(parts: Sequence[Part]) -> str:
    """围护 3 紧急工作时 → 修复 8 紧急工作时."""
    return " → ".join(f"{_(part.name)} {limit_words(part.limit.value, part.limit.clock)}" for part in parts)


def staged_conditions() -> Iterator[tuple[str, Sequence[Part], bool]]:
    """(condition, stretches, whether the county said so) of every condition that has stretches or had them taken away."""
    own = {row.condition_key: staging.read(row.parts) for row in StagedLimit.objects.all()}
    for key in sorted({*own, *staging.conditions()}):
        yield key, own.get(key, staging.parts_of(key)), key in own
