"""顽疾: where the same matter comes back again and again, and the history of one such place."""

from __future__ import annotations

from django.contrib.gis.geos import Point
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases import selectors
from chengguan.cases.models import Case
from chengguan.people import navigation
from chengguan.people.access import Request, requires
from chengguan.people.selectors import organisations, reach
from chengguan.people.typed import whole_number
from chengguan.places.models import Area
from chengguan.standards import codes

HANDLING = ("department", "township", "enterprise")


@requires("work.see")
def recurrences(request: Request) -> HttpResponse:
    matter = request.GET.get("matter", "").strip()
    given = {
        "matter": matter if matter.isdigit() else "",
        "township": whole_number(request.GET.get("township")),
        "department": whole_number(request.GET.get("department")),
    }
    chosen = selectors.settings()
    context = {
        "rows": selectors.recurring(request.who, **given),  # type: ignore[arg-type]
        "given": given,
        "majors": sorted(codes.in_force().majors["matter"].items()),
        "townships": Area.objects.filter(level=Area.Level.TOWNSHIP).defer("geom", "geom_3857").order_by("code"),
        "departments": organisations(request.who).filter(kind__in=HANDLING).order_by("kind", "code"),
        "everything": reach(request.who, "cases.see").everything,
        "days": chosen["recurrence.days"],
        "times": chosen["recurrence.times"],
        "metres": chosen["recurrence.metres"],
    }
    return render(request, "console/recurrence/list.html", context)


@requires("work.see")
def recurrence(request: Request, case_id: int) -> HttpResponse:
    """The place of that case: every time the same was reported there."""
    case = selectors.visible(request.who).select_related("component", "township").defer("township__geom", "township__geom_3857").filter(pk=case_id).first()
    if case is None:
        raise Http404(_("没有这个案件，或者它不在您的范围内。"))
    past = selectors.history_here(request.who, case)
    gaps = [each.gap_days for each in past if each.gap_days is not None]
    context = {
        "case": case,
        "past": past,
        "mean": sum(gaps) / len(gaps) if gaps else None,
        "shortest": min(gaps, default=None),
        "point": _point(case),
        "marks": _marks(past),
        "metres": selectors.settings()["recurrence.metres"],
    }
    return render(request, "console/recurrence/one.html", context)


def _point(case: Case) -> Point | None:
    return case.point or (case.component.point if case.component else None)


def _marks(past: list[selectors.Past]) -> list[dict[str, object]]:
    """Where each case stands on the line from the first to today, in percent."""
    if not past:
        return []
    first, now = past[-1].case.reported_at, timezone.now()
    whole = max((now - first).total_seconds(), 1.0)
    return [{"case": each.case, "at": f"{(each.case.reported_at - first).total_seconds() / whole * 98:.1f}"} for each in reversed(past)]


navigation.add("recurrence", gettext_lazy("顽疾"), "/recurrence", action="work.see", order=65, more=True)

urlpatterns = [
    path("recurrence", recurrences, name="recurrences"),
    path("recurrence/<int:case_id>", recurrence, name="recurrence"),
]
