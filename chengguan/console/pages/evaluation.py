"""The evaluation page: departments, areas and posts side by side over a period; each figure opens to its cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases.selectors.configuration import held
from chengguan.cases.selectors.lines import in_lines
from chengguan.cases.selectors.timeleft import show_times
from chengguan.console.pages.evaluation_drawn import (
    MEANS,
    back,
    below,
    cases_url,
    change,
    drawn,
    formula,
    inside,
    percent,
    printed,
    query,
    question_of,
    sides,
    standing,
)
from chengguan.console.pages.line import lines
from chengguan.console.pages.lists import rows_of
from chengguan.evaluation import selectors
from chengguan.evaluation.selectors import Question
from chengguan.evaluation.selectors.shares import DIMENSIONS, MADE_OF, of_part, shares
from chengguan.evaluation.selectors.tables import Table
from chengguan.people import navigation, spreadsheets
from chengguan.people.access import Request, requires
from chengguan.people.roles import ROLES
from chengguan.people.selectors import may
from chengguan.people.typed import day, whole_number
from chengguan.places.models import Area
from chengguan.standards.ratios import OPEN

navigation.add("evaluation", gettext_lazy("综合评价"), "/evaluation", order=60, action="evaluation.see")


def asked(request: Request) -> dict[str, Any]:
    """The choices of the page, each one that exists; the month we are in by default."""
    data: Mapping[str, str] = request.GET
    objects = selectors.objects_for(request.who)

    def one_of(name: str, values: Any, default: str) -> str:
        return data.get(name, "") if data.get(name, "") in values else default

    kind = one_of("kind", selectors.KINDS, "month")
    by = one_of("by", (*objects, *(["unit_grid"] if "community" in objects else []), "all"), objects[0])
    first = day(data.get("day")) or timezone.localdate()
    return {
        "by": by,
        "within": area_within(data.get("within"), by),
        "role": one_of("role", selectors.POSTS, selectors.POSTS[0]),
        "basis": one_of("basis", selectors.BASES, "reported"),
        "closing": one_of("closing", selectors.CLOSING_DUE, "overdue"),
        "period": selectors.period(kind, first, day(data.get("last"))),
    }


def area_within(said: str | None, by: str) -> Area | None:
    """The area within which it is asked: one level up from what is compared, either level for a sum of all."""
    levels = selectors.WITHIN.values() if by == "all" else [selectors.WITHIN.get(by, "")]
    return Area.objects.filter(pk=whole_number(said) or 0, level__in=levels).only("pk", "name", "level").first()


@require_GET
@requires("evaluation.see")
def evaluation(request: Request) -> HttpResponse:
    choice = asked(request)
    if choice["by"] == "all":
        choice |= {"by": selectors.objects_for(request.who)[0], "within": None}
    if choice["by"] == "unit_grid" and choice["within"] is None:
        choice["by"] = "community"
    question = question_of(choice)
    found = selectors.table(request.who, choice["by"], question, choice["role"])
    if request.GET.get("as") == "xlsx":
        return as_sheet(found, choice, printed(choice, question))
    now = timezone.localdate()
    context = {
        "table": found, "choice": choice, "printed": printed(choice, question), "here": query(choice),
        "tabs": [
            {"name": selectors.OBJECTS[by], "url": query(choice, by=by, within=""), "on": by == choice["by"] and choice["within"] is None}
            for by in selectors.objects_for(request.who)
        ],
        "inside": inside(choice),
        "roles": [{"name": ROLES[role].name, "url": query(choice, role=role), "on": role == choice["role"]} for role in selectors.POSTS],
        "kinds": [
            {"slug": kind, "name": name, "on": kind == choice["period"].kind,
             "url": query(choice, period=selectors.period(kind, min(choice["period"].last, max(choice["period"].first, now)), choice["period"].last))}
            for kind, name in selectors.KINDS.items()
        ],
        "before": query(choice, period=choice["period"].before()), "after": query(choice, period=choice["period"].after()),
        "bases": [(slug, name) for slug, (name, _column) in selectors.BASES.items()], "closings": selectors.CLOSING_DUE.items(),
        "lines": [drawn(line, choice) for line in found.lines], "whole": drawn(found.whole, choice) if found.whole else None,
        "may_check": "post" in selectors.objects_for(request.who), "may_judge": may(request.who, "evaluation.judge"), "formulas": [(_(ratio.name), formula(ratio), standing(ratio)) for ratio in found.ratios],
    }  # fmt: skip
    return render(request, "console/evaluation/page.html", context)


@require_GET
@requires("evaluation.see")
def evaluation_one(request: Request) -> HttpResponse:
    """Every count of one department, area or person, with its meaning; every ratio with its formula."""
    choice = asked(request)
    key: Any = whole_number(request.GET.get("key")) or ""
    question = question_of(choice)
    found = selectors.sheet(request.who, choice["by"], key, question)
    if found is None or (key == "") != (choice["by"] == "all"):
        raise Http404
    name, counts, rates, means = found
    context = {
        "name": name, "choice": choice, "printed": printed(choice, question), "back": back(choice),
        **below(choice, choice["by"], key),
        "counts": [{"count": count, "n": n, "before": before, "url": cases_url(choice, count.slug, choice["by"], key) if n else ""} for count, n, before in counts],
        "rates": [
            {"name": _(rate.ratio.name), "formula": formula(rate.ratio), "standing": standing(rate.ratio), "value": percent(rate.value),
             "setting": f"ratio.{rate.ratio.slug}" if rate.ratio.slug in OPEN and may(request.who, "cases.configure") else "",
             **sides(choice, rate, choice["by"], key), **change(rate)}
            for rate in rates
        ],
        "means": [(words, meaning, f"{value / each:.2f}", unit) for slug, words, meaning, each, unit in MEANS if (value := means.get(slug)) is not None],
        **made_of(request, choice, key),
    }  # fmt: skip
    return render(request, "console/evaluation/one.html", context)



def made_of(request: Request, choice: Mapping[str, Any], key: Any) -> dict[str, Any]:
    """Of what one count is made up; nothing for a post, whose figures are what it did."""
    if choice["by"] == "post":
        return {}
    slug = request.GET.get("of", "") if request.GET.get("of", "") in MADE_OF else "accepted"
    parts = [
        {
            "name": name,
            "lines": [
                {"name": each.name, "n": each.n, "value": percent(each.value), "url": cases_url(choice, slug, choice["by"], key) + "&" + urlencode({"part": dimension, "is": each.key})}
                for each in shares(request.who, slug, dimension, question_of(choice), choice["by"], key)
            ],
        }
        for dimension, name in DIMENSIONS.items()
    ]
    offered = [{"name": selectors.COUNTS[each].name, "url": query(choice, key=key, of=each), "on": each == slug} for each in MADE_OF]
    return {"made": parts, "made_of": offered}


@require_GET
@requires("evaluation.see")
@held()
def evaluation_cases(request: Request) -> HttpResponse:
    """The cases behind one figure, or behind one side of a ratio."""
    choice = asked(request)
    key: Any = whole_number(request.GET.get("key")) or ""
    question = question_of(choice)
    if (key == "") != (choice["by"] == "all"):
        raise Http404
    try:
        rows, times, name, meaning = behind(request, question, choice["by"], key)
    except KeyError:
        raise Http404 from None
    if request.GET.get("part") in DIMENSIONS:
        rows = rows.filter(of_part(request.GET["part"], request.GET.get("is", "")))
    ordered = in_lines(rows).order_by("-reported_at", "-pk")
    page = Paginator(ordered, 50).get_page(request.GET.get("page"))
    if times == page.paginator.count and choice["by"] != "post":
        times = None  # nothing counted twice
    now = timezone.now()
    show_times(page, now)
    names = {role: each.name for role, each in ROLES.items()}
    context = {
        "page": page, "rows": page.object_list, "lines": lines(rows_of(page, names, now), asked=False), "name": name, "times": times, "meaning": meaning, "printed": printed(choice, question), "back": back(choice),
    }  # fmt: skip
    return render(request, "console/evaluation/cases.html", context)


def behind(request: Request, question: Question, by: str, key: Any) -> tuple[Any, int | None, str, str]:
    """The cases, how many times where the figure counts times, of what, and what it means. KeyError for what is no count and
    no side of a ratio, or not counted for such objects."""
    data, who = request.GET, request.who
    if data.get("ratio"):
        ratio, side = question.rules.ratios[data["ratio"]], {"over": _("分子"), "under": _("分母")}[data.get("side", "")]
        rows = selectors.cases_of_ratio(who, ratio.slug, data["side"], question, by, key)
        times = selectors.times_of(who, selectors.sides_of(ratio, data["side"]), question, by, key, scored=True)
        return rows, times, f"{_(ratio.name)} · {side}", formula(ratio)
    count = selectors.COUNTS[data.get("count", "")]
    rows = selectors.cases_behind(who, count.slug, question, by, key)
    return rows, selectors.times_of(who, [count.slug], question, by, key), str(count.name), str(count.meaning)


def as_sheet(found: Table, choice: Mapping[str, Any], told: list[tuple[str, str]]) -> HttpResponse:
    """The table as it stands on the page, what it is of below it."""
    headers = [_("名称"), *(str(count.name) for count in found.counts)]
    for ratio in found.ratios:
        headers += [f"{_(ratio.name)} %（{formula(ratio)}）", _("较上期")]
    rows: list[list[Any]] = []
    for line in [*found.lines, *([found.whole] if found.whole else [])]:
        row: list[Any] = [line.name, *(n for _count, n in line.counts)]
        for rate in line.rates:
            row += [None if rate.value is None else round(100 * rate.value, 2), None if rate.change is None else round(rate.change, 2)]
        rows.append(row)
    rows += [[], *([words, value] for words, value in told)]
    first: date = choice["period"].first
    return spreadsheets.download(f"evaluation-{choice['by']}-{first:%Y%m%d}", headers, rows)


urlpatterns = [
    path("evaluation", evaluation, name="evaluation"),
    path("evaluation/one", evaluation_one, name="evaluation-one"),
    path("evaluation/cases", evaluation_cases, name="evaluation-cases"),
]
