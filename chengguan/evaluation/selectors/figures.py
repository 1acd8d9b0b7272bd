"""The figures: all counts of a period for each department, township, community or person in one query a table, the ratios from
them, and exactly the cases behind each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Avg, Q, QuerySet, Sum
from django.db.models import Count as Rows
from django.db.models.functions import Coalesce

from chengguan.cases import workflow
from chengguan.cases.models import Case, Step, Task
from chengguan.cases.selectors import visible
from chengguan.evaluation.models import CaseFact, MissedReport, SpotCheck, TurnFact
from chengguan.evaluation.selectors.counts import COUNTS, SCORED, Ask, Count
from chengguan.evaluation.selectors.periods import BASES, Period
from chengguan.evaluation.selectors.rules import Rules, in_force
from chengguan.people.selectors import Who, reach
from chengguan.standards.ratios import Ratio

MODELS: dict[str, type[Any]] = {"case": CaseFact, "turn": TurnFact, "step": Step, "task": Task, "check": SpotCheck, "miss": MissedReport}
KEYS: dict[str, dict[str, str]] = {
    "all": {"case": ""},
    "department": {"case": "department", "turn": "department"},
    "township": {"case": "township"},
    "community": {"case": "community"},
    "unit_grid": {"case": "case__unit_grid"},
    "post": {"step": "who", "task": "account", "check": "inspector", "miss": "inspector"},
}
"""What is compared: by which column each table is grouped. A unit grid is no column of the facts: only who asks for the grids of a
community reads the cases for it."""
CASE_OF = {"case": "case", "turn": "fact__case", "step": "case", "task": "case", "check": "case", "miss": "case"}
MOMENT = {"step": "acted_at", "task": "sent_at", "check": "judged_at", "miss": "case__reported_at"}


@dataclass(frozen=True)
class Question:
    """What is asked: the period, by which moment, which definition of 应结案数, as of when, by the county's rules of that day; of
    cases only those `within` an area ("township" or "community", its id)."""

    period: Period
    now: datetime
    basis: str = "reported"
    closing_due: str = "overdue"
    within: tuple[str, int] | None = None
    rules: Rules = field(default_factory=in_force)

    @property
    def ask(self) -> Ask:
        """By deadline the whole period has fallen due; otherwise what has by now."""
        return Ask(self.now, self.period.end if self.basis == "due" else self.now, self.closing_due, self.rules.suspended_due)

    def when(self, count: Count) -> Q:
        here = Q(**{self.within[0]: self.within[1]}) if self.within is not None and count.of == "case" else Q()
        if count.backlog:
            return here
        moment = MOMENT.get(count.of) or ("fact__" if count.of == "turn" else "") + BASES[self.basis][1]
        return here & Q(**{f"{moment}__gte": self.period.start, f"{moment}__lt": self.period.end})


@dataclass
class Figures:
    """Of one department, area or person."""

    key: Any
    ratios: Mapping[str, Ratio]
    counts: dict[str, int] = field(default_factory=dict)
    scored: dict[str, int] = field(default_factory=dict)
    """The same without what is exempt or not yet anybody's; the ratios divide these."""
    means: dict[str, float | None] = field(default_factory=dict)
    """Of accepting and of handling, in seconds of their clocks (accept_s, handle_s); and of handling over its limit (handle_times)."""

    def ratio(self, slug: str) -> float | None:
        return self.ratios[slug].of(self.counts | self.scored)

    def parts(self, slug: str) -> tuple[int, int]:
        """What the ratio divides by what."""
        ratio, figures = self.ratios[slug], self.counts | self.scored
        return sum(figures.get(each, 0) for each in ratio.over), sum(figures.get(each, 0) for each in ratio.unders)


def rows_of(who: Who, count: Count, question: Question) -> QuerySet[Any]:
    """What counts, of what this person may see."""
    return _seen(who, count.of).filter(question.when(count), count.where(question.ask))


def _seen(who: Who, of: str) -> QuerySet[Any]:
    rows = MODELS[of].objects.order_by()
    if reach(who, "cases.see").everything:
        return rows
    return rows.filter(**{f"{CASE_OF[of]}__in": visible(who).values("pk")})


