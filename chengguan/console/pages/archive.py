"""归档: how long case files are kept, what is past its time, proposals to destroy it and who grants them, and the register that stays."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chengguan.cases import services
from chengguan.cases.models import Disposal, Removal, Retention
from chengguan.cases.selectors import retention as shown
from chengguan.cases.services import disposal as verbs
from chengguan.cases.services.retention import prolong
from chengguan.console.selectors import remarks
from chengguan.people import navigation, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.selectors import may
from chengguan.people.typed import whole_number

navigation.add("archive", gettext_lazy("档案保管"), "/archive", action="cases.see_archive", order=68, more=True)

MOST_MENTIONS = 100
SHOWS: dict[str, Any] = {
    "due": gettext_lazy("已到期"), "soon": gettext_lazy("一年内到期"), "disposals": gettext_lazy("销毁申请"), "register": gettext_lazy("清除登记"),
}  # fmt: skip
REGISTER = (
    gettext_lazy("种类"), gettext_lazy("编号"), gettext_lazy("清除的内容"), gettext_lazy("理由"), gettext_lazy("提出"), gettext_lazy("经手"), gettext_lazy("时间"),
)  # fmt: skip


@require_safe
@requires("cases.see_archive")
def archive(request: Request) -> HttpResponse:
    return _page(request, request.GET.get("show", "due"))


def _page(request: Request, show: str, wrong: str = "", ticked: Collection[int] = ()) -> HttpResponse:
    """`wrong`: why what was sent (request.POST, which is shown again with what was ticked) was not taken."""
    who = request.who
    show, kind, today = show if show in SHOWS else "due", request.GET.get("kind", ""), timezone.localdate()
    if show == "register" and request.GET.get("as") == "xlsx":
        return spreadsheets.download("removals", [str(each) for each in REGISTER], _register_rows(who, kind))
    rows: Any = {
        "due": lambda: shown.ending(who),
        "soon": lambda: shown.ending(who, date(today.year + 1, today.month, min(today.day, 28))).filter(ends_on__gte=today),
        "disposals": lambda: shown.disposals(who),
        "register": lambda: shown.register(who, kind),
    }[show]()
    context = {
        "show": show, "shows": SHOWS, "page": Paginator(rows, 100).get_page(request.GET.get("page")), "counted": shown.counted(who),
        "may_propose": may(who, "cases.propose_disposal"), "kinds": Removal.KINDS, "kind": kind, "terms": dict(Retention.TERMS), "wrong": wrong, "typed": request.POST,
        "ticked": ticked,
    }  # fmt: skip
    return render(request, "console/archive/archive.html", context, status=422 if wrong else 200)


def _register_rows(who: Any, kind: str) -> Any:
    rows = shown.register(who, kind).iterator()
    return ((each.get_kind_display(), each.number, each.what, each.why, each.second, each.who, each.at) for each in rows)


@sent_from("archive")
@requires("cases.propose_disposal")
def propose(request: Request) -> HttpResponse:
    chosen = [pk for each in request.POST.getlist("case") if (pk := whole_number(each)) is not None]
    try:
        made = verbs.propose(request.who, chosen, request.POST.get("reason", ""))
    except services.Refused as refused:
        return _page(request, "due", refused.words, chosen)
    messages.success(request, _("已提出销毁 %(n)d 件，等另一位有权的人审批。") % {"n": made.number_of_cases})
    return redirect("archive-disposal", made.pk)


@require_safe
@requires("cases.see_archive")
def disposal(request: Request, disposal_id: int) -> HttpResponse:
    return _disposal_page(request, disposal_id)


def _disposal_page(request: Request, disposal_id: int, wrong: str = "") -> HttpResponse:
    one = get_object_or_404(shown.disposals(request.who), pk=disposal_id)
    mine = one.proposed_by_id == request.who.account_id
    mentions = remarks.mentions(request.who, one.case_ids) if one.state == "waiting" else []
    context = {
        "disposal": one, "page": Paginator(shown.of_disposal(request.who, one), 100).get_page(request.GET.get("page")), "mine": mine,
        "may_decide": one.state == "waiting" and may(request.who, "cases.grant_disposal") and not mine,
        "wrong": wrong, "opinion": request.POST.get("opinion", ""),
        "mentions": mentions[:MOST_MENTIONS], "mentioned": len(mentions),
    }  # fmt: skip
    return render(request, "console/archive/disposal.html", context, status=422 if wrong else 200)


@sent_from("archive-disposal", "disposal_id")
@requires("cases.grant_disposal")
def decide(request: Request, disposal_id: int) -> HttpResponse:
    get_object_or_404(Disposal, pk=disposal_id)
    try:
        made = verbs.decide(request.who, disposal_id, request.POST.get("how") == "grant", request.POST.get("opinion", ""))
    except services.Refused as refused:
        return _disposal_page(request, disposal_id, refused.words)
    messages.success(request, _("已同意，正在后台销毁。") if made.state == "granted" else _("已退回，这些案卷照旧保管。"))
    return redirect("archive-disposal", disposal_id)


@sent_from("archive")
@requires("cases.propose_disposal")
def keep_longer(request: Request, case_id: int) -> HttpResponse:
    get_object_or_404(shown.kept(request.who), pk=case_id)
    years = request.POST.get("years", "")
    try:
        kept = prolong(request.who, case_id, None if years == "ever" else whole_number(years) or 0, request.POST.get("reason", ""))
    except services.Refused as refused:
        messages.warning(request, refused.words)
    else:
        messages.success(request, _("已改为永久保管。") if kept.ends_on is None else _("已延长，保管到 %(day)s。") % {"day": kept.ends_on})
    return redirect("case", case_id)


urlpatterns = [
    path("archive", archive, name="archive"),
    path("archive/propose", propose, name="archive-propose"),
    path("archive/disposals/<int:disposal_id>", disposal, name="archive-disposal"),
    path("archive/disposals/<int:disposal_id>/decide", decide, name="archive-decide"),
    path("archive/cases/<int:case_id>/keep", keep_longer, name="archive-keep"),
]
