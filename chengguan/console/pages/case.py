"""The page of one case: what is it, where does it stand, what may I do."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chengguan.cases import selectors, services, workflow
from chengguan.cases.models import Case
from chengguan.cases.selectors import Action
from chengguan.cases.selectors.closing import why_not_closed
from chengguan.cases.selectors.retention import told_of
from chengguan.console.pages import case_forms, case_view
from chengguan.console.selectors import history
from chengguan.people.selectors import Who, may
from chengguan.people.typed import whole_number

ACTION_KEYS = "asdfghlwertyuiopzvbm"


def _found(who: Who, case_id: int) -> Case:
    try:
        return selectors.visible(who).get(pk=case_id)
    except Case.DoesNotExist as error:
        raise Http404(_("没有这个案件，或者它不在您的范围内。")) from error


def _file(who: Who, case_id: int) -> dict[str, Any]:
    try:
        return selectors.case_file(who, case_id)
    except Case.DoesNotExist as error:
        raise Http404(_("没有这个案件，或者它不在您的范围内。")) from error


def _page(
    request: HttpRequest, case_id: int, *, file: dict[str, Any] | None = None, shown: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    who: Who = request.who  # type: ignore[attr-defined]
    file = file or _file(who, case_id)
    case: Case = file["case"]
    actions = selectors.actions_for(who, case)
    main = next((action for action in actions if action.main), None)
    slug = shown or (main.slug if main else "")
    action = next((each for each in actions if each.slug == slug), None)
    if action is None and shown and status == 200:
        action, more["errors"] = main, [_("现在您不能办“%s”。") % _(workflow.ACTIONS.get(shown, shown))]
    context = {
        "case": case,
        **_offered(who, case, actions, action, more.get("typed")),
        **case_view.view_of(file, timezone.now()),
        **case_view.beside(who, case, actions),
        "not_closed": why_not_closed(who, case, file["steps"], {action.slug for action in actions}),
        "charts": history.alarms_with_chart(who, file["alarms"]),
        **(told_of(case) if case.state in workflow.FINAL else {}),
        "may_keep": may(who, "cases.propose_disposal"),
        **more,
    }
    return render(request, "console/case/page.html", context, status=status)


def _offered(who: Who, case: Case, actions: list[Action], action: Action | None, typed: Any = None) -> dict[str, Any]:
    """The buttons of this person with their keys, and the form of the one that is chosen."""
    form = case_forms.form_of(who, case, action, typed) if action else None
    return {"actions": list(zip(actions, ACTION_KEYS, strict=False)), "action": action, "form": form}


@login_required
@require_GET
@selectors.held()
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    who: Who = request.who  # type: ignore[attr-defined]
    file = _file(who, case_id)
    chosen: dict[str, Any] = {"typed": request.GET} if "into" in request.GET else {}  # pointed at beside the form, sent by the form
    page = _page(request, case_id, file=file, shown=request.GET.get("act", ""), **chosen)
    services.mark_opened(who, file["case"])
    return page


@login_required
@require_GET
def live(request: HttpRequest, case_id: int) -> HttpResponse:
    """What changes by itself on an open case page: everything but the form that somebody is filling in."""
    who: Who = request.who  # type: ignore[attr-defined]
    found = _found(who, case_id)
    seen = whole_number(request.GET.get("version"))
    if seen is not None and selectors.only_noted_since(found, seen):
        return HttpResponse(status=204)
    return render(request, "console/case/moved.html", {"case": found, "by": case_view.last_step(found)})


@login_required
@require_GET
def form(request: HttpRequest, case_id: int, slug: str) -> HttpResponse:
    """The form of one action under its buttons, for htmx."""
    who: Who = request.who  # type: ignore[attr-defined]
    found = _found(who, case_id)
    actions = selectors.actions_for(who, found)
    action = next((each for each in actions if each.slug == slug), None)
    if action is None:
        return render(request, "console/case/moved.html", {"case": found, "by": case_view.last_step(found)})
    return render(request, "console/case/act.html", {"case": found, **_offered(who, found, actions, action)})


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, case_id: int, slug: str) -> HttpResponse:
    """Make one move. When it is refused, what was typed comes back with every reason. Opened as a page (from the browser's
    history, or sent on as a link) it moves nothing and shows the form."""
    who: Who = request.who  # type: ignore[attr-defined]
    if request.method == "GET":
        return redirect(f"{reverse('case', args=[case_id])}?{urlencode({'act': slug})}")
    found = _found(who, case_id)
    typed = request.POST
    version = whole_number(typed.get("version"))
    if version is not None and selectors.only_noted_since(found, version):
        version = found.version
    if version is not None and version != found.version:
        words = _("您打开后这个案件已被%(who)s办过“%(action)s”，现在是“%(state)s”。您填的内容还在，请看过后再决定。")
        return _page(request, case_id, shown=slug, status=409, typed=typed, errors=[words % case_view.last_words(found)])
    action = next((each for each in selectors.actions_for(who, found) if each.slug == slug), None)
    if action is None:
        return _page(request, case_id, status=403, errors=[_("现在您不能办“%s”。") % _(workflow.ACTIONS.get(slug, slug))])
    given, wrong = case_forms.read(who, action, typed, request.FILES)
    if wrong:
        others = [each.words for each in services.objections(who, found, slug, version=version, **given) if each.field not in wrong]
        return _page(request, case_id, shown=slug, status=422, typed=typed, errors=[*wrong.values(), *others])
    try:
        services.act(who, found, slug, version=version, **given)
    except services.Refused as refused:
        return _page(request, case_id, shown=slug, status=422, typed=typed, errors=[each.words for each in refused.every])
    messages.success(request, _("已%(action)s。") % {"action": action.name})
    if selectors.visible(who).filter(pk=case_id).exists():
        return redirect("case", case_id)
    return redirect("work")


urlpatterns = [
    path("cases/<int:case_id>", case, name="case"),
    path("cases/<int:case_id>/live", live, name="case-live"),
    path("cases/<int:case_id>/act/<slug:slug>", form, name="case-form"),
    path("cases/<int:case_id>/do/<slug:slug>", act, name="case-act"),
]
