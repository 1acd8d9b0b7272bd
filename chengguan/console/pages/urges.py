"""督办: what I sent, what waits for an answer and whose it is, what was answered late; and for who owes one, what is mine to answer."""

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
from django.utils.translation import gettext_lazy, pgettext_lazy

from chengguan.cases import selectors, workflow
from chengguan.console.pages.case_beside import Urged, urged_of
from chengguan.console.pages.lists import span
from chengguan.people import navigation
from chengguan.people.selectors import Who, may

SIDES = {"owed": gettext_lazy("等我回复"), "sent": gettext_lazy("我发出的"), "all": gettext_lazy("全部督办")}
SHOWS = {
    "waiting": gettext_lazy("待回复"), "late": gettext_lazy("逾期未回复"), "answered": gettext_lazy("按时回复"),
    "answered_late": gettext_lazy("逾期回复"), "unanswered": gettext_lazy("没有回复"),
}  # fmt: skip
MOST = 100


def _line(each: Urged, now: Any) -> dict[str, Any]:
    task = each.task
    due = (task.due - now).total_seconds() if task.due and task.done_at is None else None
    left = "" if due is None else (_("余 %(time)s") if due > 0 else _("超 %(time)s")) % {"time": span(due)}
    may_reply = task.done_at is None and workflow.row_for(task.case.state, "reply_urge") is not None
    return {"urged": each, "task": task, "case": task.case, "left": left, "may_reply": may_reply}


@login_required
def urges(request: HttpRequest) -> HttpResponse:
    who: Who = request.who  # type: ignore[attr-defined]
    sides = selectors.sides_of(who) if may(who, "work.see") else []
    if not sides:
        raise PermissionDenied(_("您的岗位没有督办。"))
    counted = {side: selectors.urge_counts(who, side) for side in sides}
    busiest = next((side for side in sides if counted[side]["waiting"]), sides[0])
    side = request.GET.get("side") if request.GET.get("side") in sides else busiest
    show = request.GET.get("show") if request.GET.get("show") in selectors.SHOWS else "waiting"
    now = timezone.now()
    rows = [_line(urged_of(task, now), now) for task in selectors.urges(who, str(side), str(show), MOST, now)]

    def address(**values: Any) -> str:
        return "?" + urlencode(values)

    context = {
        "side": side,
        "show": show,
        "tabs": [{"name": SIDES[each], "n": counted[each]["waiting"], "on": each == side, "url": address(side=each)} for each in sides],
        "chips": [
            {"slug": slug, "name": name, "n": counted[str(side)][slug], "on": slug == show, "url": address(side=side, show=slug)}
            for slug, name in SHOWS.items()
        ],
        "rows": rows,
        "most": MOST if len(rows) == MOST else 0,
    }
    return render(request, "console/work/urges.html", context)


navigation.add(
    "urges", pgettext_lazy("navigation", "督办"), "/urges", ("leader", "overseer", "dispatcher", "shift_leader", "acceptor", "department", "township"), order=22
)

urlpatterns = [path("urges", urges, name="urges")]
