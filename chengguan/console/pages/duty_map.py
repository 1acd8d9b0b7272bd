"""The duty map: what is wrong now, and where."""

from __future__ import annotations

import math
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.alarms import selectors as alarm_questions
from chengguan.cases import selectors as case_questions
from chengguan.console.pages.alarm_desk import alarm_context
from chengguan.console.selectors import devices, duty
from chengguan.people import navigation
from chengguan.people.access import Request, requires
from chengguan.people.selectors import may
from chengguan.people.typed import whole_number
from chengguan.places import selectors as place_questions
from chengguan.places.models import Area
from chengguan.things import selectors as thing_questions

START = {"lon": 108.9916, "lat": 28.4482, "zoom": 14.2}
"""The county seat; a county of another place is shown around its own middle."""

navigation.add("map", gettext_lazy("值班地图"), "/map", order=20, action="map.see")


@require_GET
@requires("map.see")
def duty_map(request: Request) -> HttpResponse:
    config = {
        "start": _start(),
        "alarms": reverse("map_alarms"),
        "states": reverse("map_states"),
        "search": reverse("map_search"),
        "card": "/map/card/",
        "trades": duty.trades(),
    }
    return render(request, "console/map/duty_map.html", {"config": config, "trades": config["trades"]})


def _start() -> dict[str, float]:
    try:
        county = place_questions.county()
    except Area.DoesNotExist:
        return START
    west, south, east, north = county.geom.extent
    if west <= START["lon"] <= east and south <= START["lat"] <= north:
        return START
    return {"lon": (west + east) / 2, "lat": (south + north) / 2, "zoom": 12}


@require_GET
@requires("alarms.see")
def alarms_json(request: Request) -> JsonResponse:
    ids = [number for one in request.GET.get("ids", "").split(",")[:500] if (number := whole_number(one)) is not None]
    return JsonResponse(duty.alarm_changes(request.who, request.GET.get("since", ""), ids))


@require_GET
@requires("things.see")
def states_json(request: Request) -> HttpResponse:
    try:
        box = [float(part) for part in request.GET.get("bbox", "").split(",")]
        west, south, east, north = box
        if not all(map(math.isfinite, box)):
            raise ValueError
    except ValueError:
        return HttpResponseBadRequest(_("bbox 须为 西，南，东，北 四个数"))
    if east - west > 0.2 or north - south > 0.2:
        return JsonResponse({"devices": []})
    return JsonResponse({"devices": devices.states_in(request.who, box)})


@require_GET
@requires("map.see")
def search_json(request: Request) -> JsonResponse:
    text = request.GET.get("q", "").strip()[:80]
    if not text:
        return JsonResponse({"results": []})
    found: list[dict[str, Any]] = [
        {
            "kind": "component",
            "kind_name": _("部件"),
            "title": component.label or component.name,
            "sub": f"{component.name} · {component.address}",
            "lon": component.point.x,
            "lat": component.point.y,
            "select": f"component-{component.code}",
        }
        for component in thing_questions.search(request.who, text, 6)
    ]
    found += [
        {
            "kind": "case",
            "kind_name": _("案件"),
            "title": str(case),
            "sub": f"{case.matter_name} · {case.address}",
            "lon": case.point.x,
            "lat": case.point.y,
            "select": f"case-{case.pk}",
        }
        for case in _cases_numbered(request, text)
    ]
    found += [
        {
            "kind": "address",
            "kind_name": _("地址"),
            "title": address.name,
            "sub": address.full,
            "lon": address.point.x,
            "lat": address.point.y,
            "select": "",
        }
        for address in place_questions.geocode(text, 8)
    ]
    return JsonResponse({"results": found[:14]})


def _cases_numbered(request: Request, text: str) -> list[Any]:
    if len(text) < 4 or not may(request.who, "cases.see"):
        return []
    seen = case_questions.visible(request.who).filter(point__isnull=False)
    return list(seen.filter(number__endswith=text)[:3] if text.isdigit() else seen.filter(number__iexact=text)[:3])


@require_GET
@requires("map.see")
def card(request: Request, kind: str, key: str) -> HttpResponse:
    """What stands beside the map for an alarm, a device, a component or a case that was clicked."""
    show = {"alarm": _alarm_card, "device": _device_card, "component": _component_card, "case": _case_card}.get(kind)
    if show is None:
        raise Http404
    return show(request, key)


def _missing(request: Request) -> HttpResponse:
    return render(request, "console/map/card_missing.html")


def _number(key: str) -> int:
    return whole_number(key) or -1


def _alarm_card(request: Request, key: str) -> HttpResponse:
    file = alarm_questions.alarm_file(request.who, _number(key))
    if file is None:
        return _missing(request)
    context = alarm_context(request, file) | {"on_map": True}
    device = file.alarm.device
    if device is not None:
        context["view"] = devices.device_view(request.who, device)
    return render(request, "console/map/card_alarm.html", context)


def _device_card(request: Request, key: str) -> HttpResponse:
    device = thing_questions.device(request.who, _number(key))
    return _missing(request) if device is None else _render_device(request, device)


def _render_device(request: Request, device: Any) -> HttpResponse:
    view = devices.device_view(request.who, device)
    return render(request, "console/map/card_device.html", {"view": view, "device": device, "cases": _open_cases(request, device.component)})


def _component_card(request: Request, key: str) -> HttpResponse:
    component = thing_questions.components(request.who).filter(code=key).select_related("owner", "maintainer").first()
    if component is None:
        return _missing(request)
    on_it = list(thing_questions.devices(request.who).filter(component=component).select_related("component", "gateway", "group"))
    if len(on_it) == 1:
        return _render_device(request, on_it[0])
    context = {"component": component, "devices": [devices.device_view(request.who, device) for device in on_it]}
    return render(request, "console/map/card_component.html", context | {"cases": _open_cases(request, component)})


def _open_cases(request: Request, component: Any) -> list[Any]:
    if component is None or not may(request.who, "cases.see"):
        return []
    return list(case_questions.visible(request.who).filter(component=component, closed_at__isnull=True).order_by("-reported_at")[:3])


def _case_card(request: Request, key: str) -> HttpResponse:
    if not may(request.who, "cases.see"):
        return _missing(request)
    case = case_questions.visible(request.who).filter(pk=_number(key)).first()
    return _missing(request) if case is None else render(request, "console/map/card_case.html", {"case": case})


urlpatterns = [
    path("map", duty_map, name="duty_map"),
    path("map/alarms.json", alarms_json, name="map_alarms"),
    path("map/states.json", states_json, name="map_states"),
    path("map/search.json", search_json, name="map_search"),
    path("map/card/<slug:kind>/<str:key>", card, name="map_card"),
]
