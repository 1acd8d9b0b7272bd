"""The evaluation page: departments, areas and posts side by side over a period; each figure opens to its cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases.selectors.timeleft import show_times
from chengguan.cases.selectors.worklists import in_lines
from chengguan.console.pages.lists import rows_of
from chengguan.evaluation import selectors
from chengguan.evaluation.selectors import Question
from chengguan.evaluation.selectors.shares import DIMENSIONS, MADE_OF, of_part, shares
from chengguan.evaluation.selectors.tables import Line, Table
from chengguan.people import navigation, spreadsheets
from chengguan.people.access import Request, requires
from chengguan.people.roles import ROLES
from chengguan.people.selectors import may
from chengguan.people.typed import day, whole_number

navigation.add("evaluation", gettext_lazy("综合评价"), "/evaluation", order=60, action="evaluation.see")


def asked(request: Request) -> dict[str, Any]:
    """The choices of the page, each one that exists; the month we are in by default."""
    data: Mapping[str, str] = request.GET
    objects = selectors.objects_for(request.who)

    def one_of(name: str, values: Any, default: str) -> str:
        return data.get(name, "") if data.get(name, "") in values else default

    kind = one_of("kind", selectors.KINDS, "month")
    first = day(data.get("day")) or timezone.localdate()
    return {
        "by": one_of("by", (*objects, "all"), objects[0]),
        "role": one_of("role", selectors.POSTS, selectors.POSTS[0]),
        "basis": one_of("basis", selectors.BASES, "reported"),
        "closing": one_of("closing", selectors.CLOSING_DUE, "overdue"),
        "period": selectors.period(kind, first, day(data.get("last"))),
    }


def query(choice: Mapping[str, Any], **changed: Any) -> str:
    period = changed.pop("period", choice["period"])
    values = {
        "by": choice["by"], "role": choice["role"] if choice["by"] == "post" else "", "kind": period.kind, "day": period.first,
        "last": period.last if period.kind == "custom" else "", "basis": choice["basis"], "closing": choice["closing"], **changed,
    }  # fmt: skip
    return "?" + urlencode({name: value for name, value in values.items() if value not in ("", None)})


def question_of(choice: Mapping[str, Any]) -> Question:
    return Question(choice["period"], timezone.now(), choice["basis"], choice["closing"])


def printed(choice: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the figures are figures of, as it stands on page and sheet."""
    basis = selectors.POSTS_BASIS if choice["by"] == "post" else selectors.BASES[choice["basis"]][0]
    found = [(_("期间"), choice["period"].words), (_("统计口径"), str(basis))]
    if choice["by"] != "post":
        found.append((_("应结案数"), str(selectors.CLOSING_DUE[choice["closing"]])))
    return found


@require_GET
@requires("evaluation.see")
def evaluation(request: Request) -> HttpResponse:
    choice = asked(request)
    if choice["by"] == "all":
        choice["by"] = selectors.objects_for(request.who)[0]
    found = selectors.table(request.who, choice["by"], question_of(choice), choice["role"])
    if request.GET.get("as") == "xlsx":
        return as_sheet(found, choice)
    now = timezone.localdate()
    context = {
        "table": found, "choice": choice, "printed": printed(choice), "here": query(choice),
        "tabs": [{"name": selectors.OBJECTS[by], "url": query(choice, by=by), "on": by == choice["by"]} for by in selectors.objects_for(request.who)],
        "roles": [{"name": ROLES[role].name, "url": query(choice, role=role), "on": role == choice["role"]} for role in selectors.POSTS],
        "kinds": [
            {"slug": kind, "name": name, "on": kind == choice["period"].kind,
             "url": query(choice, period=selectors.period(kind, min(choice["period"].last, max(choice["period"].first, now)), choice["period"].last))}
            for kind, name in selectors.KINDS.items()
        ],
        "before": query(choice, period=choice["period"].before()), "after": query(choice, period=choice["period"].after()),
        "bases": [(slug, name) for slug, (name, _column) in selectors.BASES.items()], "closings": selectors.CLOSING_DUE.items(),
        "lines": [drawn(line, choice) for line in found.lines], "whole": drawn(found.whole, choice) if found.whole else None,
        "may_check": "post" in selectors.objects_for(request.who), "may_judge": may(request.who, "evaluation.judge"), "formulas": [(_(ratio.name), formula(ratio)) for ratio in found.ratios],
    }  # fmt: skip
    return render(request, "console/evaluation/page.html", context)


