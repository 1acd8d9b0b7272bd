"""The county's settings: what holds, by default or by its own word, changed with a reason; the history; spreadsheets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengguan.cases import selectors, services
from chengguan.cases.models import Change, Setting
from chengguan.cases.selectors import settings_in_words as shown
from chengguan.cases.selectors import settings_sheets
from chengguan.cases.selectors.levels import closed_but_not_accepted
from chengguan.cases.selectors.seen import last_seen
from chengguan.cases.services.seen import Overtaken
from chengguan.console.pages import settings_form
from chengguan.console.pages.limits import seen_of, set_back
from chengguan.people import navigation, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.roles import name_of
from chengguan.people.selectors import accounts_with_role
from chengguan.standards.limits import SETTINGS
from chengguan.standards.limits import Setting as Declared

navigation.add("settings", gettext_lazy("流程与时限设置"), "/administration/settings", action="cases.configure", place="administration", order=32)
navigation.add("changes", gettext_lazy("设置的历史"), "/administration/changes", action="cases.configure", place="administration", order=78)

PLAN_SALT, PLAN_KEEPS_S = "settings.plan", 3600


def _declared(key: str) -> Declared:
    if key not in SETTINGS:
        raise Http404(_("没有这项设置。"))
    return SETTINGS[key]


@require_safe
@requires("cases.configure")
def settings(request: Request) -> HttpResponse:
    return render(request, "console/settings/settings.html", {"groups": shown.grouped()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.configure")
def setting(request: Request, key: str) -> HttpResponse:
    declared = _declared(key)
    seen = last_seen("setting", [key])  # before the value: a change between the two is shown again rather than never
    own = dict(Setting.objects.filter(key=key).values_list("key", "value"))
    value, error, reason = own.get(key, declared.default), "", request.POST.get("reason", "").strip()
    if request.method == "POST":
        try:
            if not reason:
                raise ValueError(_("请写明为什么改"))
            value = None if "default" in request.POST else settings_form.read(declared, request.POST)
            services.set_setting(request.who, key, value, reason=reason, seen=seen_of(request))
        except (ValueError, services.Refused) as refused:
            error = str(refused)
            value = declared.default if value is None else value
        else:
            messages.success(request, _("已保存，从下一步起生效；在办案件的时限正在后台重算。"))
            return redirect("setting", key)
    line = shown.line_of(declared, own, None)
    context = {
        "line": line,
        "group": next(name for slug, name, _keys in shown.GROUPS if slug == shown.group_of(key)),
        "form": _drawn(declared, value, error),
        "vacant": _vacant(own.get(key, declared.default)) if line.kind == "ladder" else "",
        "idle": _idle() if key in ("township.accepts", "township.closes") else "",
        "error": error,
        "reason": reason,
        "seen": seen,
        "told": shown.told(shown.changes("setting", key)[:20]),
    }
    return render(request, "console/settings/setting.html", context, status=422 if error else 200)


def _vacant(ladder: list[dict[str, Any]]) -> str:
    """Posts of a ladder that nobody holds today: what they should decide would wait for ever."""
    named = dict.fromkeys(role for rung in ladder for role in rung["who"])
    return "、".join(name_of(role) for role in named if not accounts_with_role(role))


def _idle() -> str:
    """The matters that townships may close and do not accept."""
    return "、".join(shown.matter_in_words(code) for code in closed_but_not_accepted(selectors.settings()))


def _drawn(declared: Declared, value: Any, error: str) -> settings_form.Drawn:
    """As it was typed; as it stands when what was typed cannot be drawn."""
    try:
        return settings_form.drawn(declared, value)
    except (KeyError, TypeError, ValueError, AttributeError):
        if not error:
            raise
        return settings_form.drawn(declared, declared.default)


@require_safe
@requires("cases.configure")
def matters(request: Request, key: str) -> HttpResponse:
    counted = shown.kind_of_setting(_declared(key)) == "numbers"
    found = settings_form.matters_found(request.GET.get("q", "").strip(), request.GET, counted)
    return render(request, "console/settings/matters.html", {"matters": found, "counted": counted, "q": request.GET.get("q", "")})


@require_safe
@requires("cases.configure")
def preview(request: Request) -> HttpResponse:
    wrong, said = settings_form.previewed(request.GET)
    return render(request, "console/settings/preview.html", {"wrong": wrong, "said": said})


@require_safe
@requires("cases.configure")
def changes(request: Request) -> HttpResponse:
    kind = request.GET.get("kind", "")
    page = Paginator(shown.changes(kind), 40).get_page(request.GET.get("page"))
    context = {"page": page, "told": shown.told(page.object_list), "kinds": Change.KINDS, "kind": kind}
    return render(request, "console/settings/changes.html", context)


@require_POST
@requires("cases.configure")
def undo(request: Request, change_id: int) -> HttpResponse:
    change = get_object_or_404(Change, pk=change_id)
    set_back(request, change)
    return redirect("setting", change.key) if request.POST.get("back") == "setting" else redirect("changes")


@require_safe
@requires("cases.configure")
def sheet(request: Request) -> HttpResponse:
    return spreadsheets.download_workbook("settings", settings_sheets.sheets())


@sent_from("settings")
@requires("cases.configure")
def read_in(request: Request) -> HttpResponse:
    """First the plan: what would change, what is refused and why. Nothing is written."""
    seen = last_seen("setting")
    try:
        if "file" not in request.FILES:
            raise ValidationError(_("请选择一个表格文件。"))
        plan = settings_sheets.plan_of(spreadsheets.read_workbook(request.FILES["file"], settings_sheets.SHEETS))
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
        return redirect("settings")
    signed = {"values": plan.values, "seen": seen}
    return render(request, "console/settings/plan.html", {"plan": plan, "signed": signing.dumps(signed, salt=PLAN_SALT, compress=True)})


@sent_from("settings")
@requires("cases.configure")
def carry_out(request: Request) -> HttpResponse:
    """Then what the plan said, all of it or nothing."""
    try:
        signed = signing.loads(request.POST.get("plan", ""), salt=PLAN_SALT, max_age=PLAN_KEEPS_S)
        services.set_settings(request.who, signed["values"], request.POST.get("reason", "").strip() or _("从表格导入"), seen=signed["seen"])
    except signing.BadSignature:
        messages.warning(request, _("试算结果已过一小时，请重新导入。没有改动任何设置。"))
    except Overtaken as overtaken:
        messages.warning(request, _("试算之后，%(changes)s。没有改动任何设置，请重新导入。") % {"changes": overtaken.changes})
    except services.Refused as refused:
        messages.warning(request, _("%(reason)s。没有改动任何设置。") % {"reason": refused.words})
    else:
        messages.success(request, _("已按表格修改 %(n)d 项设置。") % {"n": len(signed["values"])})
    return redirect("settings")


urlpatterns = [
    path("administration/settings", settings, name="settings"),
    path("administration/settings.xlsx", sheet, name="settings_sheet"),
    path("administration/settings/import", read_in, name="settings_import"),
    path("administration/settings/import/do", carry_out, name="settings_carry_out"),
    path("administration/settings/preview", preview, name="setting_preview"),
    path("administration/settings/<str:key>", setting, name="setting"),
    path("administration/settings/<str:key>/matters", matters, name="setting_matters"),
    path("administration/changes", changes, name="changes"),
    path("administration/changes/<int:change_id>/undo", undo, name="change_undo"),
]
