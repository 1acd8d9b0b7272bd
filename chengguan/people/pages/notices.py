"""The bell, and the list behind it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from chengguan.people import selectors, services
from chengguan.people.access import Request


def index(request: Request) -> HttpResponse:
    only_unread = request.GET.get("show") == "unread"
    page = Paginator(selectors.notices(request.who, unread=only_unread), 30).get_page(request.GET.get("page"))
    name = "people/notices_list.html" if request.htmx else "people/notices.html"
    return render(request, name, {"page": page, "only_unread": only_unread})


def bell(request: Request) -> HttpResponse:
    return render(request, "people/bell.html")


@require_POST
def read_all(request: Request) -> HttpResponse:
    services.mark_read(request.who)
    return redirect("notices")


@require_POST
def open_one(request: Request, notice_id: int) -> HttpResponse:
    """Mark one read and go where it points."""
    notice = get_object_or_404(selectors.notices(request.who), pk=notice_id)
    services.mark_read(request.who, [notice.pk])
    safe = url_has_allowed_host_and_scheme(notice.link, {request.get_host()}, require_https=request.is_secure())
    return redirect(notice.link if notice.link and safe else "notices")


urlpatterns = [
    path("notices", index, name="notices"),
    path("notices/bell", bell, name="notices_bell"),
    path("notices/read", read_all, name="notices_read_all"),
    path("notices/<int:notice_id>", open_one, name="notice_open"),
]
