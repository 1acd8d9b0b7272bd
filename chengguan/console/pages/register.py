"""Registering what somebody tells the desk: a caller, a leader, a passer-by."""

from __future__ import annotations

import math
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases import selectors, services, workflow
from chengguan.cases.fields import FIELDS
from chengguan.cases.models import SOURCES, Case, Photo
from chengguan.console.pages import case_forms
from chengguan.console.pages.lists import span
from chengguan.people import navigation
from chengguan.people.selectors import Who, may
from chengguan.people.typed import NO_TELEPHONE, telephone, whole_number
from chengguan.places.selectors import geocode, grid_at, inside_county, nearest_address
from chengguan.things import selectors as things
from chengguan.things.models import Component
from chengguan.things.services import put_attachment

TOLD = ("hotline", "leader", "upper", "video", "citizen")
"""Sources that a person at the desk types in; the others come by their own doors."""
COMPONENT_METRES = 30
MOST_EARLIER = 5


def _who(request: HttpRequest) -> Who:
    who: Who = request.who  # type: ignore[attr-defined]
    if not may(who, "cases.register"):
        raise PermissionDenied(_("您的岗位不登记案件。"))
    return who


def _seen(who: Who, found: list[Case]) -> list[dict[str, Any]]:
    """Possible duplicates that this person may see, with distance, age and a photo."""
    seen = selectors.visible(who).filter(pk__in=[each.pk for each in found])
    photos: dict[int, Photo] = {}
    for photo in Photo.objects.filter(case__in=seen, kind__in=("report", "before")).select_related("attachment").order_by("id"):
        photos.setdefault(photo.case_id, photo)
    known, now = set(seen.values_list("pk", flat=True)), timezone.now()
    return [
        {"case": each, "metres": round(each.metres), "age": span((now - each.reported_at).total_seconds()), "photo": photos.get(each.pk)}  # type: ignore[attr-defined]
        for each in found
        if each.pk in known
    ]


def _point(data: Any) -> Point | None:
    try:
        lon, lat = float(data["lon"]), float(data["lat"])
    except (KeyError, ValueError):
        return None
    return Point(lon, lat, srid=4490) if math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90 else None


@login_required
def new(request: HttpRequest) -> HttpResponse:
    who = _who(request)
    if request.method != "POST":
        return _form(request, [], 200)
    data = request.POST
    point = _point(data)
    way = data.get("way") or "register"
    wrong = _wrong(who, data, point, way)
    if wrong:
        return _form(request, wrong, 422)
    try:
        told: dict[str, Any] = dict(
            source=data["source"],
            point=point,
            description=data.get("description", "").strip(),
            matter_code=data.get("matter_code", ""),
            condition_key=data.get("condition_key", ""),
            component=Component.objects.filter(pk=whole_number(data.get("component")) or 0).first(),
            address=data.get("address", "").strip(),
            reporter_name=data.get("reporter_name", "").strip(),
            reporter_phone=telephone(data.get("reporter_phone")) or "",
            photos=[put_attachment(file, who, photos_only=True) for file in request.FILES.getlist("photos")],
            source_key=f"desk:{who.account_id}:{data.get('key', '')}",
            urgent=bool(data.get("urgent")),
            reply_wanted=bool(data.get("reply_wanted")),
            secret=bool(data.get("secret")),
        )
        case = services.register(who, **told) if way == "register" else services.register_and_end(who, way, _ending(data, way), **told)
    except (services.Refused, ValidationError) as error:
        return _form(request, [error.words] if isinstance(error, services.Refused) else error.messages, 422)
    if way != "register":
        messages.success(request, _("已%(action)s，登记号 %(number)s。可以接下一个电话了。") % {"action": _(workflow.ACTIONS[way]), "number": case.register_number})
        return redirect("work-new")
    messages.success(request, _("已登记，登记号 %s。") % case.register_number)
    return redirect("case", case.pk)


def _wrong(who: Who, data: Any, point: Point | None, way: str) -> list[str]:
    """All of it at once. What ends on the spot needs no place: a question is about none, and the other body asks for it itself."""
    wrong = []
    if data.get("source") not in TOLD:
        wrong.append(_("请选来源。"))
    if way not in [slug for slug, _name, _why in _ways(who)]:
        wrong.append(_("您不能这样办，请另选一种办法。"))
    if point is None and way == "register":
        wrong.append(_("请在地图上点一下位置，或者搜一个地址、部件。"))
    elif point is not None and not inside_county(point):
        wrong.append(_("这个位置不在本县范围内。"))
    if not data.get("description", "").strip() and (way != "register" or not data.get("matter_code")):
        wrong.append(_("请写一句内容，或者选一个类别。") if way == "register" else _("请写一句来电人问的、说的是什么。"))
    row = workflow.row_for("reported", way)
    for field in workflow.must(row) if row else ():
        if not data.get(field, "").strip():
            wrong.append(_("请填写“%s”。") % _(FIELDS[field].label))
    if words := services.answered_and_awaited(way, reply_wanted=bool(data.get("reply_wanted"))):
        wrong.append(words)
    elif data.get("reply_wanted") and not data.get("reporter_phone", "").strip():
        wrong.append(_("要回复来电人，请记下号码。"))
    if telephone(data.get("reporter_phone")) is None:
        wrong.append(str(NO_TELEPHONE))
    return wrong


