"""专项普查 on the phone: which patches are mine, what is found here, what was looked at in vain, a patch that is done."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from chengguan.cases.services import Refused
from chengguan.field import selectors
from chengguan.field.pages.work import matter_of, position_of, who_on_foot
from chengguan.people import navigation
from chengguan.people.selectors import Who, may
from chengguan.people.typed import whole_number
from chengguan.places.selectors import nearest_address
from chengguan.standards import codes
from chengguan.surveys import selectors as walks
from chengguan.surveys import services
from chengguan.surveys.models import Patch
from chengguan.things.services import put_attachment

MOST_PICKS = 12
MOST_SHOWN = 10


def _walker(request: HttpRequest) -> Who:
    who = who_on_foot(request)
    if not may(who, "surveys.walk"):
        raise PermissionDenied(_("普查由信息采集员在现场办理"))
    return who


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "field/survey_over.html", status=404)


@login_required
@require_GET
def surveys(request: HttpRequest) -> HttpResponse:
    return render(request, "field/surveys.html", {"walks": walks.walks(_walker(request))})


@login_required
@require_GET
def survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    return _page(request, survey_id)


def _page(request: HttpRequest, survey_id: int, errors: list[str] | None = None, status: int = 200) -> HttpResponse:
    who = _walker(request)
    walk = walks.walk(who, survey_id)
    if walk is None:
        return _over(request)
    mine = walks.found_in(who, walk.survey).filter(found_by=who.account_id)
    context = {
        "walk": walk, "survey": walk.survey, "mine": mine[:MOST_SHOWN], "errors": errors or [], "typed": request.POST,
        "may_take_back": walks.taken_back_by(who, walk), "wanted": walks.wanted_words(walk.survey), "somewhere": _somewhere(walk),
    }  # fmt: skip
    return render(request, "field/survey.html", context, status=status)


def _somewhere(walk: walks.Walk) -> Point | None:
    return walks.somewhere(walk) if settings.DEMO and walk.runs else None


@login_required
@require_POST
def look(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Nothing here: it counts as looked at."""
    who = _walker(request)
    walk = walks.walk(who, survey_id)
    if walk is None:
        return _over(request)
    try:
        cell = services.look_at(who, walk.survey, position_of(request))
    except Refused as refused:
        return _page(request, survey_id, [refused.words], 422)
    messages.success(request, _("已记下：%(grid)s 看过，没有发现。") % {"grid": cell.unit_grid.code})
    return redirect("field-survey", survey_id)


@login_required
@require_POST
def finish(request: HttpRequest, survey_id: int, patch_id: int) -> HttpResponse:
    return _of_patch(request, survey_id, patch_id, services.finish_patch, gettext_lazy("“%(patch)s”走完了，辛苦了。"))


@login_required
@require_POST
def take_back(request: HttpRequest, survey_id: int, patch_id: int) -> HttpResponse:
    return _of_patch(request, survey_id, patch_id, services.take_back, gettext_lazy("“%(patch)s”又可以接着走了。"))


def _of_patch(request: HttpRequest, survey_id: int, patch_id: int, do: Callable[[Who, Patch, str], Any], done: Any) -> HttpResponse:
    """What its walker says of a patch, with a few words."""
    who = _walker(request)
    walk = walks.walk(who, survey_id)
    line = next((line for line in walk.lines if line.patch.pk == patch_id), None) if walk else None
    if line is None:
        return _over(request)
    try:
        do(who, line.patch, request.POST.get("words", ""))
    except Refused as refused:
        return _page(request, survey_id, [refused.words], 422)
    messages.success(request, done % {"patch": line.patch})
    return redirect("field-survey", survey_id)


@login_required
def report(request: HttpRequest, survey_id: int) -> HttpResponse:
    """What is found here: a photo, a class of those looked for, the component under the finger."""
    who = _walker(request)
    walk = walks.walk(who, survey_id)
    if walk is None:
        return _over(request)
    errors: list[str] = []
    if request.method == "POST":
        data = request.POST
        try:
            services.report_finding(
                who, walk.survey, key=data.get("key", ""), position=position_of(request), matter_code=matter_of(data),
                photos=[put_attachment(file, who, photos_only=True) for file in request.FILES.getlist("photos")],
                description=data.get("description", ""), component_id=whole_number(data.get("component")),
            )  # fmt: skip
        except (Refused, ValidationError) as error:
            errors = [each.words for each in error.every] if isinstance(error, Refused) else error.messages
        else:
            messages.success(request, _("发现已报上去。"))
            return redirect("field-survey", survey_id)
    matters = walks.matters_of(walk.survey)
    context = {
        "walk": walk, "survey": walk.survey, "key": uuid.uuid4().hex, "errors": errors, "typed": request.POST,
        "matters": matters[:MOST_PICKS], "more": len(matters) > MOST_PICKS, "somewhere": _somewhere(walk),
    }  # fmt: skip
    return render(request, "field/survey_new.html", context, status=422 if errors else 200)


@login_required
@require_GET
def near(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Where the phone is, and what stands here."""
    who, position = _walker(request), position_of(request)
    if position is None:
        return HttpResponse("")
    point = Point(position[0], position[1], srid=4490)
    return render(request, "field/survey_near.html", {"place": selectors.place(who, point), "address": nearest_address(point), "chosen": request.GET})


@login_required
@require_GET
def classes(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Of the classes looked for, by code, pinyin initials or words."""
    walk = walks.walk(_walker(request), survey_id)
    text = request.GET.get("q", "").strip()
    found = [item for item in codes.in_force().search(text, limit=100) if walk.survey.looks_for(item.code)][:8] if walk and text else []
    return render(request, "field/classes.html", {"items": found, "q": text})


navigation.add("field-surveys", gettext_lazy("普查"), "/field/surveys", ("inspector",), order=30, place="phone")

urlpatterns = [
    path("field/surveys", surveys, name="field-surveys"),
    path("field/surveys/<int:survey_id>", survey, name="field-survey"),
    path("field/surveys/<int:survey_id>/new", report, name="field-survey-new"),
    path("field/surveys/<int:survey_id>/near", near, name="field-survey-near"),
    path("field/surveys/<int:survey_id>/classes", classes, name="field-survey-classes"),
    path("field/surveys/<int:survey_id>/look", look, name="field-survey-look"),
    path("field/surveys/<int:survey_id>/patches/<int:patch_id>/finish", finish, name="field-survey-finish"),
    path("field/surveys/<int:survey_id>/patches/<int:patch_id>/take-back", take_back, name="field-survey-take-back"),
]
