"""Questions of evaluation. Each takes who asks and counts only what that person may see."""

from chengguan.evaluation.selectors.counts import CLOSING_DUE, COUNTS, Ask, Count
from chengguan.evaluation.selectors.figures import (
    Figures,
    Question,
    cases_behind,
    cases_of_ratio,
    figures,
    sides_of,
    times_of,
)
from chengguan.evaluation.selectors.periods import BASES, KINDS, POSTS_BASIS, Period, period
from chengguan.evaluation.selectors.tables import OBJECTS, POSTS, WITHIN, objects_for, sheet, table

__all__ = [
    "BASES", "CLOSING_DUE", "COUNTS", "KINDS", "OBJECTS", "POSTS", "POSTS_BASIS", "WITHIN", "Ask", "Count", "Figures", "Period", "Question", "cases_behind", "cases_of_ratio",
    "figures", "objects_for", "period", "sheet", "sides_of", "table", "times_of",
]  # fmt: skip
