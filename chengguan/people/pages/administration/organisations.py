"""Organisations: centres, departments, townships, contractors and the crews below them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.people import selectors, services, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.models import Organisation
from chengguan.people.pages.administration.forms import FileForm, OrganisationForm

HEADERS = [
    gettext_noop("编码"), gettext_noop("名称"), gettext_noop("简称"), gettext_noop("类别"), gettext_noop("上级编码"), gettext_noop("区域代码"), gettext_noop("电话"), gettext_noop("启用"),
]


@requires("people.manage")
def index(request: Request) -> HttpResponse:
    rows = selectors.organisation_tree(request.who, request.GET.get("q", "").strip())
    if request.GET.get("as") == "xlsx":
        lines = (
            (o.code, o.name, o.short, o.kind, o.parent.code if o.parent else "", o.area.code if o.area else "", o.phone, _("是") if o.enabled else _("否"))
            for o, _depth in rows
        )
        return spreadsheets.download("organisations", HEADERS, lines)
    context = {"rows": rows, "q": request.GET.get("q", ""), "file_form": FileForm()}
    return render(request, f"people/administration/organisations{'_list' if request.htmx else ''}.html", context)


@requires("people.manage")
def one(request: Request, organisation_id: int | None = None) -> HttpResponse:
    organisation = get_object_or_404(Organisation, pk=organisation_id) if organisation_id else Organisation()
    fields = list(OrganisationForm.base_fields)
    initial = {name: getattr(organisation, f"{name}_id" if name in {"parent", "area"} else name) for name in fields}
    form = OrganisationForm(request.POST or None, initial=initial)

    def save(given: dict[str, object]) -> Organisation:
        for name, value in given.items():
            setattr(organisation, name, value)
        return services.save_organisation(request.who, organisation)

    if request.method == "POST" and form.attempt(save):
        messages.success(request, _("已保存。"))
        return redirect("organisation", organisation.pk)
    context = {
        "organisation": organisation,
        "form": form,
        "people": selectors.people_of(request.who, organisation) if organisation.pk else [],
        "history": selectors.history_of(request.who, organisation)[:20] if organisation.pk else [],
    }
    return render(request, "people/administration/organisation.html", context)


@sent_from("organisations")
@requires("people.manage")
def import_sheet(request: Request) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    report = form.attempt(lambda given: services.import_organisations(request.who, spreadsheets.read(given["file"], HEADERS)))
    if report is None:
        messages.warning(request, form.words)
        return redirect("organisations")
    return render(request, "people/administration/import_report.html", {"report": report, "back": "organisations"})


urlpatterns = [
    path("administration/organisations", index, name="organisations"),
    path("administration/organisations/new", one, name="organisation_create"),
    path("administration/organisations/import", import_sheet, name="organisations_import"),
    path("administration/organisations/<int:organisation_id>", one, name="organisation"),
]
