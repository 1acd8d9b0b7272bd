"""Search over every case there ever was, by Chinese words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, F, FloatField, Func, Q, QuerySet, TextField, Value
from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.cases.selectors.chinese import question_of, words_asked
from chengguan.cases.selectors.lines import lines_of
from chengguan.cases.selectors.seeing import called_from, reporter_known, sees_reporter, visible
from chengguan.cases.selectors.timeleft import show_times
from chengguan.cases.selectors.worklists import narrowed
from chengguan.people.selectors import Who
from chengguan.people.typed import moment, telephone, whole_number

MOST_RANKED = 200
"""Of the cases that fit, the newest are put in order by how well they fit; whoever wants older ones narrows the question. Each one costs
pages of a wide table to find and to weigh."""
LOOKED_THROUGH = 20_000
"""So many of the newest cases are looked through one by one first: words that are common are found among them often enough, and need
not be collected over all the years before. What is missing is collected by the index of words, which is quick while what it points at
is not: from as far back as should be enough, going by how many fitted so far, and then from further back."""
SPARE, WIDEST = 1.3, 6
"""How much further back than that, and how many times as far as was looked already at the most: the newest cases are all open, and say
nothing of how many closed ones there are."""


@dataclass(frozen=True)
class Found:
    """One page. `after` asks for the next one. `more` when there are older ones than were ranked; `words` are what to mark."""

    cases: list[Case]
    after: str
    more: bool
    words: Sequence[str]


class _Matches(Func):
    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()


class _Fits(_Matches):
    """The same, asked of each row that is looked at: no index answers it."""

    template = "((%(expressions)s::tsquery) IS TRUE)"


class _Rank(Func):
    """Heavier words first: a number, then the matter, the place, what was said."""

    function = "ts_rank"
    template = "round(%(function)s(%(expressions)s::tsquery)::numeric, 3)"
    output_field = FloatField()


def find(
    who: Who, *, text: str = "", since: datetime | None = None, until: datetime | None = None,
    after: str = "", size: int = 50, now: datetime | None = None, **filters: Any,
) -> Found:  # fmt: skip
    """Cases of any state that this person may see: those that fit `text` best first, then the newest; without text the newest.
    `since` and `until` bound the report; the other filters are the work list's."""
    now = now or timezone.now()
    cases = narrowed(who, visible(who), now, filters)
    if since is not None:
        cases = cases.filter(reported_at__gte=since)
    if until is not None:
        cases = cases.filter(reported_at__lt=until)
    keys, more = _ranked(who, cases, text, after, size) if text.strip() else (_newest(cases, after, size), False)
    known = lines_of(pk for pk, _key in keys[:size])
    rows = [known[pk] for pk, _key in keys[:size] if pk in known]
    show_times(rows, now)
    return Found(rows, keys[size - 1][1] if len(keys) > size else "", more, words_asked(text))


def _newest(cases: QuerySet[Case], after: str, size: int) -> list[tuple[int, str]]:
    first, _tilde, last = after.rpartition("~")
    at, pk = moment(first), whole_number(last)
    if at is not None and pk is not None:
        cases = cases.filter(Q(reported_at=at, pk__gt=pk) | Q(reported_at__lt=at), reported_at__lte=at)
    rows = cases.order_by("-reported_at", "id").values_list("pk", "reported_at")[: size + 1]
    return [(pk, f"{at.isoformat()}~{pk}") for pk, at in rows]


def _ranked(who: Who, cases: QuerySet[Case], text: str, after: str, size: int) -> tuple[list[tuple[int, str]], bool]:
    """Ids with their keys, and whether more fit than were ranked. A key holds the newest case of the first page, so that those
    that arrive meanwhile push nothing from one page to the next."""
    top, rank, last = _place(after)
    question = question_of(text)
    newest = _newest_that_fit(who, cases if top is None else cases.filter(pk__lte=top), text, question)
    ranked: Any = Case.objects.filter(pk__in=newest[:MOST_RANKED])
    weight: Any = _Rank(F("cut__words"), Value(question, TextField())) if question else Value(0.0, FloatField())
    rows = sorted(ranked.annotate(weight=weight).values_list("pk", "weight"), key=lambda row: (-(row[1] or 0), -row[0]))
    if rank is not None and last is not None:
        rows = [(pk, weight) for pk, weight in rows if (-(weight or 0), -pk) > (-rank, -last)]
    top = top or (newest[0] if newest else 0)
    return [(pk, f"{top}~{weight or 0}~{pk}") for pk, weight in rows[: size + 1]], len(newest) > MOST_RANKED


def _newest_that_fit(who: Who, cases: QuerySet[Case], text: str, question: str) -> list[int]:
    """The ids of the newest MOST_RANKED that fit, and one more. By words; a telephone number, for those who may see it, by itself: it is
    no word of any case."""
    asked = text.strip()
    digits = asked.isascii() and asked.replace("-", "").replace(" ", "").isdigit() and len(asked) >= 7
    if (digits or telephone(asked, short=False)) and sees_reporter(who):
        called = cases.filter(reporter_known(who), called_from(asked))
        if called.exists():
            return _ids(called)
    if not question:
        return []
    words = (F("cut__words"), Value(question, TextField()))
    last = Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    low = max(last - LOOKED_THROUGH, 0)
    found = _ids(cases.filter(_Fits(*words), cut__pk__gt=low))
    narrowed_too = bool(cases.query.where)
    while low > 0 and len(found) <= MOST_RANKED:
        looked = last - low
        enough = SPARE * looked * MOST_RANKED / len(found) if found else last
        far = min(enough, WIDEST * looked) if narrowed_too else enough
        until = max(last - max(round(far), 2 * looked), 0) if far < last / 2 else 0
        stretch = cases.filter(_Matches(*words), cut__pk__lte=low, cut__pk__gt=until)
        found, low = found + _ids(stretch, MOST_RANKED + 1 - len(found)), until
    return found


def _ids(cases: QuerySet[Case], most: int | None = None) -> list[int]:
    return list(cases.order_by("-pk").values_list("pk", flat=True)[: MOST_RANKED + 1 if most is None else most])


def _place(after: str) -> tuple[int | None, float | None, int | None]:
    parts = after.split("~")
    if len(parts) != 3:
        return None, None, None
    try:
        return whole_number(parts[0]), float(parts[1]), whole_number(parts[2])
    except ValueError:
        return None, None, None

