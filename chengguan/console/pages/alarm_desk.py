"""The alarm desk: what is new, what repeats, what belongs together."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chengguan.alarms import selectors as questions
from chengguan.alarms import services as alarms
from chengguan.alarms.models import Alarm
from chengguan.alarms.workflow import ACTION_NAMES
from chengguan.cases.models import CaseAlarm
from chengguan.console import services
from chengguan.console.selectors import duty
from chengguan.people import navigation
from chengguan.people.access import Request, requires
from chengguan.people.selectors import may
from chengguan.people.typed import moment, whole_number

MOST = 300
SHOWN = {"open": gettext_lazy("在台"), "shelved": gettext_lazy("已搁置"), "past": gettext_lazy("已离台")}
RANKS = {1: gettext_lazy("一级"), 2: gettext_lazy("二级"), 3: gettext_lazy("三级"), 4: gettext_lazy("四级")}
SHELF_HOURS = [(1, gettext_lazy("1 小时")), (8, gettext_lazy("8 小时（本班）")), (24, gettext_lazy("1 天")), (72, gettext_lazy("3 天")), (168, gettext_lazy("7 天"))]

navigation.add("alarms", gettext_lazy("告警台"), "/alarms", order=30, action="alarms.see")


@require_GET
@requires("alarms.see")
def desk(request: Request) -> HttpResponse:
    chosen = _chosen(request)
    rows = list(_rows(request, chosen)[: MOST + 1])
    context = {
        "groups": _by_cause(rows[:MOST]),
        "more": len(rows) > MOST,
        "shown_count": len(rows[:MOST]),
        "counts": questions.counts(request.who),
        "chosen": chosen,
        "shows": SHOWN,
        "ranks": RANKS,
        "trades": duty.trades(),
        "chips": _chips(request, chosen),
        "may_acknowledge": may(request.who, "alarms.acknowledge"),
    }
    if request.htmx and not request.htmx.boosted and request.htmx.target == "alarm-rows":
        return render(request, "console/alarms/rows.html", context)
    return render(request, "console/alarms/desk.html", context)


def _chosen(request: Request) -> dict[str, Any]:
    show, rank = request.GET.get("show", "open"), request.GET.get("rank", "")
    return {
        "show": show if show in SHOWN else "open",
        "rank": int(rank) if rank in {"1", "2", "3", "4"} else None,
        "trade": request.GET.get("trade", ""),
        "new": request.GET.get("new") == "1",
        "q": request.GET.get("q", "").strip(),
    }


def _rows(request: Request, chosen: dict[str, Any]) -> QuerySet[Alarm]:
    if chosen["show"] == "past":
        found = questions.alarms(request.who).filter(off_desk_at__isnull=False)
        if chosen["rank"]:
            found = found.filter(severity=chosen["rank"])
        if chosen["trade"]:
            found = found.filter(subsystem=chosen["trade"])
        if chosen["q"]:
            found = found.filter(cause_key__icontains=chosen["q"]) | found.filter(address__icontains=chosen["q"])
        return found.select_related("device__component", "component", "group", "gateway", "acknowledged_by").order_by("-off_desk_at")
    return questions.desk(
        request.who,
        severity=chosen["rank"],
        subsystem=chosen["trade"],
        shelved=chosen["show"] == "shelved",
        unacknowledged=chosen["new"],
        text=chosen["q"],
    )


def _chips(request: Request, chosen: dict[str, Any]) -> list[dict[str, str]]:
    """The filters in force, each with the address that takes it away."""
    names = {
        "rank": str(RANKS.get(chosen["rank"], "")),
        "trade": next((trade["name"] for trade in duty.trades() if trade["slug"] == chosen["trade"]), ""),
        "new": _("未确认") if chosen["new"] else "",
        "q": f"“{chosen['q']}”" if chosen["q"] else "",
    }
    chips = []
    for key, name in names.items():
        if name:
            rest = request.GET.copy()
            rest.pop(key, None)
            chips.append({"name": name, "without": f"?{rest.urlencode()}"})
    return chips


def _by_cause(rows: list[Alarm]) -> list[dict[str, Any]]:
    """Rows of one cause together, the group standing where its worst row stands."""
    cases = {link.alarm_id: link.case for link in CaseAlarm.objects.filter(alarm__in=rows).select_related("case")}
    order: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        label, key, _name = duty.cause_of(row)
        order.setdefault(key, []).append({"alarm": row, "label": label, "case": cases.get(row.pk)})
    return [{"name": group[0]["label"], "rows": group} for group in order.values()]


def alarm_context(request: Request, file: Any) -> dict[str, Any]:
    """One alarm with all that its card, its panel and its page need."""
    alarm, who = file.alarm, request.who
    try:
        rule = questions.declared(alarm.rule)
    except KeyError:
        rule = None
    maintainer = alarm.component.maintainer_id if alarm.component else None
    link = CaseAlarm.objects.filter(alarm=alarm).select_related("case").first()
    open_ = alarm.off_desk_at is None
    members = list(file.members)
    return {
        "file": file,
        "alarm": alarm,
        "label": duty.cause_name(alarm),
        "rank_name": RANKS.get(alarm.severity, ""),
        "rule": rule,
        "case": link.case if link else None,
        "steps": [(step, _(ACTION_NAMES.get(step.action, step.action))) for step in reversed(file.steps)],
        "members": members[:30],
        "members_more": max(0, len(members) - 30),
        "open_members": sum(1 for member in members if member.until is None),
        "chart_device": alarm.device_id or (members[0].device_id if members else None),
        "shelf_hours": SHELF_HOURS,
        "can_acknowledge": open_ and alarm.acknowledged_at is None and may(who, "alarms.acknowledge", maintainer),
        "can_shelve": open_ and alarm.active and alarm.shelved_until is None and may(who, "alarms.shelve", maintainer),
        "can_unshelve": open_ and alarm.shelved_until is not None and may(who, "alarms.shelve", maintainer),
        "can_register": open_ and link is None and bool(alarm.matter) and may(who, "alarms.register"),
    }


@require_GET
@requires("alarms.see")
def one(request: Request, alarm_id: int) -> HttpResponse:
    file = questions.alarm_file(request.who, alarm_id)
    if file is None:
        raise Http404(_("没有这条告警，或不在您的权限范围内。"))
    context = alarm_context(request, file)
    return render(request, "console/alarms/panel.html" if request.htmx else "console/alarms/one.html", context)


def _answer(request: Request, words: str, alarm_id: int | None = None) -> HttpResponse:
    """The panel as it stands now, when that asked; everything else on the page reads itself again. Without script:
    back to the alarm."""
    if not request.htmx:
        return redirect("alarm", alarm_id) if alarm_id else redirect("alarm_desk")
    file = questions.alarm_file(request.who, alarm_id) if alarm_id and request.htmx.target == "alarm-panel" else None
    answer = HttpResponse(status=204) if file is None else render(request, "console/alarms/panel.html", alarm_context(request, file))
    answer["HX-Trigger"] = json.dumps({"toast": words, "live:alarms": {}})
    return answer


def _refusal(trouble: ValidationError | PermissionDenied) -> HttpResponse:
    words = "；".join(trouble.messages) if isinstance(trouble, ValidationError) else str(trouble)
    status = 422 if isinstance(trouble, ValidationError) else 403
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _act(request: Request, alarm_id: int, what: Callable[[], Any], words: str) -> HttpResponse:
    try:
        what()
    except (ValidationError, PermissionDenied) as trouble:
        return _refusal(trouble)
    return _answer(request, words, alarm_id)


@require_POST
@requires("alarms.acknowledge")
def acknowledge(request: Request, alarm_id: int) -> HttpResponse:
    words = request.POST.get("words", "")
    return _act(request, alarm_id, lambda: alarms.acknowledge(request.who, alarm_id, words), _("已确认"))


@require_POST
@requires("alarms.acknowledge")
def acknowledge_many(request: Request) -> HttpResponse:
    """Those ticked, each by itself: what cannot be acknowledged is said and does not hold up the others."""
    done, refused = 0, []
    for text in request.POST.getlist("alarm")[:MOST]:
        try:
            alarms.acknowledge(request.who, int(text))
            done += 1
        except (ValidationError, PermissionDenied, ValueError, Alarm.DoesNotExist) as trouble:
            refused.append("；".join(trouble.messages) if isinstance(trouble, ValidationError) else str(trouble))
    words = _("已确认 %(n)d 条") % {"n": done}
    if refused:
        words += _("；%(n)d 条未确认：%(why)s") % {"n": len(refused), "why": refused[0]}
    return _answer(request, words)


MOST_HOURS = 24 * 366
"""Far beyond the longest shelf there is: what is asked beyond it is refused in words, and can still be counted."""


@require_POST
@requires("alarms.shelve")
def shelve(request: Request, alarm_id: int) -> HttpResponse:
    until = moment(request.POST.get("until"))
    hours = whole_number(request.POST.get("hours"))
    if until is None and hours is not None:
        until = timezone.now() + timedelta(hours=min(hours, MOST_HOURS))
    if until is None:
        return _refusal(ValidationError(_("请选择搁置到什么时候。")))
    end = until
    return _act(request, alarm_id, lambda: alarms.shelve(request.who, alarm_id, end, request.POST.get("reason", "")), _("已搁置"))


@require_POST
@requires("alarms.shelve")
def unshelve(request: Request, alarm_id: int) -> HttpResponse:
    return _act(request, alarm_id, lambda: alarms.unshelve(request.who, alarm_id), _("已取消搁置"))


@require_POST
@requires("alarms.register")
def register(request: Request, alarm_id: int) -> HttpResponse:
    return _act(request, alarm_id, lambda: services.register_from_alarm(request.who, alarm_id), _("已登记"))


urlpatterns = [
    path("alarms", desk, name="alarm_desk"),
    path("alarms/acknowledge", acknowledge_many, name="alarms_acknowledge"),
    path("alarms/<int:alarm_id>", one, name="alarm"),
    path("alarms/<int:alarm_id>/acknowledge", acknowledge, name="alarm_acknowledge"),
    path("alarms/<int:alarm_id>/shelve", shelve, name="alarm_shelve"),
    path("alarms/<int:alarm_id>/unshelve", unshelve, name="alarm_unshelve"),
    path("alarms/<int:alarm_id>/register", register, name="alarm_register"),
]
