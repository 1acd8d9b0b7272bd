"""Who reported a case, and what was merged into it: by what they are found wherever somebody wrote of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chengguan.cases.models import Case, Report

SHORTEST = 2
"""A name of one letter stands in every text."""


def below(cases: Sequence[int]) -> list[int]:
    """What was merged into these, and into those, and so on."""
    found: list[int] = []
    while cases:
        cases = list(Case.objects.filter(merged_into__in=cases).exclude(pk__in=found).values_list("pk", flat=True))
        found += cases
    return found


def names_of(cases: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """By case the names and telephones of its reporters."""
    ids = list(cases)
    told: dict[int, set[str]] = {pk: set() for pk in ids}
    rows = [*Case.objects.filter(pk__in=ids).values_list("pk", "reporter_name", "reporter_phone")]
    rows += Report.objects.filter(case__in=ids).values_list("case", "reporter_name", "reporter_phone")
    for pk, *said in rows:
        told[pk] |= {word for word in said if len(word) >= SHORTEST}
    return {pk: tuple(sorted(words)) for pk, words in told.items()}
