"""The printed round 路线: today's jobs of a crew or department as a way to walk, on the screen, on paper, on a telephone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib.auth.decorators import login_required
from django.contrib.gis.geos import Point, Polygon
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases.selectors.round import Round, round_of, rounds_of
from chengguan.console import paper
from chengguan.console.pages.lists import light_word
from chengguan.people import navigation
from chengguan.people.selectors import Who, may
from chengguan.people.typed import whole_number
from chengguan.places.selectors.sketch import streets_in

WIDE, HIGH, EDGE = 720.0, 380.0, 36.0
LEAST_METRES = 300.0
WIDTHS = {"expressway": 6, "arterial": 6, "primary": 5, "secondary": 4, "tertiary": 3, "ring": 5, "county": 3}


@dataclass(frozen=True)
class Plan:
    """A drawing of the way: streets, the way itself, a numbered mark for each stop, and a bar that says how long a distance is."""

    streets: list[tuple[int, str]]
    way: str
    marks: list[tuple[float, float, int]]
    bar: tuple[float, int]


@login_required
@require_GET
def walk(request: HttpRequest) -> HttpResponse:
    context = _context(request)
    return render(request, "console/round.html", context)


@login_required
@require_GET
def walk_pdf(request: HttpRequest) -> HttpResponse:
    context = _context(request)
    if context["round"] is None:
        raise PermissionDenied(_("您没有可打印的路线。"))
    title = f"{_('路线')}-{context['round'].organisation}-{timezone.localdate()}.pdf"
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(title)}", "Cache-Control": "no-store"}
    return HttpResponse(paper.pdf("console/paper/round.html", context), content_type="application/pdf", headers=headers)


def _context(request: HttpRequest) -> dict[str, Any]:
    who: Who = request.who  # type: ignore[attr-defined]
    if not may(who, "cases.see"):
        raise PermissionDenied(_("您的岗位没有处置任务。"))
    offered = rounds_of(who)
    asked = whole_number(request.GET.get("of"))
    chosen = next((each for each in offered if each.pk == asked), offered[0] if offered else None)
    everything = request.GET.get("all") == "1"
    found = round_of(who, chosen, everything) if chosen else None
    now = timezone.now()
    address = {"of": chosen.pk, **({"all": "1"} if everything else {})} if chosen else {}
    return {
        "round": found,
        "offered": [{"name": each.name, "url": "?" + urlencode({"of": each.pk}), "on": each == chosen} for each in offered],
        "everything": everything,
        "today_url": "?" + urlencode({"of": chosen.pk}) if chosen else "",
        "all_url": "?" + urlencode({"of": chosen.pk, "all": "1"}) if chosen else "",
        "pdf_query": "?" + urlencode(address),
        "lines": [
            {"stop": stop, "case": stop.case, "light": stop.case.light, "light_word": light_word(stop.case.light, stop.case.state), "left": stop.case.left}  # type: ignore[attr-defined]
            for stop in found.stops
        ]
        if found
        else [],
        "plan": plan_of(found) if found else None,
        "wide": int(WIDE),
        "high": int(HIGH),
        "to_case": "/cases/" if may(who, "work.see") else "/field/tasks/",
        "frame": "people/base.html" if may(who, "work.see") else "people/phone.html",
        "who": who,
        "at": now,
    }  # fmt: skip


def plan_of(found: Round) -> Plan | None:
    """The stops laid out to scale, north up; None when no stop has a place."""
    points = [(stop.number, stop.case.point) for stop in found.stops if stop.case.point is not None]
    if not points:
        return None
    west, east = min(p.x for _n, p in points), max(p.x for _n, p in points)
    south, north = min(p.y for _n, p in points), max(p.y for _n, p in points)
    per_lat = 111_195.0
    per_lon = per_lat * math.cos(math.radians((south + north) / 2))
    scale = min((WIDE - 2 * EDGE) / max((east - west) * per_lon, LEAST_METRES), (HIGH - 2 * EDGE) / max((north - south) * per_lat, LEAST_METRES))
    middle = Point((west + east) / 2, (south + north) / 2, srid=4490)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return round(WIDE / 2 + (lon - middle.x) * per_lon * scale, 1), round(HIGH / 2 - (lat - middle.y) * per_lat * scale, 1)

    half_lon, half_lat = WIDE / 2 / scale / per_lon, HIGH / 2 / scale / per_lat
    box = Polygon.from_bbox((middle.x - half_lon, middle.y - half_lat, middle.x + half_lon, middle.y + half_lat))
    box.srid = 4490
    streets = [(WIDTHS.get(klass, 2), _line([at(x, y) for x, y in line])) for _name, klass, line in streets_in(box)]
    marks = [(*at(point.x, point.y), number) for number, point in points]
    metres = next(step for step in (2000, 1000, 500, 200, 100, 50) if step * scale <= 160 or step == 50)
    return Plan(streets, _line([(x, y) for x, y, _n in marks]), marks, (round(metres * scale, 1), metres))


def _line(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


navigation.add("round", gettext_lazy("路线"), "/round", ("department", "township", "dispatcher"), order=28, more=True)
navigation.add("round", gettext_lazy("路线"), "/round", ("crew",), order=15, place="phone")

urlpatterns = [path("round", walk, name="round"), path("round.pdf", walk_pdf, name="round-pdf")]
