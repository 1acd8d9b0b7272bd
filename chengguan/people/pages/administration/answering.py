"""Who answers for what: matters by department and area, responsibility grids by inspector and shift."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.people import selectors, services, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.models import GridDuty, Responsibility
from chengguan.people.pages.administration.forms import DutyForm, FileForm, ResponsibilityForm

HEADERS = [
    gettext_noop("事项编码"), gettext_noop("事项名称"), gettext_noop("区域代码"), gettext_noop("权属单位编码"), gettext_noop("责任单位编码"), gettext_noop("自"), gettext_noop("至"),
]


@requires("people.manage_responsibility")
def responsibilities(request: Request) -> HttpResponse:
    form = ResponsibilityForm(request.POST or None)
    if request.method == "POST" and form.attempt(lambda given: services.set_responsibility(request.who, **given)):
        messages.success(request, _("已设定，自生效日起按新的责任单位派遣。"))
        return redirect("responsibilities")
    given = {key: request.GET.get(key, "").strip() for key in ("q", "organisation", "past")}
    rows = selectors.find_responsibilities(request.who, **given)
    if request.GET.get("as") == "xlsx":
        lines = ((r.matter_code, r.matter_name, r.area.code if r.area else "", r.owner.code if r.owner else "", r.organisation.code, r.valid_from, r.valid_to) for r in rows)
        return spreadsheets.download("responsibilities", HEADERS, lines)
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "given": given,
        "form": form,
        "file_form": FileForm(),
        "organisations": selectors.organisations(request.who).filter(responsibilities__isnull=False).distinct(),
    }
    return render(request, f"people/administration/responsibilities{'_list' if request.htmx else ''}.html", context)


@sent_from("responsibilities")
@requires("people.manage_responsibility")
def responsibility_end(request: Request, row_id: int) -> HttpResponse:
    row = get_object_or_404(Responsibility, pk=row_id, valid_to=None)
    services.end_dated(request.who, row)
    messages.success(request, _("已终止，记录保留。"))
    return redirect("responsibilities")


@sent_from("responsibilities")
@requires("people.manage_responsibility")
def responsibility_undo(request: Request, row_id: int) -> HttpResponse:
    try:
        services.take_back_responsibility(request.who, get_object_or_404(Responsibility, pk=row_id), request.POST.get("reason", "").strip())
        messages.success(request, _("已恢复到这次修改之前。"))
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
    return redirect("responsibilities")


@sent_from("responsibilities")
@requires("people.manage_responsibility")
def responsibilities_import(request: Request) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    wanted, also = ["事项编码", "区域代码", "责任单位编码"], ["权属单位编码", "自", "至"]
    report = form.attempt(lambda given: services.import_responsibilities(request.who, spreadsheets.read(given["file"], wanted, also)))
    if report is None:
        messages.warning(request, form.words)
        return redirect("responsibilities")
    return render(request, "people/administration/import_report.html", {"report": report, "back": "responsibilities"})


@requires("people.manage_duties")
def duties(request: Request) -> HttpResponse:
    form = DutyForm(request.POST or None)
    if request.method == "POST" and form.attempt(lambda given: services.give_grid_duty(request.who, **given)):
        messages.success(request, _("已安排。"))
        return redirect("duties")
    q, gaps = request.GET.get("q", "").strip(), request.GET.get("gaps", "")
    page = Paginator(selectors.grids_with_duties(request.who, q, bool(gaps)), 30).get_page(request.GET.get("page"))
    context = {"page": page, "q": q, "gaps": gaps, "form": form}
    return render(request, f"people/administration/duties{'_list' if request.htmx else ''}.html", context)


@sent_from("duties")
@requires("people.manage_duties")
def duty_end(request: Request, duty_id: int) -> HttpResponse:
    duty = get_object_or_404(GridDuty, pk=duty_id, valid_to=None)
    try:
        services.end_dated(request.who, duty)
        messages.success(request, _("已终止，记录保留。"))
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
    return redirect("duties")


urlpatterns = [
    path("administration/responsibilities", responsibilities, name="responsibilities"),
    path("administration/responsibilities/import", responsibilities_import, name="responsibilities_import"),
    path("administration/responsibilities/<int:row_id>/end", responsibility_end, name="responsibility_end"),
    path("administration/responsibilities/<int:row_id>/undo", responsibility_undo, name="responsibility_undo"),
    path("administration/duties", duties, name="duties"),
    path("administration/duties/<int:duty_id>/end", duty_end, name="duty_end"),
]
