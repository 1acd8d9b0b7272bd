"""The operations page: does the river run, and where does it stand still."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.console.selectors import operations as questions
from chengguan.people import navigation
from chengguan.people.access import Request, requires

navigation.add("operations", gettext_lazy("运行状况"), "/operations", order=80, action="observations.operations", more=True)


@require_GET
@requires("observations.operations")
def operations(request: Request) -> HttpResponse:
    context = questions.operations(request.who)
    return render(request, "console/operations/figures.html" if request.htmx else "console/operations/operations.html", context)


urlpatterns = [path("operations", operations, name="operations")]
