"""Questions about surveys. Each takes who asks and answers only with what that person may see."""

from chengguan.surveys.selectors.progress import (
    OUTCOMES,
    Line,
    cells,
    found_in,
    kept_summary,
    lines,
    lines_of_each,
    sheets,
    summary_of,
    totals,
)
from chengguan.surveys.selectors.seeing import findings, patches, steps, visible
from chengguan.surveys.selectors.walks import Walk, matters_of, somewhere, taken_back_by, walk, walks, wanted_words

__all__ = [
    "OUTCOMES",
    "Line",
    "Walk",
    "cells",
    "findings",
    "found_in",
    "kept_summary",
    "lines",
    "lines_of_each",
    "matters_of",
    "patches",
    "sheets",
    "somewhere",
    "steps",
    "summary_of",
    "taken_back_by",
    "totals",
    "visible",
    "walk",
    "walks",
    "wanted_words",
]
