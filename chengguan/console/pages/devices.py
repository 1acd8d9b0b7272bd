"""Devices: is it well, since when; its history; commands and what became of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chengguan import registry
from chengguan.alarms import selectors as alarm_questions
from chengguan.console.selectors import devices, duty, history
from chengguan.people import navigation
from chengguan.people.access import Request, requires
from chengguan.people.selectors import may
from chengguan.things import selectors as questions
from chengguan.things.models import Command, Device, Group
from chengguan.things.services import commands

PAGE = 50
RANGE_NAMES = [
    ("1h", gettext_lazy("1 小时")), ("6h", gettext_lazy("6 小时")), ("24h", gettext_lazy("24 小时")), ("7d", gettext_lazy("7 天")),
    ("30d", gettext_lazy("30 天")), ("365d", gettext_lazy("1 年")),
]  # fmt: skip
COMPARE_NAMES = [("", gettext_lazy("不比较")), ("day", gettext_lazy("前一天")), ("week", gettext_lazy("前一周")), ("month", gettext_lazy("四周前"))]
LIFE = ["queued", "sent", "acknowledged", "confirmed"]

navigation.add("devices", pgettext_lazy("navigation", "设备"), "/devices", order=50, action="things.see")


@require_GET
@requires("things.see")
def device_list(request: Request) -> HttpResponse:
    chosen = {key: request.GET.get(key, "").strip() for key in ("trade", "model", "condition", "q")}
    found = devices.device_list(request.who, chosen["trade"], chosen["model"], chosen["condition"], chosen["q"])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    models = [
        (model.slug, _(model.name))
        for slug, each in registry.present().items()
        if not chosen["trade"] or slug == chosen["trade"]
        for model in each.manifest.models
    ]
    context = {
        "page": page,
        "lines": [devices.line_of(device) for device in page.object_list],
        "chosen": chosen,
        "trades": duty.trades(),
        "models": models,
        "conditions": devices.conditions(),
        "chips": _chips(request, chosen, models),
    }
    return render(request, "console/devices/list.html", context)


def _chips(request: Request, chosen: dict[str, str], models: list[tuple[str, str]]) -> list[dict[str, str]]:
    names = {
        "trade": next((trade["name"] for trade in duty.trades() if trade["slug"] == chosen["trade"]), ""),
        "model": dict(models).get(chosen["model"], ""),
        "condition": dict(devices.conditions()).get(chosen["condition"], ""),
        "q": f"“{chosen['q']}”" if chosen["q"] else "",
    }
    chips = []
    for key, name in names.items():
        if name:
            rest = request.GET.copy()
            rest.pop(key, None)
            rest.pop("page", None)
            chips.append({"name": name, "without": f"?{rest.urlencode()}"})
    return chips


def _device(request: Request, device_id: int) -> Device:
    device = questions.device(request.who, device_id)
    if device is None:
        raise Http404(_("没有这台设备，或不在您的权限范围内。"))
    return device


@require_GET
@requires("things.see")
def one(request: Request, device_id: int) -> HttpResponse:
    device = _device(request, device_id)
    metrics = list(devices.metrics_of(device).values())
    context = _state(request, device) | {
        "metrics": metrics,
        "first_metric": devices.main_metric(device),
        "ranges": RANGE_NAMES,
        "compares": COMPARE_NAMES,
        "history": alarm_questions.alarms_of_device(request.who, device.pk, 30),
        "commands": _sent(request, device),
        "command_forms": _forms(request, device),
    }
    return render(request, "console/devices/one.html", context)


def _state(request: Request, device: Device) -> dict[str, Any]:
    return {"device": device, "view": devices.device_view(request.who, device)}


@require_GET
@requires("things.see")
def state(request: Request, device_id: int) -> HttpResponse:
    return render(request, "console/devices/state.html", _state(request, _device(request, device_id)))


@require_GET
@requires("things.see")
def command_list(request: Request, device_id: int) -> HttpResponse:
    device = _device(request, device_id)
    return render(request, "console/devices/commands.html", {"device": device, "commands": _sent(request, device)})


def _sent(request: Request, device: Device) -> list[dict[str, Any]]:
    """Commands to the device or its group, newest first, each with how far it came."""
    names = {command.slug: _(command.name) for command in registry.subsystem(device.subsystem).manifest.commands} if device.subsystem in registry.present() else {}
    found = []
    for command in questions.commands(request.who, device_id=device.pk)[:20]:
        times = {"queued": command.asked_at, "sent": command.sent_at, "acknowledged": command.acked_at, "confirmed": command.confirmed_at}
        found.append(
            {
                "command": command,
                "name": names.get(command.name, command.name),
                "life": [(Command.State(step).label, times[step]) for step in LIFE],
                "failed": command.state in (Command.State.TIMED_OUT, Command.State.FAILED),
            }
        )
    return found


def _forms(request: Request, device: Device) -> list[dict[str, Any]]:
    """The commands its model knows, with their parameters, when this person may send one."""
    maintainer = device.component.maintainer_id if device.component else None
    model = devices.model_of(device)
    if model is None or not may(request.who, "things.command", maintainer or 0):
        return []
    declared = {command.slug: command for command in registry.subsystem(device.subsystem).manifest.commands}
    return [{"command": declared[slug], "parameters": list(declared[slug].parameters.items())} for slug in model.commands if slug in declared]


@require_GET
@requires("observations.see")
def series(request: Request, device_id: int) -> HttpResponse:
    """JSON for the chart: ?metric=&range=24h or start=&end= (ms), compare=day|week|month, points="""
    device = _device(request, device_id)
    try:
        start, end = _span(request)
        points = min(2000, max(50, int(request.GET.get("points", 600))))
    except (ValueError, OverflowError):
        return HttpResponseBadRequest(_("时间范围不对"))
    try:
        answer = history.chart(request.who, device, request.GET.getlist("metric")[:4], start, end, points, request.GET.get("compare", ""))
    except history.AWAY:
        return HttpResponse(_("历史库暂时读不到，最新状态不受影响。"), status=503, content_type="text/plain; charset=utf-8")
    return JsonResponse(answer)


def _span(request: Request) -> tuple[datetime, datetime]:
    if request.GET.get("start") and request.GET.get("end"):
        start, end = (datetime.fromtimestamp(int(request.GET[key]) / 1000, UTC) for key in ("start", "end"))
        if end <= start:
            raise ValueError("end before start")
        return start, end
    end = timezone.now()
    return end - history.RANGES.get(request.GET.get("range", ""), timedelta(days=1)), end


@require_GET
@requires("alarms.see")
def alarm_series(request: Request, alarm_id: int) -> HttpResponse:
    """JSON for the small curve around the moment of an alarm."""
    file = alarm_questions.alarm_file(request.who, alarm_id)
    if file is None:
        raise Http404
    device = file.alarm.device or next((member.device for member in file.members), None)
    if device is None:
        raise Http404
    try:
        return JsonResponse(history.around_alarm(request.who, file.alarm, device))
    except history.AWAY:
        return HttpResponse(_("历史库暂时读不到"), status=503, content_type="text/plain; charset=utf-8")


@require_POST
@requires("things.command", "things.command_group")
def send(request: Request, device_id: int) -> HttpResponse:
    """A command to the device, or with scope=group to its whole circuit. What is dangerous is asked twice."""
    device = _device(request, device_id)
    target: Device | Group = device.group if request.POST.get("scope") == "group" and device.group else device
    name = request.POST.get("command", "")
    given = {key[2:]: value for key, value in request.POST.items() if key.startswith("p_")}
    context = {"device": device, "name": name, "given": given, "scope": request.POST.get("scope", "")}
    try:
        commands.issue_command(request.who, target, name, given, confirmed=request.POST.get("confirmed") == "yes")
    except commands.AskAgain as again:
        return render(request, "console/devices/ask_again.html", context | {"words": again.messages[0], "touches": again.touches})
    except (ValidationError, PermissionDenied) as trouble:
        words = "；".join(trouble.messages) if isinstance(trouble, ValidationError) else str(trouble)
        return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")
    if not request.htmx:
        return redirect("device", device.pk)
    answer = render(request, "console/devices/sent.html", context)
    answer["HX-Trigger"] = json.dumps({"toast": _("指令已下达"), "live:devices": {}})
    return answer


urlpatterns = [
    path("devices", device_list, name="devices"),
    path("devices/<int:device_id>", one, name="device"),
    path("devices/<int:device_id>/state", state, name="device_state"),
    path("devices/<int:device_id>/commands", command_list, name="device_commands"),
    path("devices/<int:device_id>/series", series, name="device_series"),
    path("devices/<int:device_id>/send", send, name="device_send"),
    path("alarms/<int:alarm_id>/series", alarm_series, name="alarm_series"),
]
