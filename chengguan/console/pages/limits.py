"""Limits by filing condition and class of area: looked at, changed, undone, by spreadsheet."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases import selectors, services
from chengguan.cases.models import Change, FilingLimit
from chengguan.cases.selectors.seen import last_seen
from chengguan.cases.services import limits as verbs
from chengguan.console.selectors import limits as shown
from chengguan.people import navigation, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.pages.administration.forms import FileForm, Plain
from chengguan.people.typed import whole_number
from chengguan.places.models import AreaClass
from chengguan.standards import codes, filing
from chengguan.standards.limits import Limit

navigation.add("limits", gettext_lazy("立案条件时限"), "/administration/limits", action="cases.configure", place="administration", order=33)

CLASS_CHOICES = [("", gettext_lazy("各类区域")), *AreaClass.choices]


def clock_choices() -> list[tuple[str, str]]:
    return [("", ""), *((clock, _(name)) for clock, name in verbs.CLOCK_NAMES.items())]


class LimitForm(Plain):
    area_class = forms.ChoiceField(label=gettext_lazy("区域等级"), choices=CLASS_CHOICES, required=False)
    valid_from = forms.DateField(label=gettext_lazy("生效日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), help_text=gettext_lazy("自这一天起开始计时的案件"))
    value = forms.FloatField(label=gettext_lazy("处置时限"), required=False, help_text=gettext_lazy("空着：按清单"))
    clock = forms.ChoiceField(label=gettext_lazy("处置计时"), choices=clock_choices, required=False)
    verify_value = forms.FloatField(label=gettext_lazy("核查时限"), required=False, help_text=gettext_lazy("空着：按环节时限"))
    verify_clock = forms.ChoiceField(label=gettext_lazy("核查计时"), choices=clock_choices, required=False)
    reason = forms.CharField(label=gettext_lazy("为什么改"), max_length=200, help_text=gettext_lazy("例如：某次会议的决定"))

    def limit(self, name: str, clock: str) -> Limit | None:
        value = self.cleaned_data[name]
        return Limit(value, self.cleaned_data[clock]) if value is not None or self.cleaned_data[clock] else None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for value, clock in (("value", "clock"), ("verify_value", "verify_clock")):
            if (given.get(value) is None) != (not given.get(clock)):
                self.add_error(value, _("时限和计时方式要一起填，或者都空着"))
        return given


class SheetForm(FileForm):
    valid_from = forms.DateField(label=gettext_lazy("没有写生效日期的行，自哪天起生效"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=gettext_lazy("为什么改"), max_length=200, required=False)
    dry = forms.BooleanField(label=gettext_lazy("只检查，不写入"), required=False)


def take(act: Any) -> Any:
    """A service's refusal as the form says it."""
    try:
        return act()
    except services.Refused as refused:
        raise ValidationError(refused.words) from refused


@requires("cases.configure")
def limits(request: Request) -> HttpResponse:
    given = {key: request.GET.get(key, "").strip() for key in ("q", "major", "own")}
    asked: dict[str, Any] = {"q": given["q"], "major": given["major"], "own_only": bool(given["own"])}
    today = timezone.localdate()
    if request.GET.get("as") == "xlsx":
        return spreadsheets.download("limits", verbs.LIMIT_HEADERS, shown.sheet_rows(request.who, selectors.settings(), today, **asked))
    rows = shown.conditions(request.who, selectors.settings(), today, **asked)
    context = {
        "page": Paginator(rows, 30).get_page(request.GET.get("page")),
        "given": given,
        "majors": [(code, name) for code, name, _items in codes.tree("matter")],
        "file_form": SheetForm(initial={"valid_from": today, "dry": True}),
    }
    return render(request, f"console/limits/limits{'_list' if request.htmx else ''}.html", context)


@requires("cases.configure")
def limit(request: Request, key: str) -> HttpResponse:
    try:
        condition = filing.condition(key)
    except KeyError:
        raise Http404(_("没有这个立案条件。")) from None
    today, seen = timezone.localdate(), last_seen("limit", beginning=f"{key}|")
    form = LimitForm(request.POST or None, initial={"valid_from": today})
    if request.method == "POST":
        done = form.attempt(lambda given: take(lambda: verbs.set_limit(
            request.who, key, given["area_class"], given["valid_from"], form.limit("value", "clock"), form.limit("verify_value", "verify_clock"), reason=given["reason"],
            seen=seen_of(request),
        )) or True)  # fmt: skip
        if done:
            messages.success(request, _("已保存。自生效之日起开始计时的在办案件，时限正在后台重算；已办结的不变。"))
            return redirect("limit", key)
    context = {
        "condition": condition,
        "matter_name": codes.matter_name(condition.matter),
        "listed": shown.words(Limit(condition.limit, condition.clock)),
        "rows": shown.own_rows(request.who, key, today),
        "history": shown.changes(request.who, "limit", f"{key}|"),
        "form": form,
        "seen": seen,
    }
    return render(request, "console/limits/limit.html", context)


