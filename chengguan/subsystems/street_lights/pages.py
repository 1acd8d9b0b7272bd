"""Lighting for the engineer: what burns, a circuit with its lamps and commands, and the schedule with tonight before saving."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chengguan.people import navigation
from chengguan.people.access import requires
from chengguan.people.selectors import may
from chengguan.subsystems.street_lights import plan as planning
from chengguan.subsystems.street_lights import selectors, services
from chengguan.subsystems.street_lights.models import Schedule
from chengguan.subsystems.street_lights.plan import Plan
from chengguan.things import selectors as things
from chengguan.things.models import Device
from chengguan.things.services import AskAgain, issue_command

navigation.add("lights", gettext_lazy("路灯"), "/lights", ("trade_engineer", "department", "administrator"), order=60, more=True)


@require_GET
@requires("things.see")
def overview(request: HttpRequest) -> HttpResponse:
    rows = selectors.circuits(request.who)  # type: ignore[attr-defined]
    context = {"total": selectors.total(rows), "roads": selectors.roads(rows), "circuits": rows, "night": selectors.tonight(_county())}
    return render(request, "street_lights/overview.html", context)


def _county() -> Plan:
    return selectors.plan_of(selectors.default_schedule())


@require_GET
@requires("things.see")
def circuit(request: HttpRequest, key: str) -> HttpResponse:
    who = request.who  # type: ignore[attr-defined]
    group = selectors.circuit(who, key)
    if group is None:
        raise Http404
    plan = selectors.plans().get(group.pk, Plan())
    context = {
        "group": group,
        "lamps": selectors.lamps(who, group),
        "plan": plan,
        "night": selectors.tonight(plan),
        "own": Schedule.objects.filter(circuit=group).exists(),
        "commands": things.commands(who, group_id=group.pk)[:10],
        "may_command": may(who, "things.command_group"),
        "may_command_lamp": may(who, "things.command"),
    }
    template = "street_lights/lamps.html" if getattr(request, "htmx", False) else "street_lights/circuit.html"
    return render(request, template, context)


@require_POST
@requires("things.command", "things.command_group")
def command(request: HttpRequest, key: str) -> HttpResponse:
    """`name`: on, off, dim; `level`; `lamp`: key of one lamp, else the circuit; `confirmed`: asked twice."""
    who = request.who  # type: ignore[attr-defined]
    group = selectors.circuit(who, key)
    if group is None:
        raise Http404
    name, lamp = request.POST.get("name", ""), request.POST.get("lamp", "")
    target = Device.objects.filter(group=group, key=lamp).first() if lamp else group
    if target is None:
        raise Http404
    given = {"level": request.POST.get("level")} if name == "dim" else {}
    try:
        issue_command(who, target, name, given, confirmed=request.POST.get("confirmed") == "yes")
    except AskAgain as again:
        context = {"group": group, "target": target, "lamp": lamp, "name": name, "level": given.get("level"), "words": again.messages[0], "touches": again.touches}
        return render(request, "street_lights/confirm.html", context)
    except ValidationError as wrong:
        messages.error(request, "；".join(wrong.messages))
    except PermissionDenied as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("指令已下达：%(target)s。由读数证实后显示“已证实”。") % {"target": target})
    return redirect("street_lights_circuit", key=key)


@requires("things.see")
def schedules(request: HttpRequest) -> HttpResponse:
    """The county's plan and those of single circuits; `preview` shows tonight, `save` keeps."""
    who = request.who  # type: ignore[attr-defined]
    key = request.POST.get("circuit") or request.GET.get("circuit", "")
    group = selectors.circuit(who, key) if key else None
    if key and group is None:
        raise Http404
    kept = selectors.plan_of(Schedule.objects.filter(circuit=group).first() if group else selectors.default_schedule())
    plan = kept
    wrong: dict[str, str] = {}
    if request.method == "POST":
        if request.POST.get("do") == "drop" and group is not None:
            services.drop_schedule(who, group)
            messages.success(request, _("%(circuit)s 恢复按全县计划开关。") % {"circuit": group})
            return redirect("street_lights_schedules")
        plan, wrong = _read(request.POST)
        wrong = wrong or {field: _(words) for field, words in planning.wrong(plan).items()}
        if not wrong and request.POST.get("do") == "save":
            services.change_schedule(who, group, plan)
            messages.success(request, _("开关灯计划已保存，今晚起执行。"))
            return redirect("street_lights_schedules")
    rows = selectors.circuits(who)
    by_plan = selectors.plans()
    own = set(Schedule.objects.filter(circuit__isnull=False).values_list("circuit_id", flat=True))
    touched = [row for row in rows if (row.circuit_id == group.pk if group else row.circuit_id not in own)]
    context = {
        "group": group,
        "plan": plan,
        "kept": kept,
        "wrong": wrong,
        "before": selectors.tonight(kept),
        "after": None if wrong else selectors.tonight(plan),
        "changed": plan != kept,
        "touched_circuits": len(touched),
        "touched_lamps": sum(row.lamps for row in touched),
        "own": [(row, selectors.tonight(by_plan[row.circuit_id])) for row in rows if row.circuit_id in own],
        "circuits": rows,
        "may_change": selectors.may_schedule(who, group),
    }
    return render(request, "street_lights/schedules.html", context)


def _read(given: Any) -> tuple[Plan, dict[str, str]]:
    wrong: dict[str, str] = {}

    def whole(name: str) -> int:
        try:
            return int(given.get(name, "") or 0)
        except ValueError:
            wrong[name] = _("须是整数分钟。")
            return 0

    def clock(name: str) -> dt.time | None:
        try:
            return dt.time.fromisoformat(given[name]) if given.get(name) else None
        except ValueError:
            wrong[name] = _("须是时刻，如 19:30。")
            return None

    mode = "clock" if given.get("mode") == "clock" else "sun"
    plan = Plan(mode, whole("on_offset_min"), whole("off_offset_min"), clock("on_at"), clock("off_at"), given.get("enabled", "yes") == "yes")
    return plan, wrong


urlpatterns = [
    path("lights", overview, name="street_lights_overview"),
    path("lights/circuits/<str:key>", circuit, name="street_lights_circuit"),
    path("lights/circuits/<str:key>/command", command, name="street_lights_command"),
    path("lights/schedules", schedules, name="street_lights_schedules"),
]
