"""专项普查 on the desk: who looks for what and where, how far it is, and what becomes of each finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases.services import Refused
from chengguan.people import navigation, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.selectors import accounts_with_role, may
from chengguan.people.typed import day, whole_number
from chengguan.surveys import selectors, services
from chengguan.surveys.models import Finding, Patch, Survey
from chengguan.surveys.services.deciding import near_in_hand

SHOWS = {
    "": gettext_lazy("全部发现"), "waiting": gettext_lazy("待处理"), "case": gettext_lazy("转为案件"), "counted": gettext_lazy("只作统计"),
    "refused": gettext_lazy("不采用"),
}  # fmt: skip
A_PAGE = 30
MOST_STEPS = 200


def _survey(request: Request, survey_id: int) -> Survey:
    return get_object_or_404(selectors.visible(request.who).select_related("opened_by", "closed_by"), pk=survey_id)


@require_GET
@requires("surveys.see")
def surveys(request: Request) -> HttpResponse:
    page = Paginator(selectors.visible(request.who).select_related("opened_by"), A_PAGE).get_page(request.GET.get("page"))
    lines = selectors.lines_of_each(request.who, page)
    rows = [{"survey": each, "wanted": selectors.wanted_words(each), "totals": selectors.totals(lines.get(each.pk, []))} for each in page]
    context = {"page": page, "rows": rows, "may_open": may(request.who, "surveys.manage"), "today": timezone.localdate()}
    return render(request, "console/surveys/list.html", context)


@require_GET
@requires("surveys.see")
def survey(request: Request, survey_id: int) -> HttpResponse:
    return _page(request, _survey(request, survey_id), request.GET)


def _page(request: Request, found: Survey, asked: Mapping[str, Any], wrong: Sequence[str] = ()) -> HttpResponse:
    """`wrong`: why what was sent (request.POST, which is shown again) was not taken."""
    who = request.who
    lines = selectors.lines(who, found)
    totals = selectors.totals(lines)
    tab = "findings" if asked.get("tab") == "findings" else "progress"
    show = asked.get("show", "waiting" if totals["waiting"] else "")
    patch = whole_number(asked.get("patch"))
    context = {
        "survey": found, "wanted": selectors.wanted_words(found), "lines": lines, "totals": totals, "tab": tab, "show": show, "patch": patch,
        "may_manage": found.closed_at is None and may(who, "surveys.manage"),
        "may_decide": found.closed_at is None and may(who, "surveys.decide"),
        "over": found.last_day < timezone.localdate(), "ahead": found.first_day > timezone.localdate(),
        "summary": selectors.kept_summary(who, found), "steps": selectors.steps(who, found)[:MOST_STEPS] if tab == "progress" else (),
        "wrong": wrong, "typed": request.POST, "ticked": request.POST.getlist("finding"), "left": totals["patches"] - totals["finished"],
    }  # fmt: skip
    if tab == "findings":
        context |= _findings(request, found, totals, show, patch)
    return render(request, "console/surveys/survey.html", context, status=422 if wrong else 200)


def _findings(request: Request, found: Survey, totals: dict[str, int], show: str, patch: int | None) -> dict[str, Any]:
    page = Paginator(selectors.found_in(request.who, found, show, patch), A_PAGE).get_page(request.GET.get("page"))
    same = near_in_hand(request.who, [each for each in page if not each.outcome], timezone.now())
    rows = [{"finding": each, "photo": next(iter(each.photos.all()), None), "same": same.get(each.pk, [])} for each in page]
    chips = [
        {"name": name, "n": totals[slug or "all"], "on": slug == show, "url": "?" + urlencode({"tab": "findings", "show": slug, **({"patch": patch} if patch else {})})}
        for slug, name in SHOWS.items()
    ]
    return {"page": page, "rows": rows, "chips": chips, "patch_name": next((each.patch.name for each in page if each.patch_id == patch), "")}


@require_GET
@requires("surveys.see")
def finding(request: Request, survey_id: int, finding_id: int) -> HttpResponse:
    found = _survey(request, survey_id)
    return _finding_page(request, found, get_object_or_404(selectors.found_in(request.who, found), pk=finding_id))


def _finding_page(request: Request, found: Survey, each: Finding, wrong: str = "") -> HttpResponse:
    after = selectors.found_in(request.who, found, "waiting").filter(pk__lt=each.pk).first()
    context = {
        "survey": found, "finding": each, "following": after, "photos": each.photos.all(), "wrong": wrong, "typed": request.POST,
        "same": near_in_hand(request.who, [] if each.outcome else [each], timezone.now()).get(each.pk, []),
        "may_decide": found.closed_at is None and not each.outcome and may(request.who, "surveys.decide"),
    }  # fmt: skip
    return render(request, "console/surveys/finding.html", context, status=422 if wrong else 200)


@sent_from("survey", "survey_id")
@requires("surveys.decide")
def decide(request: Request, survey_id: int) -> HttpResponse:
    """One finding from its own page, or those that are ticked; what was refused is named with its reason and stays ticked."""
    found, data = _survey(request, survey_id), request.POST
    outcome, reason = data.get("outcome", ""), data.get("reason", "")
    back = redirect(f"/surveys/{found.pk}?tab=findings")
    one = whole_number(data.get("one"))
    if one is not None:
        each = get_object_or_404(selectors.found_in(request.who, found), pk=one)
        try:
            done = services.decide(request.who, each, outcome, reason)
        except Refused as refused:
            return _finding_page(request, found, each, refused.words)
        messages.success(request, _("%(what)s：%(outcome)s。") % {"what": done.matter_name, "outcome": done.get_outcome_display()})
        following = whole_number(data.get("following"))
        return redirect("survey-finding", found.pk, following) if following else back
    ids = [number for value in data.getlist("finding") if (number := whole_number(value)) is not None]
    lacking = [words for words, lacks in (
        (_("请先勾选要处理的发现，一条也没有勾。"), not ids), (_("请选怎么处理"), outcome not in dict(Finding.OUTCOMES)),
        (_("不采用请写明原因"), outcome == "refused" and not reason.strip()),
    ) if lacks]  # fmt: skip
    if lacking:
        return _page(request, found, {"tab": "findings", **data.dict()}, lacking)
    said = services.decide_each(request.who, found, ids, outcome, reason)
    if said.done:
        messages.success(request, _("已处理 %(n)d 条：%(outcome)s。") % {"n": len(said.done), "outcome": said.done[0].get_outcome_display()})
    wrong = [f"{each.matter_name} {each.address}：{words}" for each, words in said.left[:5]]
    if len(said.left) > 5:
        wrong.append(_("另有 %(n)d 条没有办成，请逐条打开查看。") % {"n": len(said.left) - 5})
    return _page(request, found, {"tab": "findings", **data.dict()}, wrong) if wrong else back


@requires("surveys.see")
def patch(request: Request, survey_id: int, patch_id: int) -> HttpResponse:
    """One patch: which unit grids were looked at, by whom; and who walks it."""
    found = _survey(request, survey_id)
    each = get_object_or_404(selectors.patches(request.who).filter(survey=found), pk=patch_id)
    if request.method == "POST":
        chosen = [account for account in accounts_with_role("inspector", with_away=True) if str(account.pk) in request.POST.getlist("walkers")]
        try:
            services.set_walkers(request.who, each, chosen)
        except Refused as refused:
            messages.warning(request, refused.words)
        else:
            messages.success(request, _("已改由 %(names)s 走这一片。") % {"names": "、".join(map(str, chosen))})
        return redirect("survey-patch", found.pk, each.pk)
    return _patch_page(request, found, each)


def _patch_page(request: Request, found: Survey, each: Patch, wrong: str = "") -> HttpResponse:
    line = next(line for line in selectors.lines(request.who, found) if line.patch.pk == each.pk)
    context = {
        "survey": found, "line": line, "cells": selectors.cells(each), "walkers": {walker.pk for walker in each.walkers.all()},
        "inspectors": accounts_with_role("inspector", with_away=True),
        "may_manage": found.closed_at is None and may(request.who, "surveys.manage"), "wrong": wrong, "typed": request.POST,
        "steps": selectors.steps(request.who, found).filter(patch=each),
    }  # fmt: skip
    return render(request, "console/surveys/patch.html", context, status=422 if wrong else 200)


@sent_from("survey-patch", "survey_id", "patch_id")
@requires("surveys.manage")
def take_back(request: Request, survey_id: int, patch_id: int) -> HttpResponse:
    """A patch that was called walked is not, after all."""
    found = _survey(request, survey_id)
    each = get_object_or_404(selectors.patches(request.who).filter(survey=found), pk=patch_id)
    try:
        services.take_back(request.who, each, request.POST.get("words", ""))
    except Refused as refused:
        return _patch_page(request, found, each, refused.words)
    messages.success(request, _("“%(patch)s”的走完已撤回，走片区的人收到了通知。") % {"patch": each})
    return redirect("survey-patch", survey_id, patch_id)


@sent_from("survey", "survey_id")
@requires("surveys.manage")
def prolong(request: Request, survey_id: int) -> HttpResponse:
    last_day = day(request.POST.get("last_day"))
    try:
        if last_day is None:
            raise Refused(_("请选一个结束日期"))
        services.prolong(request.who, _survey(request, survey_id), last_day)
    except Refused as refused:
        messages.warning(request, refused.words)
    else:
        messages.success(request, _("结束日期改为 %(day)s。") % {"day": last_day})
    return redirect("survey", survey_id)


@sent_from("survey", "survey_id")
@requires("surveys.manage")
def close(request: Request, survey_id: int) -> HttpResponse:
    found = _survey(request, survey_id)
    try:
        services.close_survey(request.who, found, request.POST.get("words", ""))
    except Refused as refused:
        return _page(request, found, {}, [refused.words])
    messages.success(request, _("普查已结束，数字和小结都已留存。"))
    return redirect("survey", survey_id)


@require_GET
@requires("surveys.see")
def sheet(request: Request, survey_id: int) -> HttpResponse:
    found = _survey(request, survey_id)
    return spreadsheets.download_workbook(f"survey-{found.pk}", selectors.sheets(request.who, found))


navigation.add("surveys", gettext_lazy("专项普查"), "/surveys", ("acceptor", "shift_leader", "dispatcher", "overseer", "leader", "evaluator", "contractor_lead"), order=28, more=True)

urlpatterns = [
    path("surveys", surveys, name="surveys"),
    path("surveys/<int:survey_id>", survey, name="survey"),
    path("surveys/<int:survey_id>/findings/<int:finding_id>", finding, name="survey-finding"),
    path("surveys/<int:survey_id>/decide", decide, name="survey-decide"),
    path("surveys/<int:survey_id>/patches/<int:patch_id>", patch, name="survey-patch"),
    path("surveys/<int:survey_id>/patches/<int:patch_id>/take-back", take_back, name="survey-take-back"),
    path("surveys/<int:survey_id>/prolong", prolong, name="survey-prolong"),
    path("surveys/<int:survey_id>/close", close, name="survey-close"),
    path("surveys/<int:survey_id>/sheet", sheet, name="survey-sheet"),
]