def formula(ratio: Any) -> str:
    over = " + ".join(str(selectors.COUNTS[slug].name) for slug in ratio.over)
    under = " + ".join(str(selectors.COUNTS[slug].name) for slug in ratio.unders)
    return f"{over} ÷ {under}" if len(ratio.unders) == 1 else f"{over} ÷ ({under})"


def percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.2f}%"


def drawn(line: Line, choice: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the addresses its figures lead to."""
    by = choice["by"] if line.key != "" else "all"
    key = line.key
    return {
        "name": line.name, "url": reverse("evaluation-one") + query(choice, by=by, key=key),
        "counts": [{"n": n, "url": cases_url(choice, count.slug, by, key) if n and (by != "all" or count.of == "case") else ""} for count, n in line.counts],
        "rates": [{"value": percent(rate.value), "over": rate.over, "under": rate.under, **change(rate)} for rate in line.rates],
    }  # fmt: skip


def change(rate: Any) -> dict[str, Any]:
    """The points against the period before; whether for the better is said by a word, not by a colour alone."""
    if rate.change is None or abs(rate.change) < 0.005:
        return {"change": "", "better": None}
    return {"change": f"{rate.change:+.2f}", "better": (rate.change > 0) == rate.ratio.higher_is_better}


def cases_url(choice: Mapping[str, Any], slug: str, by: str, key: Any) -> str:
    return reverse("evaluation-cases") + query(choice, by=by, key=key, count=slug)


@require_GET
@requires("evaluation.see")
def evaluation_one(request: Request) -> HttpResponse:
    """Every count of one department, area or person, with its meaning; every ratio with its formula."""
    choice = asked(request)
    key: Any = whole_number(request.GET.get("key")) or ""
    found = selectors.sheet(request.who, choice["by"], key, question_of(choice))
    if found is None or (key == "") != (choice["by"] == "all"):
        raise Http404
    name, counts, rates, seconds = found
    means = (("accept", _("平均受理时长")), ("handle", _("平均处置时长")))
    context = {
        "name": name, "choice": choice, "printed": printed(choice),
        "back": query(choice, by="" if choice["by"] == "all" else choice["by"]),
        "counts": [{"count": count, "n": n, "before": before, "url": cases_url(choice, count.slug, choice["by"], key) if n else ""} for count, n, before in counts],
        "rates": [{"name": _(rate.ratio.name), "formula": formula(rate.ratio), "value": percent(rate.value), "over": rate.over, "under": rate.under, **change(rate)} for rate in rates],
        "hours": [(words, f"{value / 3600:.2f}") for slug, words in means if (value := seconds.get(slug)) is not None],
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
def evaluation_cases(request: Request) -> HttpResponse:
    """The cases behind one figure."""
    choice = asked(request)
    slug = request.GET.get("count", "")
    key: Any = whole_number(request.GET.get("key")) or ""
    if slug not in selectors.COUNTS or (key == "") != (choice["by"] == "all"):
        raise Http404
    try:
        rows = selectors.cases_behind(request.who, slug, question_of(choice), choice["by"], key)
    except KeyError:
        raise Http404 from None
    if request.GET.get("part") in DIMENSIONS:
        rows = rows.filter(of_part(request.GET["part"], request.GET.get("is", "")))
    ordered = in_lines(rows).order_by("-reported_at", "-pk")
    page = Paginator(ordered, 50).get_page(request.GET.get("page"))
    now = timezone.now()
    show_times(page, now)
    names = {role: each.name for role, each in ROLES.items()}
    context = {
        "page": page, "rows": rows_of(page, names, now), "count": selectors.COUNTS[slug], "printed": printed(choice),
        "back": query(choice, by="" if choice["by"] == "all" else choice["by"]),
    }  # fmt: skip
    return render(request, "console/evaluation/cases.html", context)


def as_sheet(found: Table, choice: Mapping[str, Any]) -> HttpResponse:
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
    rows += [[], *([words, value] for words, value in printed(choice))]
    first: date = choice["period"].first
    return spreadsheets.download(f"evaluation-{choice['by']}-{first:%Y%m%d}", headers, rows)


urlpatterns = [
    path("evaluation", evaluation, name="evaluation"),
    path("evaluation/one", evaluation_one, name="evaluation-one"),
    path("evaluation/cases", evaluation_cases, name="evaluation-cases"),
]
