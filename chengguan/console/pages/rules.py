"""Rules: what is watched, with which limits; changed with a reason, undone as easily."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengguan.alarms import selectors as questions
from chengguan.alarms import services
from chengguan.alarms.models import RuleRevision
from chengguan.alarms.services.ruling import CHANGEABLE
from chengguan.console.pages.alarm_desk import RANKS
from chengguan.console.selectors import rules as shown
from chengguan.people import navigation
from chengguan.people.access import Request, requires
from chengguan.people.selectors import may
from chengguan.people.typed import whole_number

navigation.add("rules", gettext_lazy("告警规则"), "/rules", order=70, action="alarms.see", more=True)


@require_safe
@requires("alarms.see")
def rules(request: Request) -> HttpResponse:
    rows = [shown.line(request.who, rule) for rule in questions.rules(request.who, request.GET.get("trade", ""))]
    by_trade: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_trade.setdefault(row["rule"].subsystem, []).append(row)
    trades = [{"slug": slug, "name": shown.trade_name(slug), "rows": by_trade[slug]} for slug in shown.in_order(by_trade)]
    context = {"trades": trades, "can_change": may(request.who, "alarms.change_rules")}
    return render(request, "console/rules/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("alarms.see")
def rule(request: Request, slug: str) -> HttpResponse:
    page = questions.rule_page(request.who, slug)
    if page is None:
        raise Http404(_("没有这条规则。"))
    errors: dict[str, list[str]] = {}
    given: dict[str, Any] = {}
    version = whole_number(request.POST.get("version"))
    if request.method == "POST":
        given = _given(request, page)
        try:
            services.change_rule(request.who, slug, given, request.POST.get("reason", ""), version)
        except ValidationError as trouble:
            errors = trouble.message_dict if hasattr(trouble, "error_dict") else {"": trouble.messages}
        else:
            messages.success(request, _("已保存。几秒内生效，并按新限值重新判断最新读数。"))
            return redirect("rule", slug)
    line = shown.line(request.who, page.rule)
    context = {
        "page": page,
        "rule": page.rule,
        "default": page.default,
        "source": _(page.default.source),
        "fields": shown.fields(page, given.get("limits") or page.rule.limits),
        "given": {**{name: getattr(page.rule, name) for name in CHANGEABLE}, **given},
        "reason": request.POST.get("reason", ""),
        "errors": errors,
        "revisions": [shown.revision(page, each) for each in page.revisions],
        "since": [shown.revision(page, each) for each in page.revisions if errors and version is not None and each.version > version],
        "grouping": shown.grouping(page.default),
        "ranks": list(RANKS.items()),
        "can_change": may(request.who, "alarms.change_rules"),
        **{name: line[name] for name in ("standing", "words")},
    }
    return render(request, "console/rules/rule.html", context, status=422 if errors else 200)


def _given(request: Request, page: Any) -> dict[str, Any]:
    """The form in the service's words. What cannot be read as a number is passed on and refused there."""
    limits: dict[str, Any] = {}
    for field in shown.fields(page, page.rule.limits):
        key = f"limit_{field['name']}"
        value: Any = request.POST.getlist(key) if field["states"] else request.POST.get(key, "")
        if value not in ("", []) or field["required"]:
            limits[field["name"]] = value
    given = {name: request.POST.get(name, "") for name in ("severity", "hold_s", "clear_hold_s", "settle_s")}
    return {**given, "enabled": "enabled" in request.POST, "auto_register": "auto_register" in request.POST, "limits": limits}


@require_safe
@requires("alarms.see")
def preview(request: Request, slug: str) -> HttpResponse:
    """How many devices the limits typed would alarm now, by their latest values."""
    page = questions.rule_page(request.who, slug)
    if page is None:
        raise Http404
    limits = {field["name"]: request.GET.get(f"limit_{field['name']}", "") for field in shown.fields(page, page.rule.limits) if not field["states"]}
    states = request.GET.getlist("limit_states")
    return render(request, "console/rules/preview.html", {"preview": shown.preview(request.who, page, limits, states)})


@require_POST
@requires("alarms.change_rules")
def undo(request: Request, slug: str, version: int) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.warning(request, _("请写明为什么撤销。没有改动。"))
        return redirect("rule", slug)
    try:
        services.undo_rule(request.who, slug, version, reason, whole_number(request.POST.get("version")))
    except RuleRevision.DoesNotExist:
        raise Http404 from None
    except (ValidationError, PermissionDenied) as trouble:
        messages.error(request, "；".join(trouble.messages) if isinstance(trouble, ValidationError) else str(trouble))
    else:
        messages.success(request, _("已恢复到这次修改之前。"))
    return redirect("rule", slug)


urlpatterns = [
    path("rules", rules, name="rules"),
    path("rules/<slug:slug>", rule, name="rule"),
    path("rules/<slug:slug>/preview", preview, name="rule_preview"),
    path("rules/<slug:slug>/undo/<int:version>", undo, name="rule_undo"),
]
