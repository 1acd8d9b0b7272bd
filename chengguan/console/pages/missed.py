"""漏报 on the desk: cases others reported first, each with who was on duty there; judged with a reason."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases.selectors import visible
from chengguan.evaluation import services
from chengguan.evaluation.selectors import missed as questions
from chengguan.evaluation.selectors import period
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.models import Account
from chengguan.people.selectors import may
from chengguan.people.typed import day, whole_number

SHOWS = {
    "waiting": gettext_lazy("待判"), "missed": gettext_lazy("漏报"), "not_missed": gettext_lazy("不算漏报"), "nobody": gettext_lazy("当天无人当班"),
}  # fmt: skip


@require_GET
@requires("evaluation.judge")
def missed(request: Request) -> HttpResponse:
    show = request.GET.get("show", "waiting")
    show = show if show in SHOWS else "waiting"
    month = period("month", day(request.GET.get("day")) or timezone.localdate())
    page = Paginator(questions.candidates(request.who, month, show), 30).get_page(request.GET.get("page"))
    walked = questions.on_duty_of(page)
    rows = [{"case": each, "on_duty": walked[each.pk], "verdict": each.missed_report if show in questions.VERDICTS else None} for each in page]
    context = {
        "page": page, "rows": rows, "show": show, "shows": SHOWS, "month": month, "before": month.before().first, "after": month.after().first,
        "may_judge": may(request.who, "evaluation.judge"),
    }  # fmt: skip
    return render(request, "console/evaluation/missed.html", context)


@sent_from("missed")
@requires("evaluation.judge")
def missed_judge(request: Request, case_id: int) -> HttpResponse:
    case = get_object_or_404(visible(request.who).select_related("unit_grid"), pk=case_id)
    inspector = Account.objects.filter(pk=whole_number(request.POST.get("inspector")) or 0).first()
    verdict, show = request.POST.get("verdict", ""), request.POST.get("show", "")
    try:
        if verdict not in questions.VERDICTS:
            raise services.Refused(_("请选“漏报”或“不算”"), "verdict")
        services.judge_missed(request.who, case, verdict == "missed", inspector, request.POST.get("words", ""), seen=request.POST.get("seen"))
    except services.Refused as refused:
        messages.warning(request, refused.words)
    else:
        messages.success(request, _("已记下。"))
    asked = urlencode({"show": show if show in SHOWS else "waiting", "day": timezone.localdate(case.reported_at)})
    return redirect(f"{reverse('missed')}?{asked}")


urlpatterns = [
    path("evaluation/missed", missed, name="missed"),
    path("evaluation/missed/<int:case_id>", missed_judge, name="missed-judge"),
]
