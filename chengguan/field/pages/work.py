"""The phone pages of inspectors and crews: my jobs, one job, a new report. 390 wide, one hand, in the sun."""

from __future__ import annotations

import math
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chengguan.cases import selectors as cases
from chengguan.cases import services as moves
from chengguan.cases import workflow
from chengguan.cases.fields import FIELDS
from chengguan.cases.models import Case
from chengguan.field import selectors, services
from chengguan.people import navigation
from chengguan.people.selectors import Who, may
from chengguan.people.typed import whole_number
from chengguan.places.selectors import nearest_address
from chengguan.standards import codes
from chengguan.things.services import put_attachment

MOVES = ("receive", "finish_stage", "submit", "report_back", "confirm", "verify")


def who_on_foot(request: HttpRequest) -> Who:
    who: Who = request.who  # type: ignore[attr-defined]
    if not may(who, "field.use"):
        raise PermissionDenied(_("现场手机端只给信息采集员和班组使用。"))
    return who


def position_of(request: HttpRequest) -> tuple[float, float, float] | None:
    data = request.POST if request.method == "POST" else request.GET
    try:
        lon, lat = float(data["lon"]), float(data["lat"])
        accuracy = float(data.get("accuracy") or 9999)
    except (KeyError, ValueError):
        return None
    believable = -180 <= lon <= 180 and -90 <= lat <= 90 and 0 <= accuracy < math.inf  # what is no number is none of these
    return (lon, lat, accuracy) if believable else None


def matter_of(data: QueryDict) -> str:
    """The class that was tapped or searched for. Refused where both came and differ: nobody guesses which one was meant."""
    tapped, searched = data.get("matter_code", ""), data.get("matter_other", "")
    if tapped and searched and tapped != searched:
        raise moves.Refused(_("点选的类别是“%(tapped)s”，搜到的是“%(searched)s”，请只留一个。") % {"tapped": _named(tapped), "searched": _named(searched)}, "matter_code")
    return searched or tapped


def _named(code: str) -> str:
    known = codes.in_force().matters.get(code)
    return known.name if known else code[:5]


@login_required
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    who = who_on_foot(request)
    context = {"jobs": selectors.jobs(who), "live": bool(request.htmx)}  # type: ignore[attr-defined]
    return render(request, "field/list.html" if request.htmx else "field/tasks.html", context)  # type: ignore[attr-defined]


@login_required
@require_GET
def task(request: HttpRequest, case_id: int) -> HttpResponse:
    return _task_page(request, case_id)


def _task_page(request: HttpRequest, case_id: int, errors: list[str] | None = None, status: int = 200, far: bool = False) -> HttpResponse:
    who = who_on_foot(request)
    job = selectors.job(who, case_id)
    if job is None:
        return render(request, "field/gone.html", {"case": cases.visible(who).filter(pk=case_id).first()}, status=status if errors else 404)
    actions = {action.slug: action for action in cases.actions_for(who, job.case) if action.slug in MOVES}
    file = cases.case_file(who, case_id)
    photos = list(file["photos"])
    context = {
        "job": job,
        "case": job.case,
        "actions": actions,
        "sends": actions.get("report_back") or actions.get("submit"),
        "looks": actions.get("confirm") or actions.get("verify"),
        "receives": actions.get("receive"),
        "finishes": actions.get("finish_stage"),
        "stretches": file["stretches"],
        "urged": [task for task in file["tasks"] if job.kind == "handle" and task.kind == "reply" and task.done_at is None and task.organisation_id == job.case.department_id],
        "wanting": cases.found_wanting(file["steps"], job.back),
        "told": cases.told_the_crew(file["steps"]) if job.kind == "handle" else None,
        "before": [photo for photo in photos if photo.kind in ("report", "before", "confirm")],
        "after": [photo for photo in photos if photo.kind == "after"],
        "verified": [photo for photo in photos if photo.kind == "verify"],
        "photos_hint": next((field.why for action in actions.values() for field in action.fields if field.name == "photos"), ""),
        "readings": selectors.readings(who, job),
        "errors": errors or [],
        "far": far,
        "typed": request.POST,
        "phrases": [_("已修复"), _("已更换"), _("已清理"), _("已复位"), _("已设围挡")],
    }
    return render(request, "field/task.html", context, status=status)


@login_required
@require_GET
def reading(request: HttpRequest, case_id: int) -> HttpResponse:
    """The thing's own newest word, asked again by an open page."""
    who = who_on_foot(request)
    job = selectors.job(who, case_id)
    return render(request, "field/reading.html", {"readings": selectors.readings(who, job)})


@login_required
@require_POST
def act(request: HttpRequest, case_id: int, slug: str) -> HttpResponse:
    """Send a move from the street; the same one twice is answered as if it had been once."""
    who = who_on_foot(request)
    if slug not in MOVES:
        raise PermissionDenied(_("这一步不能在手机上办。"))
    version = whole_number(request.POST.get("version"))
    known = Case.objects.filter(pk=case_id).first()
    if known is not None and services.already_sent(who, known, slug, version):
        return redirect("field-done", case_id)
    case = cases.visible(who).filter(pk=case_id).first()
    if case is None:
        return _task_page(request, case_id, [_("这件事已经不在您手里了。")], 409)
    if version is not None and cases.only_noted_since(case, version):
        version = case.version
    try:
        moves.act(who, case, slug, version=version, **_given(request, who, case, slug))
    except (moves.Refused, ValidationError) as error:
        every = error.every if isinstance(error, moves.Refused) else []
        words = [_refusal(each) for each in every] if isinstance(error, moves.Refused) else error.messages
        return _task_page(request, case_id, words, 422, far=any(each.field == "far" for each in every))
    if slug in ("receive", "finish_stage"):
        messages.success(request, _("已签收。") if slug == "receive" else _("这一段已报完成，下一段开始计时。"))
        return redirect("field-task", case_id)
    return redirect("field-done", case_id)