def _ways(who: Who) -> list[tuple[str, str, str]]:
    """What may become of it at once: slug, name and what it is for."""
    found = [("register", _("登记受理"), _("由受理员往下办"))]
    for slug in services.ON_THE_LINE:
        row = workflow.row_for("reported", slug)
        if row is not None and who.has(*row.who):
            found.append((slug, _(row.name), _(row.why)))
    return found


def _ending(data: Any, way: str) -> dict[str, str]:
    """What the step asks for that ends it on the spot."""
    row = workflow.row_for("reported", way)
    return {field.name: data.get(field.name, "").strip() for field, _must in workflow.offered(row) if data.get(field.name, "").strip()} if row else {}


def _form(request: HttpRequest, errors: list[str], status: int) -> HttpResponse:
    data = request.POST
    context = {
        "errors": errors,
        "typed": data,
        "key": data.get("key") or uuid.uuid4().hex,
        "sources": [(slug, name) for slug, name in SOURCES if slug in TOLD],
        "source": data.get("source") or "hotline",
        "ways": _ways(request.who),  # type: ignore[attr-defined]
        "way": data.get("way") or "register",
        "heard": services.answered_and_awaited("answer", reply_wanted=True),
        "matter_words": case_forms.matter_words(data.get("matter_code", "")),
        "options": case_forms.condition_options(data.get("matter_code", ""), data.get("condition_key", "")),
    }
    return render(request, "console/work/new.html", context, status=status)


@login_required
@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """Matters by code, pinyin initials or words: three keys are enough. Before the first key, and among what fits, those this
    person used lately come first, then what is often told of at this place."""
    who: Who = request.who  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()
    if text == case_forms.matter_words(text.partition(" ")[0]):
        text = ""  # what stands in the field is the class that was taken: another one is looked for
    case = selectors.visible(who).filter(pk=whole_number(request.GET.get("case")) or 0).first()
    point = _point(request.GET) or (case.point if case else None)
    return render(request, "console/work/classes.html", {"found": selectors.likely_classes(who, text, point), "q": text})


@login_required
@require_GET
def conditions(request: HttpRequest) -> HttpResponse:
    return render(request, "console/case/conditions.html", {"options": case_forms.condition_options(request.GET.get("matter_code", ""))})


@login_required
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Addresses and components whose name, code or label fits what was typed."""
    who = _who(request)
    text = request.GET.get("place", "").strip()
    addresses = geocode(text, limit=6) if text else []
    components = things.search(who, text, limit=4) if len(text) >= 3 else []
    return render(request, "console/work/places.html", {"addresses": addresses, "components": components, "q": text})


@login_required
@require_GET
def here(request: HttpRequest) -> HttpResponse:
    """What stands at the point on the map, and what is already reported there."""
    who = _who(request)
    point = _point(request.GET)
    if point is None:
        return HttpResponse("")
    near = things.nearby_components(who, point, COMPONENT_METRES, limit=6)
    context = {
        "grid": grid_at(point),
        "inside": inside_county(point),
        "address": nearest_address(point),
        "components": [(each, round(each.away.m)) for each in near],  # type: ignore[attr-defined]
        "duplicates": _seen(who, selectors.duplicates(point, request.GET.get("matter_code", ""))),
        "chosen": request.GET.get("component", ""),
    }
    return render(request, "console/work/here.html", context)


@login_required
@require_GET
def caller(request: HttpRequest) -> HttpResponse:
    """What this caller told us before, while the telephone is still at the ear."""
    who = _who(request)
    phone = request.GET.get("reporter_phone", "").strip()
    found = selectors.of_caller(who, phone, limit=MOST_EARLIER + 1) if len(phone) >= 7 else []
    context = {"earlier": found[:MOST_EARLIER], "more": len(found) > MOST_EARLIER, "phone": phone, "open": sum(case.state in workflow.OPEN for case in found)}
    return render(request, "console/work/caller.html", context)


navigation.add("work", gettext_lazy("工作台"), "/work", order=20, action="work.see")

urlpatterns = [
    path("work/new", new, name="work-new"),
    path("work/classes", classes, name="work-classes"),
    path("work/conditions", conditions, name="work-conditions"),
    path("work/places", places, name="work-places"),
    path("work/here", here, name="work-here"),
    path("work/caller", caller, name="work-caller"),
]
