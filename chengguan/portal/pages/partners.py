"""Administration of partners: who may report with a key, and its keys. A key is shown once."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.people import navigation, shown_once
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.pages.administration.forms import Plain
from chengguan.people.selectors import history_of
from chengguan.portal import selectors, services
from chengguan.portal.models import Partner

navigation.add("partners", gettext_lazy("上报伙伴与密钥"), "/administration/partners", action="portal.manage_partners", place="administration", order=55)


class PartnerForm(Plain):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("案件里写作登记人，例如 12345 热线"))
    source = forms.ChoiceField(label=gettext_lazy("案件来源"), choices=Partner.SOURCES, initial="hotline")
    an_hour = forms.IntegerField(label=gettext_lazy("每小时最多上报"), min_value=1, max_value=1_000_000, initial=1000)


@requires("portal.manage_partners")
def partners(request: Request) -> HttpResponse:
    form = PartnerForm(request.POST or None)
    if request.method == "POST":
        partner = form.attempt(lambda given: services.create_partner(request.who, **given))
        if partner:
            return _new_key(request, partner)
    came = selectors.came_lately(request.who)
    rows = [(each, came.get(each.pk)) for each in selectors.partners(request.who)]
    return render(request, "portal/partners/list.html", {"rows": rows, "days": selectors.LATELY_DAYS, "kept": selectors.KEPT_DAYS, "form": form})


def _new_key(request: Request, partner: Partner) -> HttpResponse:
    return shown_once.lead_to(request, "partner_key", partner.pk, services.issue_key(request.who, partner))


@require_GET
@requires("portal.manage_partners")
def partner_key(request: Request, partner_id: int) -> HttpResponse:
    one = get_object_or_404(selectors.partners(request.who), pk=partner_id)
    return shown_once.show(request, "partner_key", one.pk, "portal/partners/key_once.html", {"partner": one}, "partner")


@requires("portal.manage_partners")
def partner(request: Request, partner_id: int) -> HttpResponse:
    one = get_object_or_404(selectors.partners(request.who), pk=partner_id)
    form = PartnerForm(request.POST or None, initial={"name": one.name, "source": one.source, "an_hour": one.an_hour})
    if request.method == "POST" and form.attempt(lambda given: services.change_partner(request.who, one, **given)):
        messages.success(request, _("已保存。"))
        return redirect("partner", one.pk)
    context = {"partner": one, "form": form, "days": selectors.came_by_day(request.who, one), "history": history_of(request.who, one)[:20]}
    return render(request, "portal/partners/one.html", context)


@sent_from("partner", "partner_id")
@requires("portal.manage_partners")
def partner_act(request: Request, partner_id: int, action: str) -> HttpResponse:
    one = get_object_or_404(selectors.partners(request.who), pk=partner_id)
    if action == "key":
        return _new_key(request, one)
    if action in {"enable", "disable"}:
        services.set_partner_enabled(request.who, one, action == "enable")
        messages.success(request, _("已保存。"))
    return redirect("partner", one.pk)


urlpatterns = [
    path("administration/partners", partners, name="partners"),
    path("administration/partners/<int:partner_id>", partner, name="partner"),
    path("administration/partners/<int:partner_id>/new-key", partner_key, name="partner_key"),
    path("administration/partners/<int:partner_id>/<str:action>", partner_act, name="partner_act"),
]
