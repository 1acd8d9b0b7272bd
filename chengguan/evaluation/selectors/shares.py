"""构成: of what the cases of a figure are made up, by source, by kind, by major class; each part's share of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count as Rows
from django.db.models import F, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases.models import KINDS, SOURCES
from chengguan.evaluation.selectors.counts import COUNTS
from chengguan.evaluation.selectors.figures import KEYS, Question, rows_of
from chengguan.people.selectors import Who
from chengguan.standards import codes

DIMENSIONS: dict[str, Any] = {"source": gettext_lazy("来源"), "kind": gettext_lazy("部件与事件"), "major": gettext_lazy("大类（各占部件或事件）")}
MADE_OF = ("reported", "accepted", "filed", "handled", "closed", "unclosed_late", "voided")
"""Counts of cases whose make-up is worth asking for."""


@dataclass(frozen=True)
class Share:
    """`value` between 0 and 1 of `whole`: of all, and of a major class of its own kind."""

    key: str
    name: str
    n: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.n / self.whole if self.whole else None


def shares(who: Who, slug: str, dimension: str, question: Question, by: str = "all", key: Any = "") -> list[Share]:
    """The greatest first. KeyError for a count or a dimension that does not exist."""
    count = COUNTS[slug]
    if count.of != "case" or dimension not in DIMENSIONS:
        raise KeyError(slug, dimension)
    rows = rows_of(who, count, question)
    column = KEYS[by]["case"]
    if column:
        rows = rows.filter(**{column: key})
    part = Substr("matter_code", 1, 2) if dimension == "major" else F(dimension)
    lines = list(rows.annotate(part=part).values("part", "kind").annotate(n=Rows("pk")).order_by())
    found: dict[tuple[str, str], int] = {}
    wholes: dict[str, int] = {}
    for line in lines:
        within = line["kind"] if dimension == "major" else ""
        found[within, line["part"]] = found.get((within, line["part"]), 0) + line["n"]
        wholes[within] = wholes.get(within, 0) + line["n"]
    made = [Share(f"{within}{part}" if within else part, _name(dimension, within, part), n, wholes[within]) for (within, part), n in found.items()]
    return sorted(made, key=lambda each: (-each.n, each.key))


def _name(dimension: str, kind: str, part: str) -> str:
    if dimension == "source":
        return str(dict(SOURCES).get(part, part))
    if dimension == "kind":
        return str(dict(KINDS).get(part, part))
    name = codes.in_force().majors["matter"].get(part, "") if part else ""
    return f"{dict(KINDS)[kind]} · {name or part or _('尚未分类')}"


def of_part(dimension: str, key: str) -> Q:
    """The cases of one part, for the list behind it."""
    if dimension != "major":
        return Q(**{dimension: key})
    kind = next((each for each, _label in KINDS if key.startswith(each)), "")
    part = key.removeprefix(kind)
    return Q(kind=kind) & (Q(matter_code__startswith=part) if part else Q(matter_code=""))
