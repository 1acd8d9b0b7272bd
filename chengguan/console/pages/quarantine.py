"""Quarantine: look at what could not be taken, send it in again, or set it aside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chengguan.console.selectors import quarantine as questions
from chengguan.observations import services
from chengguan.observations.models import Quarantine
from chengguan.observations.reasons import REASONS
from chengguan.people import navigation
from chengguan.people.access import Request, requires
from chengguan.people.typed import whole_number

PAGE = 50
MOST = 2000

navigation.add("quarantine", gettext_lazy("隔离区"), "/quarantine", order=75, action="observations.quarantine", more=True)


@require_GET
@requires("observations.quarantine")
def quarantine(request: Request) -> HttpResponse:
    chosen = {key: request.GET.get(key, "") for key in ("state", "reason", "gateway")}
    if chosen["state"] not in Quarantine.State.values:
        chosen["state"] = Quarantine.State.WAITING.value
    found = questions.entries(request.who, **chosen)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    told = questions.counts(request.who)
    context = {
        "page": page,
        "chosen": chosen,
        "states": [(state.value, state.label, told["states"][state.value]) for state in Quarantine.State],
        "reasons": [(reason, REASONS.get(reason, reason), n) for reason, n in told["reasons"].items()],
        "reason_name": REASONS.get(chosen["reason"], ""),
        "waiting": chosen["state"] == Quarantine.State.WAITING.value,
    }
    return render(request, "console/quarantine/quarantine.html", context)


@require_GET
@requires("observations.quarantine")
def entry(request: Request, entry_id: int) -> HttpResponse:
    found = Quarantine.objects.filter(pk=entry_id).select_related("decided_by").first()
    if found is None:
        raise Http404(_("没有这条报文。"))
    context = {"entry": found, "payload": questions.readable(found), "later": questions.came_back(found)}
    return render(request, "console/quarantine/entry.html" if request.htmx else "console/quarantine/one.html", context)


def _decide(request: Request, verb: Callable[..., int], words: str) -> HttpResponse:
    """For those ticked, or with all=1 for every one the filter shows."""
    if request.POST.get("all") == "1":
        chosen = questions.entries(request.who, "waiting", request.POST.get("reason", ""), request.POST.get("gateway", ""))
        ids: list[Any] = list(chosen.values_list("id", flat=True)[:MOST])
    else:
        ids = [number for text in request.POST.getlist("entry") if (number := whole_number(text)) is not None]
    try:
        done = verb(request.who, ids)
    except (PermissionDenied, ValidationError) as trouble:
        text = "；".join(trouble.messages) if isinstance(trouble, ValidationError) else str(trouble)
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
    except (OSError, TimeoutError):
        return HttpResponse(_("消息服务暂时连不上，报文仍在隔离区，请稍后再试。"), status=503, content_type="text/plain; charset=utf-8")
    if not request.htmx:
        return redirect("quarantine")
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": words % {"n": done}, "quarantine:changed": {}})})


@require_POST
@requires("observations.quarantine")
def redrive(request: Request) -> HttpResponse:
    return _decide(request, services.redrive, _("已再次送入 %(n)d 条，结果稍后在这里可见"))


@require_POST
@requires("observations.quarantine")
def discard(request: Request) -> HttpResponse:
    return _decide(request, services.discard, _("已丢弃 %(n)d 条"))


urlpatterns = [
    path("quarantine", quarantine, name="quarantine"),
    path("quarantine/<int:entry_id>", entry, name="quarantine_entry"),
    path("quarantine/redrive", redrive, name="quarantine_redrive"),
    path("quarantine/discard", discard, name="quarantine_discard"),
]
