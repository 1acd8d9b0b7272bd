"""The audit trail: read, filtered, exported; nothing here changes it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_noop

from chengguan.people import selectors, services, spreadsheets
from chengguan.people.access import Request, requires
from chengguan.people.models import AuditEntry

KEYS = ("since", "until", "who", "action", "object", "id")
HEADERS = [
    gettext_noop("时间"), gettext_noop("操作人"), gettext_noop("来源地址"), gettext_noop("动作"), gettext_noop("对象"), gettext_noop("编号"), gettext_noop("摘要"), gettext_noop("之前"), gettext_noop("之后"),
]
MOST_EXPORTED = 50_000


def _told(entry: AuditEntry, which: int) -> str:
    """Before (1) or after (2), field by field."""
    return "；".join(f"{change[0]} {change[which]}" for change in entry.changes)


@requires("people.see_audit")
def index(request: Request) -> HttpResponse:
    given = {key: request.GET.get(key, "").strip() for key in KEYS}
    rows = selectors.find_audit(request.who, given)
    if request.GET.get("as") == "xlsx":
        services.audit(request.who, "audit.export", summary=", ".join(f"{k}={v}" for k, v in given.items() if v))
        lines = ((e.at, e.who, e.ip, e.action_name, e.object_name, e.object_id, e.summary, _told(e, 1), _told(e, 2)) for e in rows[:MOST_EXPORTED])
        return spreadsheets.download("audit", HEADERS, lines)
    context = {"page": Paginator(rows, 50).get_page(request.GET.get("page")), "given": given, "actions": selectors.audit_actions(request.who)}
    return render(request, f"people/administration/audit{'_list' if request.htmx else ''}.html", context)


urlpatterns = [path("administration/audit", index, name="audit")]
