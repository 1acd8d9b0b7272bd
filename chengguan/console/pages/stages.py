"""分段时限 of the county: which filing conditions are handled stretch by stretch, changed with a reason, set back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chengguan.cases import selectors, services
from chengguan.cases.models import Change
from chengguan.cases.selectors import stages as shown
from chengguan.cases.selectors.seen import last_seen
from chengguan.cases.services.limits import CLOCK_NAMES
from chengguan.cases.services.stages import read_parts, set_stages
from chengguan.cases.services.stages_sheet import STAGE_HEADERS, import_stages
from chengguan.cases.words import limit_words
from chengguan.console.pages.case_forms import MOST_STAGES, Option, stage_rows
from chengguan.console.pages.limits import SheetForm, reported, seen_of, set_back, take
from chengguan.console.selectors import limits as conditions
from chengguan.people import navigation, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.standards import codes, filing, staging

MOST_FOUND = 15


def _row(key: str) -> dict[str, Any]:
    condition = filing.condition(key)
    return {"condition": condition, "matter_name": codes.matter_name(condition.matter), "limit": limit_words(condition.limit, condition.clock)}


@require_safe
@requires("cases.configure")
def staged(request: Request) -> HttpResponse:
    """Those that have stretches, and a search for one more."""
    if request.GET.get("as") == "xlsx":
        return spreadsheets.download("stages", STAGE_HEADERS, conditions.stage_rows(request.who))
    text = request.GET.get("q", "").strip()
    rows = [_row(key) | {"key": key, "words": shown.in_words(parts), "own": own} for key, parts, own in shown.staged_conditions()]
    found = conditions.conditions(request.who, selectors.settings(), timezone.localdate(), q=text)[:MOST_FOUND] if text else []
    return render(request, "console/limits/staged.html", {"rows": rows, "found": found, "q": text, "file_form": SheetForm(initial={"dry": True})})


@requires("cases.configure")
def stages(request: Request, key: str) -> HttpResponse:
    try:
        row = _row(key)
    except KeyError:
        raise Http404(_("没有这个立案条件。")) from None
    faults: list[services.Refused] = []
    seen = last_seen("stages", [key])
    given = [(part.name, f"{part.limit.value:g}", part.limit.clock) for part in shown.parts_of(key)]
    if request.method == "POST":
        given = stage_rows(request.POST)
        try:
            _save(request, key, given)
        except services.Refused as refused:
            faults = refused.every
        else:
            messages.success(request, _("已保存，对以后开始处置的案件有效；在办的保持原来的分段。"))
            return redirect("staged", key)
    context = row | {
        "listed": shown.in_words(staging.parts_of(key)), "now": shown.in_words(shown.parts_of(key)), **_told(faults), "reason": request.POST.get("reason", ""),
        "rows": [*given, *[("", "", "")] * (MOST_STAGES - len(given))], "clocks": [Option(clock, _(name)) for clock, name in CLOCK_NAMES.items()],
        "seen": seen,
        "history": conditions.changes(request.who, "stages", key),
    }  # fmt: skip
    return render(request, "console/limits/stages.html", context, status=422 if faults else 200)


def _told(faults: list[services.Refused]) -> dict[str, Any]:
    """Each beside its stretch or field; above the form what is beside none, or how many there are."""
    beside = [(int(each.field.partition(".")[2]), each.words) for each in faults if each.field.startswith("stages.")]
    why = next((each.words for each in faults if each.field == "reason"), "")
    rest = [each.words for each in faults if each.field != "reason" and not each.field.startswith("stages.")]
    return {"row_faults": beside, "reason_fault": why, "wrong": rest, "n_faults": len(faults)}


def _save(request: Request, key: str, given: list[tuple[Any, Any, Any]]) -> None:
    """Everything that stands against it is told at once."""
    reason = request.POST.get("reason", "").strip()
    parts, faults = (None, []) if "listed" in request.POST else read_parts(given)
    if not reason:
        faults.append(services.Refused(_("请写明为什么改"), "reason"))
    if faults:
        raise services.Refused.together(faults)
    set_stages(request.who, key, parts, reason=reason, seen=seen_of(request))


@sent_from("staged_list")
@requires("cases.configure")
def stages_import(request: Request) -> HttpResponse:
    form = SheetForm(request.POST, request.FILES)
    report = form.attempt(lambda given: take(lambda: import_stages(
        request.who, spreadsheets.read(given["file"], STAGE_HEADERS), dry=given["dry"], reason=given["reason"],
    )))  # fmt: skip
    return reported(request, form, report, "staged_list")


@sent_from("staged", "key")
@requires("cases.configure")
def stages_undo(request: Request, key: str, change: int) -> HttpResponse:
    set_back(request, get_object_or_404(Change, pk=change, kind="stages", key=key))
    return redirect("staged", key)


navigation.add("staged", gettext_lazy("分段时限"), "/administration/stages", action="cases.configure", place="administration", order=33)

urlpatterns = [
    path("administration/stages", staged, name="staged_list"),
    path("administration/stages/import", stages_import, name="stages_import"),
    path("administration/stages/<slug:key>", stages, name="staged"),
    path("administration/stages/<slug:key>/undo/<int:change>", stages_undo, name="staged_undo"),
]
