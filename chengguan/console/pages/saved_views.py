"""Naming, renaming and deleting the views of one's own work list."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengguan.console import services
from chengguan.console.models import SavedView
from chengguan.console.pages.work import address_of, chosen_filters
from chengguan.people.selectors import Who


def _clean(text: str) -> str:
    """Only what the list knows as a post and filters comes back from a form."""
    data = QueryDict(text.removeprefix("?"))
    return address_of(data.get("post", ""), chosen_filters(data))


def _back(query: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("work") + query)


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    who: Who = request.who  # type: ignore[attr-defined]
    query = _clean(request.POST.get("query", ""))
    try:
        view = services.save_view(who, request.POST.get("name", ""), query)
    except ValidationError as wrong:
        messages.error(request, "；".join(wrong.messages))
    else:
        messages.success(request, _("已保存视图“%(name)s”。") % {"name": view.name})
    return _back(query)


@login_required
@require_POST
def change(request: HttpRequest, view_id: int) -> HttpResponse:
    who: Who = request.who  # type: ignore[attr-defined]
    try:
        if request.POST.get("do") == "delete":
            services.delete_view(who, view_id)
            messages.success(request, _("已删除这个视图。"))
        else:
            view = services.rename_view(who, view_id, request.POST.get("name", ""))
            messages.success(request, _("已改名为“%(name)s”。") % {"name": view.name})
    except SavedView.DoesNotExist:
        raise Http404(_("没有这个视图。")) from None
    except ValidationError as wrong:
        messages.error(request, "；".join(wrong.messages))
    return _back(_clean(request.POST.get("back", "")))


urlpatterns = [
    path("work/views", save, name="work-view-save"),
    path("work/views/<int:view_id>", change, name="work-view"),
]
