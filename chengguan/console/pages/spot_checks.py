"""抽查 on the desk: draw closed cases by lot, look again, say what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from chengguan.cases.services import may_be_reopened
from chengguan.console.pages.case_forms import read_position
from chengguan.evaluation import services
from chengguan.evaluation.models import SpotCheck
from chengguan.evaluation.selectors import period
from chengguan.evaluation.selectors import spot_checks as questions
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.models import Account, Organisation
from chengguan.people.pages.administration.forms import Plain
from chengguan.people.selectors import accounts_with_role, may
from chengguan.places.models import Area
from chengguan.things.services import put_attachment


class DrawForm(Plain):
    first = forms.DateField(label=gettext_lazy("结案日期从"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=gettext_lazy("至"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    wanted = forms.CharField(label=gettext_lazy("抽多少"), max_length=10, help_text=gettext_lazy("件数如 20，或比例如 5%"))
    department = forms.ModelChoiceField(Organisation.objects.none(), label=gettext_lazy("责任单位"), required=False, empty_label=gettext_lazy("全部"))
    township = forms.ModelChoiceField(Area.objects.none(), label=gettext_lazy("镇街"), required=False, empty_label=gettext_lazy("全部"))
    inspector = forms.ModelChoiceField(Account.objects.none(), label=gettext_lazy("信息采集员"), required=False, empty_label=gettext_lazy("全部"))
    assigned_to = forms.ModelChoiceField(Account.objects.none(), label=gettext_lazy("派给"))
    seed = forms.IntegerField(label=gettext_lazy("随机种子"), required=False, min_value=1, max_value=10**9, help_text=gettext_lazy("留空由系统定；填旧种子可复现"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("department", Organisation.objects.filter(enabled=True, kind__in=("department", "township")).order_by("kind", "code"))
        self.offer("township", Area.objects.filter(level="township").defer("geom", "geom_3857").order_by("code"))
        self.offer("inspector", Account.objects.filter(pk__in=[each.pk for each in accounts_with_role("inspector")]).order_by("name"))
        self.offer("assigned_to", Account.objects.filter(pk__in=[each.pk for each in questions.judges()]).order_by("name"))


@requires("evaluation.see")
def spot_checks(request: Request) -> HttpResponse:
    who, today = request.who, timezone.localdate()
    form = DrawForm(request.POST or None, initial={"first": today - timedelta(days=30), "last": today, "wanted": "20", "assigned_to": who.account_id})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        days = period("custom", given.pop("first"), given.pop("last"))
        try:
            sample = services.draw(who, start=days.start, end=days.end, **given)
        except services.Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.words)
        else:
            messages.success(request, _("已从 %(of)d 件中抽出 %(n)d 件。") % {"of": sample.population, "n": sample.checks.count()})
            return redirect("spot-sample", sample.pk)
    page = Paginator(questions.samples(who), 30).get_page(request.GET.get("page"))
    return render(request, "console/evaluation/samples.html", {"page": page, "form": form, "may_draw": may(who, "evaluation.draw")})


@require_GET
@requires("evaluation.see")
def spot_sample(request: Request, sample_id: int) -> HttpResponse:
    sample = get_object_or_404(questions.samples(request.who), pk=sample_id)
    return render(request, "console/evaluation/sample.html", {"sample": sample, "checks": questions.checks(request.who).filter(sample=sample)})


@require_GET
@requires("evaluation.see")
def spot_check(request: Request, check_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(questions.checks(request.who), pk=check_id))


def _page(request: Request, check: SpotCheck, errors: Sequence[str] = ()) -> HttpResponse:
    """The case that is looked at again; refused, with what was typed and everything that is wrong with it."""
    context = {
        "check": check, "verdicts": SpotCheck.VERDICTS, "may_judge": questions.may_judge(request.who, check), "photos": check.photos.all(),
        "after": check.case.photos.filter(kind__in=("after", "verify")).select_related("attachment"),
        "may_follow": check.persists and check.followed_by_id is None and request.who.has("shift_leader"),
        "reopens": may_be_reopened(check.case, timezone.now()), "typed": request.POST, "errors": errors,
    }  # fmt: skip
    return render(request, "console/evaluation/check.html", context, status=422 if errors else 200)


@sent_from("spot-check", "check_id")
@requires("evaluation.judge")
def spot_check_judge(request: Request, check_id: int) -> HttpResponse:
    check = get_object_or_404(questions.checks(request.who), pk=check_id)
    place = read_position(request.POST, "place")
    try:
        photos = [put_attachment(file, request.who, photos_only=True) for file in request.FILES.getlist("photos")]
        services.judge(
            request.who, check, request.POST.get("verdict", ""), words=request.POST.get("words", ""), photos=photos,
            point=Point(*place, srid=4490) if place else None, persists=request.POST.get("persists") == "1",
        )  # fmt: skip
    except ValidationError as wrong:
        return _page(request, check, wrong.messages)
    except services.Refused as refused:
        return _page(request, check, [each.words for each in refused.every])
    messages.success(request, _("结论已记下。"))
    following = questions.checks(request.who).filter(sample=check.sample_id, verdict="", assigned_to=request.who.account_id).first()
    return redirect("spot-check", following.pk) if following else redirect("spot-sample", check.sample_id)


@sent_from("spot-check", "check_id")
@requires("evaluation.see")
def spot_check_follow(request: Request, check_id: int) -> HttpResponse:
    check = get_object_or_404(questions.checks(request.who), pk=check_id)
    try:
        case = services.follow(request.who, check, "reopen" if request.POST.get("how") == "reopen" else "link")
    except services.Refused as refused:
        messages.warning(request, refused.words)
        return redirect("spot-check", check.pk)
    return redirect("case", case.pk)


urlpatterns = [
    path("evaluation/checks", spot_checks, name="spot-checks"),
    path("evaluation/checks/<int:sample_id>", spot_sample, name="spot-sample"),
    path("evaluation/check/<int:check_id>", spot_check, name="spot-check"),
    path("evaluation/check/<int:check_id>/judge", spot_check_judge, name="spot-check-judge"),
    path("evaluation/check/<int:check_id>/follow", spot_check_follow, name="spot-check-follow"),
]