@sent_from("limit", "key")
@requires("cases.configure")
def limit_drop(request: Request, key: str, row: int) -> HttpResponse:
    one = get_object_or_404(FilingLimit, pk=row, condition_key=key)
    try:
        verbs.drop_limit(request.who, key, one.area_class, one.valid_from, seen=seen_of(request))
    except services.Refused as refused:
        messages.warning(request, refused.words)
    else:
        messages.success(request, _("已删除，可以在修改记录里撤销。"))
    return redirect("limit", key)


@sent_from("limit", "key")
@requires("cases.configure")
def limit_undo(request: Request, key: str, change: int) -> HttpResponse:
    set_back(request, get_object_or_404(Change, pk=change, kind="limit", key__startswith=f"{key}|"))
    return redirect("limit", key)


def seen_of(request: Request) -> int | None:
    """The last change that stood on the page which was filled in."""
    return whole_number(request.POST.get("seen"))


def set_back(request: Request, change: Change) -> None:
    """With its reason, which the history keeps."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        messages.warning(request, _("请写明为什么撤销。没有改动。"))
        return
    try:
        services.undo(request.who, change, reason)
    except services.Refused as refused:
        messages.warning(request, refused.words)
    else:
        messages.success(request, _("已恢复到这次修改之前。"))


@sent_from("limits")
@requires("cases.configure")
def limits_import(request: Request) -> HttpResponse:
    form = SheetForm(request.POST, request.FILES)
    report = form.attempt(lambda given: take(lambda: verbs.import_limits(
        request.who, spreadsheets.read(given["file"], verbs.LIMIT_HEADERS), given["valid_from"] or timezone.localdate(), dry=given["dry"], reason=given["reason"],
    )))  # fmt: skip
    return reported(request, form, report, "limits")


def reported(request: Request, form: SheetForm, report: Any, back: str) -> HttpResponse:
    if report is None:
        messages.warning(request, form.words)
        return redirect(back)
    if form.cleaned_data["dry"]:
        messages.info(request, _("只检查了表格，什么都没有写入。去掉“只检查”再导入一次才会生效。"))
    return render(request, "people/administration/import_report.html", {"report": report, "back": back})


# ---- the classes of areas -------------------------------------------------------------------------
class ClassForm(Plain):
    code = forms.CharField(label=gettext_lazy("区域代码或单元网格标识码"), max_length=15)
    area_class = forms.ChoiceField(label=gettext_lazy("区域等级"), choices=[("", gettext_lazy("随上级区域")), *AreaClass.choices], required=False)


@requires("cases.configure")
def area_classes(request: Request) -> HttpResponse:
    seen = last_seen("area_class")
    form, of = ClassForm(request.POST or None), str(request.POST.get("of") or request.GET.get("of") or "")
    if request.method == "POST":
        if form.attempt(lambda given: take(lambda: verbs.set_area_class(request.who, **given, seen=seen_of(request))) or True):
            messages.success(request, _("已保存。"))
            return redirect(reverse("area_classes") + (f"?{urlencode({'of': of})}" if of else ""))
        messages.warning(request, form.words)
    if request.GET.get("as") == "xlsx":
        return spreadsheets.download("area-classes", verbs.CLASS_HEADERS, shown.class_rows(request.who))
    default = str(selectors.settings()["limits.area_class"])
    context = {
        "rows": shown.classed_areas(request.who, default, of), "of": of, "default": default, "form": form, "classes": AreaClass.choices,
        "file_form": SheetForm(initial={"dry": True}), "history": shown.changes(request.who, "area_class", ""), "seen": seen,
    }  # fmt: skip
    return render(request, "console/limits/areas.html", context)


@sent_from("area_classes")
@requires("cases.configure")
def area_class_undo(request: Request, change: int) -> HttpResponse:
    set_back(request, get_object_or_404(Change, pk=change, kind="area_class"))
    return redirect("area_classes")


@sent_from("area_classes")
@requires("cases.configure")
def area_classes_import(request: Request) -> HttpResponse:
    form = SheetForm(request.POST, request.FILES)
    report = form.attempt(lambda given: take(lambda: verbs.import_area_classes(
        request.who, spreadsheets.read(given["file"], verbs.CLASS_HEADERS), dry=given["dry"], reason=given["reason"],
    )))  # fmt: skip
    return reported(request, form, report, "area_classes")


urlpatterns = [
    path("administration/limits", limits, name="limits"),
    path("administration/limits/import", limits_import, name="limits_import"),
    path("administration/limits/areas", area_classes, name="area_classes"),
    path("administration/limits/areas/undo/<int:change>", area_class_undo, name="area_class_undo"),
    path("administration/limits/areas/import", area_classes_import, name="area_classes_import"),
    path("administration/limits/<slug:key>", limit, name="limit"),
    path("administration/limits/<slug:key>/drop/<int:row>", limit_drop, name="limit_drop"),
    path("administration/limits/<slug:key>/undo/<int:change>", limit_undo, name="limit_undo"),
]
