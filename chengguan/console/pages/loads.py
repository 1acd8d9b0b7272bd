"""How much each department has in hand; every figure leads to its cases."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases import selectors
from chengguan.cases.selectors.loads import Load
from chengguan.cases.words import in_words
from chengguan.people import navigation
from chengguan.people.selectors import Who, may

FIGURES = {"open": {}, "today": {"due": "today"}, "overdue": {"light": "red"}, "waiting": {"asked": "1"}, "suspended": {"state": "suspended"}}
"""Each figure, and the filters of the search that lists its cases."""


@login_required
@require_GET
def loads(request: HttpRequest) -> HttpResponse:
    who: Who = request.who  # type: ignore[attr-defined]
    if not may(who, "work.see"):
        raise PermissionDenied(_("您的岗位没有工作台。"))
    lines = [_line(each, "department") | {"crews": [_line(crew, "crew") for crew in each.crews]} for each in selectors.loads(who)]
    return render(request, "console/loads.html", {"lines": lines})


def _line(load: Load, name: str) -> dict[str, Any]:
    def link(filters: dict[str, str]) -> str:
        return "/cases?" + urlencode({name: load.organisation.pk, "hand": "1", **filters})

    figures = [{"slug": slug, "n": getattr(load, slug), "url": link(filters)} for slug, filters in FIGURES.items()]
    return {"load": load, "figures": figures, "mean": in_words(load.mean) if load.mean is not None else "—"}


navigation.add("loads", gettext_lazy("单位负荷"), "/loads", order=27, action="work.see", more=True)

urlpatterns = [path("loads", loads, name="loads")]
