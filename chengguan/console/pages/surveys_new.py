"""The form that opens a survey: what is looked for, where, from when to when, who walks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.services import Refused
from chengguan.console.pages.case_forms import Option
from chengguan.people.access import Request, requires
from chengguan.people.selectors import accounts_with_role
from chengguan.people.typed import day, whole_number
from chengguan.places.models import Area, ResponsibilityGrid
from chengguan.places.spelling import initials_of
from chengguan.standards import codes
from chengguan.surveys import services


@requires("surveys.manage")
def survey_new(request: Request) -> HttpResponse:
    today = timezone.localdate()
    typed: dict[str, Any] = {"first_day": f"{today}", "last_day": f"{today + timedelta(days=14)}"}
    chosen: dict[str, list[str]] = {name: [] for name in ("matters", "grids", "communities", "walkers")}
    faults: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in ("name", "first_day", "last_day", "note")}
        chosen = {name: request.POST.getlist(name) for name in chosen}
        try:
            survey = _open(request, typed, chosen)
        except Refused as refused:
            for each in refused.every:
                faults[each.field] = "；".join(filter(None, (faults.get(each.field), each.words)))
        else:
            messages.success(request, _("普查已发起，走片区的人都收到了通知。"))
            return redirect("survey", survey.pk)
    context = {"typed": typed, "faults": faults, "whole": faults.get(""), **_offered(chosen)}
    return render(request, "console/surveys/new.html", context, status=422 if faults else 200)


def _open(request: Request, typed: dict[str, Any], chosen: dict[str, list[str]]) -> Any:
    ids = {name: [number for value in values if (number := whole_number(value)) is not None] for name, values in chosen.items()}
    return services.open_survey(
        request.who, name=typed["name"], matters=chosen["matters"], first_day=day(typed["first_day"]), last_day=day(typed["last_day"]), note=typed["note"],
        grids=_grids().filter(pk__in=ids["grids"]), communities=_communities().filter(pk__in=ids["communities"]),
        walkers=[account for account in accounts_with_role("inspector", with_away=True) if account.pk in ids["walkers"]],
    )  # fmt: skip


def _grids() -> Any:
    return ResponsibilityGrid.objects.filter(valid_to=None).defer("geom", "geom_3857").order_by("code")


def _communities() -> Any:
    areas = Area.objects.filter(level=Area.Level.COMMUNITY, unit_grids__valid_to=None).distinct()
    return Area.objects.filter(pk__in=areas.values("pk")).select_related("parent").defer("geom", "geom_3857", "parent__geom", "parent__geom_3857").order_by("code")


def _offered(chosen: dict[str, list[str]]) -> dict[str, Any]:
    """Everything that can be ticked, found by name, code or pinyin initials; what is ticked stands first."""
    book = codes.in_force()

    def options(name: str, rows: Any) -> list[Option]:
        made = [
            Option(str(value), label, str(value) in chosen[name], limit=beside, words=f"{label} {beside} {initials_of(label)}") for value, label, beside in rows
        ]
        return sorted(made, key=lambda option: not option.chosen)

    majors = [(code, _("%(name)s（整个大类）") % {"name": title}, code) for code, title in sorted(book.majors["matter"].items())]
    return {
        "matters": options("matters", majors + [(code, item.name, code) for code, item in sorted(book.matters.items())]),
        "grids": options("grids", ((each.pk, each.name, each.code) for each in _grids())),
        "communities": options("communities", ((each.pk, each.name, each.parent.name) for each in _communities())),
        "inspectors": options("walkers", ((each.pk, str(each), "") for each in accounts_with_role("inspector", with_away=True))),
    }


urlpatterns = [path("surveys/new", survey_new, name="survey-new")]
