"""交接班: what the one who goes leaves, signed; what the one who comes has read, signed; the sheets before; on paper."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases import workflow
from chengguan.cases.models import Task
from chengguan.cases.services import Refused
from chengguan.console import paper, services
from chengguan.console.models import HandOver
from chengguan.console.pages.lists import late_word
from chengguan.console.selectors import handing_over as questions
from chengguan.people import navigation
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.permissions import PERMISSIONS
from chengguan.people.roles import name_of
from chengguan.people.selectors import HeldPost
from chengguan.people.typed import moment

A_PAGE = 30
RANKS = {"1": gettext_lazy("一级"), "2": gettext_lazy("二级"), "3": gettext_lazy("三级"), "4": gettext_lazy("四级")}


@require_GET
@requires("handover.see")
def sheets(request: Request) -> HttpResponse:
    who, role = request.who, request.GET.get("post", "")
    rows = questions.sheets(who)
    if role in PERMISSIONS["handover.sign"].scopes:
        rows = rows.filter(role=role)
    posts = [{"post": post, "last": (last := questions.last_of(post)), "mine": last is not None and questions.may_accept(who, last)} for post in questions.posts_of(who)]
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")), "posts": posts, "role": role,
        "roles": [(slug, name_of(slug)) for slug in PERMISSIONS["handover.sign"].scopes],
    }  # fmt: skip
    return render(request, "console/handover/list.html", context)


@requires("handover.sign")
def new(request: Request) -> HttpResponse:
    """How the desk stands now, to be read through and signed."""
    post = _post(request)
    now = timezone.now()
    typed = moment(request.POST.get("since") or request.GET.get("since"))
    fits = typed is not None and now - questions.LONGEST <= typed < now
    since = typed if typed and fits else questions.begin_of(post, now)
    wrong = ""
    if request.method == "POST" and request.POST.get("since") and not fits:
        wrong = _("当班自要早于现在，最多早 %(n)d 小时。没有签字，请看过下面的起点再签。") % {"n": questions.LONGEST // timedelta(hours=1)}
    elif request.method == "POST":
        try:
            sheet = services.hand_over(request.who, post.role, post.organisation_id, since=since, remarks=request.POST.get("remarks", ""))
        except Refused as refused:
            wrong = refused.words
        else:
            messages.success(request, _("已交班，等接班的人确认。"))
            return redirect("handover", sheet.pk)
    until = now + timedelta(hours=questions.hours_of_a_shift())
    context = {
        "post": post, "posts": questions.posts_of(request.who), "since": since, "next_until": until, "wrong": wrong, "remarks": request.POST.get("remarks", ""),
        "told": told(questions.contents(request.who, post, since, now), post.role),
    }  # fmt: skip
    return render(request, "console/handover/new.html", context, status=422 if wrong else 200)


def _post(request: Request) -> HeldPost:
    held = questions.posts_of(request.who)
    asked = request.POST.get("post") or request.GET.get("post", "")
    found = next((post for post in held if f"{post.role}-{post.organisation_id}" == asked), held[0] if held and not asked else None)
    if found is None:
        raise Http404(_("您没有这个岗位，不能交班"))
    return found


def _sheet(request: Request, sheet_id: int) -> HandOver:
    return get_object_or_404(questions.sheets(request.who), pk=sheet_id)


@require_GET
@requires("handover.see")
def sheet(request: Request, sheet_id: int) -> HttpResponse:
    return _sheet_page(request, _sheet(request, sheet_id))


def _sheet_page(request: Request, found: HandOver, wrong: str = "") -> HttpResponse:
    context = {
        "sheet": found, "told": told(found.contents, found.role), "may_accept": questions.may_accept(request.who, found), "wrong": wrong,
        "words": request.POST.get("words", ""),
    }  # fmt: skip
    return render(request, "console/handover/sheet.html", context, status=422 if wrong else 200)


@sent_from("handover", "sheet_id")
@requires("handover.sign")
def accept(request: Request, sheet_id: int) -> HttpResponse:
    found = _sheet(request, sheet_id)
    try:
        services.accept_shift(request.who, found, request.POST.get("words", ""))
    except Refused as refused:
        return _sheet_page(request, _sheet(request, sheet_id), refused.words)
    messages.success(request, _("已接班。"))
    return redirect("handover", found.pk)


@require_GET
@requires("handover.see")
def sheet_pdf(request: Request, sheet_id: int) -> HttpResponse:
    found = _sheet(request, sheet_id)
    title = _("交接班单")
    context = {"sheet": found, "told": told(found.contents, found.role), "case": f"{title} {found.pk}", "at": timezone.now(), "who": request.who}
    name = quote(f"{title}-{found.get_role_display()}-{timezone.localtime(found.signed_at):%Y%m%d-%H%M}.pdf")
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{name}", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return HttpResponse(paper.pdf("console/handover/paper.html", context), content_type="application/pdf", headers=headers)


def told(kept: dict[str, Any], role: str) -> dict[str, Any]:
    """What a sheet keeps, in words: of a stage its name, of a moment the time."""
    counted = {state: row for state, row in kept["open"].items() if state}
    order = list(workflow.STATES)
    tasks = dict(Task.KINDS)
    alarms = kept["alarms"]
    return {
        "whole": kept["open"][""],
        "late_word": late_word(counted or workflow.OPEN),
        "states": [{"name": _(workflow.STATES[state]), **counted[state]} for state in sorted(counted, key=order.index)],
        "late": _cases(kept["late"]),
        "due": _cases(kept["due"]),
        "owed": {"n": kept["owed"]["n"], "rows": [row | {"name": tasks.get(row["kind"], row["kind"]), "due": _at(row["due"])} for row in kept["owed"]["rows"]]},
        "instructions": {"n": kept["instructions"]["n"], "rows": [row | {"at": _at(row["at"])} for row in kept["instructions"]["rows"]]},
        "done": kept["done"] | {"rows": [row | {"name": _(workflow.ACTIONS.get(row["action"], row["action"]))} for row in kept["done"]["rows"]]},
        "alarms": alarms and alarms | {
            "ranks": [{"rank": rank, "name": name, "n": alarms["by_rank"].get(rank, 0)} for rank, name in RANKS.items()],
            "rows": [row | {"raised": _at(row["raised"]), "rank_name": RANKS.get(str(row["severity"]), "")} for row in alarms["rows"]],
        },
    }  # fmt: skip


def _cases(kept: dict[str, Any]) -> dict[str, Any]:
    rows = [row | {"state_name": _(workflow.STATES.get(row["state"], row["state"])), "deadline": _at(row["deadline"])} for row in kept["rows"]]
    return {"n": kept["n"], "rows": rows, "more": kept["n"] - len(rows)}


def _at(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


navigation.add("handover", gettext_lazy("交接班"), "/handover", order=29, action="handover.see", more=True)

urlpatterns = [
    path("handover", sheets, name="handovers"),
    path("handover/new", new, name="handover-new"),
    path("handover/<int:sheet_id>", sheet, name="handover"),
    path("handover/<int:sheet_id>/accept", accept, name="handover-accept"),
    path("handover/<int:sheet_id>.pdf", sheet_pdf, name="handover-pdf"),
]
