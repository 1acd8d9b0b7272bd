"""Manhole covers at a glance."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.people import navigation
from chengguan.people.access import requires
from chengguan.subsystems.manholes import selectors

navigation.add("manholes", gettext_lazy("井盖"), "/manholes", ("trade_engineer", "department", "administrator"), order=61, more=True)


@require_GET
@requires("things.see")
def overview(request: HttpRequest) -> HttpResponse:
    found = selectors.overview(request.who)  # type: ignore[attr-defined]
    return render(request, "manholes/overview.html", {"found": found})


urlpatterns = [path("manholes", overview, name="manholes_overview")]