def figures(who: Who, by: str, question: Question, slugs: Iterable[str] = ()) -> dict[Any, Figures]:
    """Key (id of the department, area or account; "" for all together) -> its figures. `slugs`: only these counts."""
    wanted = [COUNTS[slug] for slug in slugs] or list(COUNTS.values())
    found: dict[Any, Figures] = {}
    for of, column in KEYS[by].items():
        for backlog in (False, True):
            counts = [count for count in wanted if count.of == of and count.backlog == backlog]
            if counts:
                _add(found, who, of, column, counts, question)
    return found


def _add(found: dict[Any, Figures], who: Who, of: str, column: str, counts: list[Count], question: Question) -> None:
    ask = question.ask
    each: dict[str, Any] = {}
    for count in counts:
        each[f"n_{count.slug}"] = _aggregate(count, count.where(ask))
        if count.scored:
            each[f"s_{count.slug}"] = _aggregate(count, count.where(ask) & SCORED)
    if of == "case" and not counts[0].backlog:
        each |= {f"m_{column}": Avg(column) for column in ("accept_s", "handle_s", "handle_times")}
    rows = _seen(who, of).filter(question.when(counts[0]))
    if counts[0].backlog:
        rows = rows.filter(state__in=workflow.OPEN)
    lines = rows.filter(**{f"{column}__isnull": False}).values(column).annotate(**each) if column else [rows.aggregate(**each)]
    for line in lines:
        key = line.get(column, "")
        one = found.setdefault(key, Figures(key, question.rules.ratios))
        for name, value in line.items():
            into: Any = {"n_": one.counts, "s_": one.scored, "m_": one.means}.get(name[:2])
            if into is not None and name != column:
                into[name[2:]] = value


def _aggregate(count: Count, where: Q) -> Any:
    if count.times:
        return Coalesce(Sum(count.times, filter=where), 0)
    return Rows("pk", filter=where) if where else Rows("pk")


def _counted(who: Who, slug: str, question: Question, by: str, key: Any, scored: bool) -> QuerySet[Any]:
    """The rows that one count counts. KeyError for a count or a comparison that does not exist."""
    count = COUNTS[slug]
    rows = rows_of(who, count, question)
    column = KEYS[by][count.of]
    if column:
        rows = rows.filter(**{column: key})
    return rows.filter(SCORED) if scored and count.scored else rows


def _behind(who: Who, slug: str, question: Question, by: str, key: Any, scored: bool) -> QuerySet[Any]:
    return _counted(who, slug, question, by, key, scored).values(CASE_OF[COUNTS[slug].of])


def cases_behind(who: Who, slug: str, question: Question, by: str = "all", key: Any = "", scored: bool = False) -> QuerySet[Case]:
    """Exactly the cases of a figure. KeyError for a count or a comparison that does not exist."""
    return visible(who).filter(pk__in=_behind(who, slug, question, by, key, scored))


def times_of(who: Who, slugs: Iterable[str], question: Question, by: str = "all", key: Any = "", scored: bool = False) -> int | None:
    """The figure itself where it may count a case more than once: what was done with it, or several counts added up; else None."""
    counts = [COUNTS[slug] for slug in slugs]
    if len(counts) == 1 and not counts[0].by_times:
        return None
    rows = [(count, _counted(who, count.slug, question, by, key, scored)) for count in counts]
    return sum(found.aggregate(n=Coalesce(Sum(count.times), 0))["n"] if count.times else found.count() for count, found in rows)


def sides_of(ratio: Ratio, side: str) -> Sequence[str]:
    """The counts of one side, "over" or "under"."""
    return ratio.over if side == "over" else ratio.unders


def cases_of_ratio(who: Who, slug: str, side: str, question: Question, by: str = "all", key: Any = "") -> QuerySet[Case]:
    """Exactly the cases of one side of a ratio: of what is scored, as the ratio divides it."""
    found = [Q(pk__in=_behind(who, each, question, by, key, True)) for each in sides_of(question.rules.ratios[slug], side)]
    return visible(who).filter(reduce(or_, found))
