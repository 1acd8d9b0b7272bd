"""The raw tables of cases, to look at; the county's limits and calendar, to set."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases import services
from chengguan.cases.models import CalendarDay, Case, Clock, Report, Request, Setting, Step, Task
from chengguan.cases.selectors.seeing import sees_reporter
from chengguan.people.admin import ReadOnly
from chengguan.standards.limits import SETTINGS, check


class SettingForm(forms.ModelForm):
    """The value is JSON of the same shape as the default."""

    key = forms.ChoiceField(label=gettext_lazy("设置"), choices=lambda: [(key, f"{_(setting.name)} ({key})") for key, setting in SETTINGS.items()])

    class Meta:
        model = Setting
        fields = ("key", "value")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if "key" in found and "value" in found:
            try:
                check(found["key"], found["value"])
            except ValueError as error:
                raise forms.ValidationError({"value": str(error)}) from error
        return found


def _is_administrator(request: Any) -> bool:
    return bool(request.who.is_administrator)


def _say_that_deadlines_follow(request: HttpRequest) -> None:
    messages.info(request, _("在办案件的时限正在后台重算"))


class ThroughServices(ReadOnly):
    """Rows that are set and taken back by services, so that open deadlines follow and the audit trail knows."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_administrator(request)

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        for row in queryset:
            self.delete_model(request, row)


@admin.register(Setting)
class SettingAdmin(ThroughServices):
    form = SettingForm
    list_display = ("key", "value", "changed_at")

    def save_model(self, request: Any, obj: Setting, form: Any, change: bool) -> None:
        services.set_setting(request.who, obj.key, obj.value)
        obj.pk = Setting.objects.get(key=obj.key).pk
        _say_that_deadlines_follow(request)

    def delete_model(self, request: Any, obj: Setting) -> None:
        services.set_setting(request.who, obj.key, None)
        _say_that_deadlines_follow(request)


@admin.register(CalendarDay)
class CalendarDayAdmin(ThroughServices):
    list_display = ("day", "working", "note")

    def save_model(self, request: Any, obj: CalendarDay, form: Any, change: bool) -> None:
        services.set_calendar_day(request.who, obj.day, obj.working, obj.note)
        obj.pk = CalendarDay.objects.get(day=obj.day).pk
        _say_that_deadlines_follow(request)

    def delete_model(self, request: Any, obj: CalendarDay) -> None:
        services.set_calendar_day(request.who, obj.day, None)
        _say_that_deadlines_follow(request)


REPORTER = {"reporter_name", "reporter_phone", "reporter", "said", "follow_code"}
"""Who reported, and how they are reached or followed."""


class WithoutReporter(ReadOnly):
    """Shows of a reporter only what the person may see on the desk's own pages."""

    def get_exclude(self, request: Any, obj: Any = None) -> list[str]:
        hidden = super().get_exclude(request, obj)
        case = obj.case if isinstance(obj, Report) else obj
        return hidden if sees_reporter(request.who, case) else [*hidden, *(f.name for f in self.model._meta.fields if f.name in REPORTER)]


@admin.register(Case)
class CaseAdmin(WithoutReporter):
    list_display = ("register_number", "number", "state", "matter_name", "address", "department", "deadline")
    list_filter = ("state", "source")
    search_fields = ("register_number", "number")
    list_select_related = ("department",)


@admin.register(Report)
class ReportAdmin(WithoutReporter):
    pass


@admin.register(Step, Clock, Task, Request)
class PlainAdmin(ReadOnly):
    pass
