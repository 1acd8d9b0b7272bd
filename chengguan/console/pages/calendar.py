"""The working calendar of a year: which days work, the county's own days, a year's notice by spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases import selectors
from chengguan.cases.models import Change
from chengguan.cases.selectors.seen import last_seen
from chengguan.cases.selectors.settings_in_words import changes, told
from chengguan.cases.services import calendar as verbs
from chengguan.console.pages.limits import SheetForm, reported, seen_of, set_back, take
from chengguan.console.selectors import calendar as shown
from chengguan.people import navigation, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.pages.administration.forms import Plain

navigation.add("calendar", gettext_lazy("工作日历"), "/administration/calendar", action="cases.configure", place="administration", order=34)

WEEKDAYS = [gettext_lazy("一"), gettext_lazy("二"), gettext_lazy("三"), gettext_lazy("四"), gettext_lazy("五"), gettext_lazy("六"), gettext_lazy("日")]
AS = [("free", gettext_lazy("放假")), ("work", gettext_lazy("上班")), ("published", gettext_lazy("按公布（取消本县的设定）"))]


class DaysForm(Plain):
    first = forms.DateField(label=gettext_lazy("第一天"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=gettext_lazy("最后一天"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), help_text=gettext_lazy("空着：只设一天"))
    working = forms.ChoiceField(label=gettext_lazy("设为"), choices=AS)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=100, required=False, help_text=gettext_lazy("例如：国庆节、调休、停电"))
    reason = forms.CharField(label=gettext_lazy("为什么改"), max_length=200)


def _year(request: Request) -> int:
    text = request.GET.get("year", "")
    this = timezone.localdate().year
    return min(max(int(text), verbs.FIRST_YEAR), verbs.LAST_YEAR) if text.isdecimal() and len(text) == 4 else this


def _picked(request: Request) -> dict[str, Any]:
    try:
        return {"first": date.fromisoformat(request.GET.get("day", ""))}
    except ValueError:
        return {}


@requires("cases.configure")
def calendar(request: Request) -> HttpResponse:
    year = _year(request)
    if request.GET.get("as") == "xlsx":
        return spreadsheets.download(f"calendar-{year}", verbs.DAY_HEADERS, shown.day_rows(request.who, year))
    seen, form = last_seen("day"), DaysForm(request.POST or None, initial=_picked(request))
    if request.method == "POST":
        done = form.attempt(lambda given: take(lambda: {"days": verbs.set_calendar_days(
            request.who, given["first"], given["last"] or given["first"], {"work": True, "free": False}.get(given["working"]), given["note"], reason=given["reason"], seen=seen_of(request),
        )}))  # fmt: skip
        if done:
            messages.success(request, _("改了 %(n)d 天。在办案件的时限正在后台重算；已办结的不变。") % {"n": done["days"]})
            return redirect(f"{reverse('calendar')}?year={form.cleaned_data['first'].year}")
    context = {
        "year": year,
        "months": shown.months(request.who, year),
        "weekdays": WEEKDAYS,
        "legend": [(kind, mark, words) for kind, (mark, words) in shown.KINDS.items()],
        "known": selectors.calendar().knows(year),
        "form": form,
        "file_form": SheetForm(initial={"dry": True}),
        "told": told(changes("day")[:20]),
        "today": timezone.localdate(),
        "seen": seen,
    }
    return render(request, "console/calendar/calendar.html", context)


@sent_from("calendar")
@requires("cases.configure")
def calendar_undo(request: Request, change: int) -> HttpResponse:
    one = get_object_or_404(Change, pk=change, kind="day")
    set_back(request, one)
    return redirect(f"{reverse('calendar')}?year={one.key[:4]}")


@sent_from("calendar")
@requires("cases.configure")
def calendar_import(request: Request) -> HttpResponse:
    form = SheetForm(request.POST, request.FILES)
    report = form.attempt(lambda given: take(lambda: verbs.import_days(
        request.who, spreadsheets.read(given["file"], verbs.DAY_HEADERS), dry=given["dry"], reason=given["reason"],
    )))  # fmt: skip
    return reported(request, form, report, "calendar")


urlpatterns = [
    path("administration/calendar", calendar, name="calendar"),
    path("administration/calendar/import", calendar_import, name="calendar_import"),
    path("administration/calendar/undo/<int:change>", calendar_undo, name="calendar_undo"),
]
