"""What an administrator changes in the course of a day. What belongs to things has its pages in the console."""

from __future__ import annotations

from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chengguan.people import navigation, selectors
from chengguan.people.access import Request, requires
from chengguan.people.pages.administration import accounts, answering, audit, holes, organisations
from chengguan.people.selectors.administration import to_mend

navigation.add("administration", _("系统管理"), "/administration", action="admin.use", order=90)
navigation.add("duties", _("网格排班"), "/administration/duties", roles=["contractor_lead"], order=80)
navigation.add("overview", _("概览"), "/administration", action="admin.use", place="administration", order=1)
navigation.add("accounts", pgettext_lazy("navigation", "账号"), "/administration/accounts", action="people.manage", place="administration", order=10)
navigation.add("organisations", _("机构与岗位"), "/administration/organisations", action="people.manage", place="administration", order=20)
navigation.add("responsibilities", _("事项责任"), "/administration/responsibilities", action="people.manage_responsibility", place="administration", order=30)
navigation.add("duties", _("网格责任人"), "/administration/duties", action="people.manage_duties", place="administration", order=40)
navigation.add("leaves", _("休假代班"), "/administration/leaves", action="people.manage", place="administration", order=45)
navigation.add("audit", _("审计记录"), "/administration/audit", action="people.see_audit", place="administration", order=80)
navigation.add("tables", _("数据表"), "/admin/", action="admin.use", place="administration", order=90)


@requires("admin.use")
def overview(request: Request) -> object:
    context = {"figures": selectors.administration_figures(request.who), "mend": to_mend(request.who), "recent": selectors.audit_entries(request.who)[:12]}
    return render(request, "people/administration/overview.html", context)


urlpatterns = [
    path("administration", overview, name="administration"),
    *accounts.urlpatterns,
    *organisations.urlpatterns,
    *holes.urlpatterns,
    *answering.urlpatterns,
    *audit.urlpatterns,
]
