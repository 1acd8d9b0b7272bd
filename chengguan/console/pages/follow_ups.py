"""回访: the list of those who want to hear how it ended, and of those who were rung up."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases import selectors, workflow
from chengguan.cases.fields import FIELDS
from chengguan.cases.selectors.follow_ups import MOST
from chengguan.console.pages.lists import LIGHTS
from chengguan.people import navigation
from chengguan.people.selectors import Who

SHOWS = {"due": gettext_lazy("待回访"), "done": gettext_lazy("已回访")}


@login_required
@require_GET
def follow_ups(request: HttpRequest) -> HttpResponse:
    who: Who = request.who  # type: ignore[attr-defined]
    if not selectors.may_follow_up(who):
        raise PermissionDenied(_("您的岗位不做回访。"))
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "due"
    light = request.GET.get("light", "") if show == "due" else ""
    light = light if light in LIGHTS else ""
    now = timezone.now()
    counted = selectors.call_counts(who, now)
    found = selectors.calls(who, show, light, now)
    rings = who.has(*workflow.DESK)
    context = {
        "show": show,
        "tabs": [{"name": name, "url": f"?show={slug}", "on": slug == show, "n": counted["all"] if slug == "due" else None} for slug, name in SHOWS.items()],
        "lights": [
            {"slug": each, "name": LIGHTS[each], "n": counted[each], "on": each == light, "url": "?" + urlencode({} if each == light else {"light": each})}
            for each in ("red", "yellow", "green")
        ],
        "rows": [_row(call, now, rings) for call in found],
        "most": MOST if len(found) == MOST else 0,
    }  # fmt: skip
    return render(request, "console/follow_ups.html", context)


def _row(call: selectors.Call, now: Any, rings: bool) -> dict[str, Any]:
    said = dict(FIELDS["satisfaction"].options).get(call.case.satisfaction, "")
    late = call.task.due is not None and (call.task.done_at or now) > call.task.due
    return {
        "call": call,
        "case": call.case,
        "light_word": LIGHTS[call.time.light],
        "late": late,
        "result": _(call.task.result) if call.task.result else "",
        "said": _(said) if said else "",
        "may": rings and call.task.done_at is None,
    }


navigation.add("follow-ups", gettext_lazy("回访"), "/follow-ups", order=26, action="cases.see_reporter", more=True)

urlpatterns = [path("follow-ups", follow_ups, name="follow-ups")]