def _refusal(refused: moves.Refused) -> str:
    """The service's words, but of a position that was not given how a telephone gives one."""
    missing = refused.field == "position" and refused.words == _("请填写%(what)s") % {"what": _(FIELDS["position"].label)}
    return _("还没有取到位置。这一步要在现场办，请打开手机定位后再发。") if missing else refused.words


def _given(request: HttpRequest, who: Who, case: Case, slug: str) -> dict[str, Any]:
    """What the page's form gives, as far as the state table asks for it; material is told with what was done."""
    row = workflow.row_for(case.state, slug)
    asked = {field.name for field, _required in workflow.offered(row)} if row else set()
    data = request.POST
    given: dict[str, Any] = {name: data[name].strip() for name in ("words", "done", "true", "passed", "opinion", "far") if data.get(name, "").strip()}
    material = data.get("material", "").strip()
    if material:
        given["done"] = "\n".join(part for part in (given.get("done", ""), _("用料：%s") % material) if part)
    photos = [put_attachment(file, who, photos_only=True) for file in request.FILES.getlist("photos")]
    if photos:
        given["photos"] = photos
    position = position_of(request)
    if position is not None:
        given["position"] = position
    return {name: value for name, value in given.items() if name in asked}


@login_required
@require_GET
def done(request: HttpRequest, case_id: int) -> HttpResponse:
    who = who_on_foot(request)
    return render(request, "field/done.html", {"case": cases.visible(who).filter(pk=case_id).first(), "jobs": selectors.jobs(who)[:1]})


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A new thing in half a minute, or one put right on the spot."""
    who = who_on_foot(request)
    if not who.has("inspector"):
        raise PermissionDenied(_("新上报由信息采集员办理。"))
    if request.method == "POST":
        return _report(request, who)
    return _new_form(request, who, [], 200)


def _new_form(request: HttpRequest, who: Who, errors: list[str], status: int) -> HttpResponse:
    context = {
        "key": uuid.uuid4().hex, "errors": errors, "matters": selectors.likely_matters(who), "photos_hint": selectors.photos_hint(),
        "typed": request.POST, "somewhere": selectors.somewhere(who) if settings.DEMO else None,
    }  # fmt: skip
    return render(request, "field/new.html", context, status=status)


def _report(request: HttpRequest, who: Who) -> HttpResponse:
    data = request.POST
    try:
        case = services.report_new(
            who,
            key=data.get("key", ""),
            position=position_of(request),
            matter_code=matter_of(data),
            description=data.get("description", "").strip(),
            photos=[put_attachment(file, who, photos_only=True) for file in request.FILES.getlist("photos")],
            photos_after=[put_attachment(file, who, photos_only=True) for file in request.FILES.getlist("photos_after")],
            component_id=whole_number(data.get("component")),
            outside_confirmed=bool(data.get("outside")),
            self_handled=data.get("self_handled") == "1",
        )
    except (moves.Refused, ValidationError) as error:
        words = [each.words for each in error.every] if isinstance(error, moves.Refused) else error.messages
        return _new_form(request, who, words, 422)
    return redirect("field-done", case.pk)


@login_required
@require_GET
def near(request: HttpRequest) -> HttpResponse:
    """What stands and what is reported at the phone's position."""
    who = who_on_foot(request)
    position = position_of(request)
    if position is None:
        return HttpResponse("")
    point = Point(position[0], position[1], srid=4490)
    return render(request, "field/near.html", {"place": selectors.place(who, point), "address": nearest_address(point), "chosen": request.GET})


@login_required
@require_GET
def classes(request: HttpRequest) -> HttpResponse:
    """Matters by code, pinyin initials or words, those this person used lately first."""
    who = who_on_foot(request)
    text = request.GET.get("q", "").strip()
    found = cases.likely_classes(who, text, limit=8) if text else []
    return render(request, "field/classes.html", {"items": [each.item for each in found], "q": text})


navigation.add("field", gettext_lazy("任务"), "/field/", order=10, action="field.use", place="phone")
navigation.add("field-new", gettext_lazy("上报"), "/field/new", ("inspector",), order=20, place="phone")

urlpatterns = [
    path("field/classes", classes, name="field-classes"),
    path("field/", tasks, name="field"),
    path("field/new", new, name="field-new"),
    path("field/near", near, name="field-near"),
    path("field/tasks/<int:case_id>", task, name="field-task"),
    path("field/tasks/<int:case_id>/reading", reading, name="field-reading"),
    path("field/tasks/<int:case_id>/do/<slug:slug>", act, name="field-act"),
    path("field/tasks/<int:case_id>/done", done, name="field-done"),
]
