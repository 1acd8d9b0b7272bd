"""The page with the *story* buttons; in demo mode only."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengguan.demo import story
from chengguan.people.access import requires

BEGUN = "stories_begun"


@requires("map.see")
def story_page(request: HttpRequest) -> HttpResponse:
    """What the stories are and how far they have come."""
    _only_in_the_demo()
    if request.method == "POST":
        return play(request)
    scenes = [story.scene(slug, begun_at(request, slug)) for slug in story.STORIES]
    template = "demo/scenes.html" if getattr(request, "htmx", False) else "demo/story.html"
    return render(request, template, {"scenes": scenes})


@require_POST
def play(request: HttpRequest) -> HttpResponse:
    """`story`: which; `do`: begin or mend; `next`: where to go then."""
    slug, do = request.POST.get("story", "lamp"), request.POST.get("do", "begin")
    if slug not in story.STORIES or do not in ("begin", "mend"):
        raise Http404
    scene = story.scene(slug, begun_at(request, slug))
    if do == "begin" and (scene.playing or scene.begun):
        messages.warning(request, _("这一段正在演，演完（恢复正常）才能再来一遍。"))
        return _onward(request)
    try:
        device = story.begin(slug) if do == "begin" else story.mend(slug)
        request.session[BEGUN] = request.session.get(BEGUN, {}) | {slug: timezone.now().isoformat() if do == "begin" else ""}
        words = _("%(device)s 开始演出：约半分钟后告警出现在值班地图。") if do == "begin" else _("%(device)s 已修好，等待读数证实。")
        messages.success(request, words % {"device": device.name})
    except ObjectDoesNotExist:
        messages.error(request, _("样例县还没有这台设备，请先载入样例数据。"))
    except (OSError, ValidationError) as trouble:
        messages.error(request, _("没有开始：%(why)s。消息总线恢复后再试一次。") % {"why": trouble})
    return _onward(request)


def _onward(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    return redirect(target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else "/demo/story")


def begun_at(request: HttpRequest, slug: str) -> datetime | None:
    """When this person last began that story and has not mended it."""
    return parse_datetime(request.session.get(BEGUN, {}).get(slug) or "")


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404


urlpatterns = [path("demo/story", story_page, name="demo_story")]
