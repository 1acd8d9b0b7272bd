"""All cases, in any state: found by words and narrowed by chips."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases import selectors, workflow
from chengguan.cases.models import SOURCES, Case
from chengguan.console.pages.lists import LIGHTS, rows_of
from chengguan.console.pages.work import address_of, chip, chosen_filters
from chengguan.people import navigation
from chengguan.people.roles import ROLES
from chengguan.people.selectors import Who, may

AROUND = 18
"""Characters of the description that are shown before the first word that was asked for."""


@login_required
@require_GET
@selectors.held()
def cases(request: HttpRequest) -> HttpResponse:
    who: Who = request.who  # type: ignore[attr-defined]
    if not may(who, "work.see"):
        raise PermissionDenied(_("您的岗位没有工作台。"))
    filters = chosen_filters(request.GET)
    filters.pop("sort", None)  # here the best fit stands first
    text = filters.pop("text", "")
    days = {name: day for name in ("since", "until") if (day := _day(request.GET.get(name, "")))}
    bounds = {"since": _midnight(days.get("since")), "until": _midnight(days.get("until"), 1)}
    page, text, filters = _found(who, text, {**filters, **bounds}, request.GET.get("after", ""))
    offered = selectors.named_choices()
    now, names = timezone.now(), {slug: role.name for slug, role in ROLES.items()}
    shown = {"text": text, **{name: day.isoformat() for name, day in days.items()}, **filters}
    context = {
        "rows": [
            {"row": row, "case": case, **_marked(case, page.words)}
            for case, row in zip(page.cases, rows_of(page.cases, names, now), strict=True)
        ],
        "next": address_of("", shown, after=page.after) if page.after else "",
        "first": address_of("", shown) if request.GET.get("after") else "",
        "more": page.more,
        "most": selectors.MOST_RANKED,
        "shown": shown,
        "text": text,
        "chips": [{"words": _words(name, value), "url": address_of("", shown, **{name: None})} for name, value in shown.items() if value],
        "states": [{"slug": slug, "name": _(name), "on": filters.get("state") == slug} for slug, name in workflow.STATES.items()],
        "sources": [{"slug": slug, "name": name, "on": filters.get("source") == slug} for slug, name in SOURCES],
        "places": [
            (name, first, [{"slug": key, "name": words, "on": str(filters.get(name)) == str(key)} for key, words in offered[name]])
            for name, first in (("township", _("全部镇街")), ("department", _("全部单位")))
        ],
        "hidden": [(name, "1" if value is True else value) for name, value in filters.items() if name not in ("state", "source", "township", "department")],
    }
    return render(request, "console/cases.html", context)


def _found(who: Who, text: str, asked: dict[str, Any], after: str) -> tuple[selectors.Found, str, dict[str, Any]]:
    """The page with the words and the filters it was found by: names of places and units among the words are filters, which a chip shows."""
    words, named = selectors.names_in(text)
    page = selectors.find(who, text=words, after=after, **{**asked, **named})
    if words and not page.cases and not after:
        fewer, also = selectors.names_in(words, loosely=True)
        if also:
            words, named = fewer, {**also, **named}
            page = selectors.find(who, text=words, **{**asked, **named})
    filters = {name: value for name, value in asked.items() if name not in ("since", "until")}
    return page, words, {**filters, **{name: str(key) for name, key in named.items()}}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date | None, later: int = 0) -> datetime | None:
    """The beginning of that day here, or of a day after it; none beyond the calendar's end."""
    if day is None or day.year >= 9999:
        return None
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(days=later)


def _words(name: str, value: Any) -> str:
    if name in ("since", "until"):
        return (_("%s 起上报") if name == "since" else _("%s 止上报")) % value
    return chip(name, value, LIGHTS)


def _marked(case: Case, words: Sequence[str]) -> dict[str, SafeString]:
    """The texts of a line with the words marked, the description from where they first stand."""
    said = " ".join(case.description.split())
    first = min((at for word in words if (at := said.lower().find(word)) >= 0), default=0)
    start = max(0, first - AROUND) if first > AROUND else 0
    return {
        "matter": mark(case.matter_name, words),
        "address": mark(case.address, words),
        "said": mark(("…" if start else "") + said[start : start + 160], words),
        "number": mark(str(case), words),
    }


def mark(text: str, words: Sequence[str]) -> SafeString:
    """The text, safe for a page, with every word asked for in a <mark>."""
    wanted = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    if not wanted:
        return escape(text)
    parts = re.split(f"({wanted})", text, flags=re.IGNORECASE)
    return mark_safe("".join(f"<mark>{escape(part)}</mark>" if i % 2 else escape(part) for i, part in enumerate(parts)))


navigation.add("cases", gettext_lazy("案件查询"), "/cases", order=25, action="work.see")

urlpatterns = [path("cases", cases, name="cases")]
