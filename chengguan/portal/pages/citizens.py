"""The citizen's pages: report a thing in half a minute, follow it by its code. No account."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from chengguan.cases.models import Case, Photo
from chengguan.engines import files
from chengguan.people.selectors import ANONYMOUS
from chengguan.places.selectors import county, inside_county, nearest_address
from chengguan.portal import selectors, services

log = logging.getLogger(__name__)


def _phrases() -> list[str]:
    return [_("路灯不亮"), _("井盖坏了或不见了"), _("路面破损"), _("垃圾没人收"), _("积水"), _("占道"), _("树枝倒了")]


@login_not_required
@never_cache
@ensure_csrf_cookie
def report(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, services.Said(), [], 200)
    data = request.POST
    said = services.Said(
        **{name: data.get(name, "") for name in ("ticket", "website", "lon", "lat", "accuracy", "address", "description", "phone")},
        photos=request.FILES.getlist("photos"),
    )
    try:
        case = services.receive(said, request.META.get("REMOTE_ADDR", ""))
    except services.TooMany as rejected:
        return _form(request, said, rejected.reasons, 429)
    except services.Rejected as rejected:
        return _form(request, said, rejected.reasons, 422)
    if case is None:
        return render(request, "portal/thanks.html")
    return redirect(reverse("portal-follow", args=[case.follow_code]) + "?new")


def _form(request: HttpRequest, said: services.Said, errors: list[str], status: int) -> HttpResponse:
    context = {"form": said, "errors": errors, "ticket": services.issue_ticket(), "phrases": _phrases()}
    return render(request, "portal/report.html", context, status=status)


@login_not_required
@require_GET
def near(request: HttpRequest) -> HttpResponse:
    """What the server knows of a point: its address, and what is already reported there."""
    point = services.point_of(request.GET.get("lon", ""), request.GET.get("lat", ""))
    if point is None:
        return HttpResponse("")
    inside = inside_county(point)
    context = {
        "inside": inside,
        "county": county().name,
        "address": nearest_address(point) if inside else "",
        "near": selectors.near(ANONYMOUS, point) if inside else [],
    }
    return render(request, "portal/near.html", context)


@login_not_required
@never_cache
@require_GET
def follow(request: HttpRequest, code: str) -> HttpResponse:
    try:
        progress = selectors.follow(ANONYMOUS, code)
    except Case.DoesNotExist:
        return render(request, "portal/find.html", {"missing": True, "code": code}, status=404)
    return render(request, "portal/follow.html", {"progress": progress, "fresh": "new" in request.GET})


@login_not_required
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    code = request.GET.get("code", "").strip().upper().replace(" ", "")
    if code.isalnum() and code.isascii():
        return redirect("portal-follow", code=code)
    if code:
        return render(request, "portal/find.html", {"missing": True, "code": code}, status=404)
    return render(request, "portal/find.html")


@login_not_required
@require_GET
def photo(request: HttpRequest, code: str, photo_id: int) -> HttpResponse:
    try:
        attachment = selectors.photo(ANONYMOUS, code, photo_id)
    except (Case.DoesNotExist, Photo.DoesNotExist) as error:
        raise Http404 from error
    try:
        with files.open(attachment.sha256) as kept:
            content = kept.read()
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError:
        log.exception("%s cannot be read", attachment.sha256)
        return HttpResponse(_("照片与文件的存储暂时不可用，请稍后再看。"), status=503)
    answer = HttpResponse(content, content_type=attachment.content_type)
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


urlpatterns = [
    path("report", report, name="portal-report"),
    path("report/near", near, name="portal-near"),
    path("report/find", find, name="portal-find"),
    path("report/<str:code>", follow, name="portal-follow"),
    path("report/<str:code>/photo/<int:photo_id>", photo, name="portal-photo"),
]
