"""Holes and overlaps of the responsibility table, and the form that mends a hole where it is seen."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.people import selectors, services
from chengguan.people.access import Request, requires
from chengguan.people.pages.administration.forms import ResponsibilityForm

STATES = {
    "part": gettext_lazy("只有部分社区有责任单位"),
    "owner": gettext_lazy("只有部分权属单位的部件有责任单位"),
    "later": gettext_lazy("责任单位还没有生效"),
    "disabled": gettext_lazy("责任单位已停用"),
    "none": gettext_lazy("没有责任单位"),
}


@requires("people.manage_responsibility")
def holes(request: Request) -> HttpResponse:
    major, code = request.GET.get("major", ""), request.GET.get("township", "")
    form = ResponsibilityForm(request.POST or None)
    if request.method == "POST" and form.attempt(lambda given: services.set_responsibility(request.who, **given)):
        messages.success(request, _("已设定，自生效日起按新的责任单位派遣。"))
        return redirect(f"{reverse('responsibility_holes')}?major={major}&township={code}")
    found = selectors.coverage(request.who)
    township = next((each for each in found.townships if each.code == code), None)
    line = next((each for each in found.lines if each.code == major), None)
    context = {
        "found": found,
        "form": form,
        "township": township,
        "line": line,
        "rows": [],
        "lines": [(each, list(zip(found.townships, each.holes, strict=True))) for each in found.lines],
        "organisations": form.fields["organisation"].queryset,  # type: ignore[attr-defined]
        "soon_days": selectors.SOON_DAYS,
    }
    if township is not None and line is not None:
        context["rows"] = [
            {"item": item, "covered": covered, "words": STATES.get(covered.state, "")}
            for item, covered in selectors.covered(request.who, found, line.code, township.code)
        ]
    return render(request, "people/administration/holes.html", context)


urlpatterns = [path("administration/responsibilities/holes", holes, name="responsibility_holes")]
