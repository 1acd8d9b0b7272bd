"""A case on paper and as data: the whole file, and the forms of its course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from chengguan.cases import selectors
from chengguan.cases.models import Case, Dispatch
from chengguan.cases.selectors import handed_out
from chengguan.console import paper
from chengguan.console.pages import case_view
from chengguan.people.selectors import Who


def _file(request: HttpRequest, case_id: int) -> tuple[Who, dict[str, Any]]:
    who: Who = request.who  # type: ignore[attr-defined]
    try:
        return who, selectors.case_file(who, case_id)
    except Case.DoesNotExist as error:
        raise Http404(_("没有这个案件，或者它不在您的范围内。")) from error


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=kind, headers=headers)


def _not_now(words: str) -> HttpResponse:
    return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8")


def _printed(template: str, context: dict[str, Any], name: str) -> HttpResponse:
    try:
        content = paper.pdf(template, context)
    except paper.TooLong:
        return _not_now(_("照片太多，一分钟里没有印完。请下载“案卷数据”，照片都在里面；或者过一会儿再试。"))
    except paper.NotDrawn:
        return _not_now(_("这一份没有印出来，案件本身没有问题。请下载“案卷数据”，照片都在里面；或者过一会儿再试。"))
    return _download(content, "application/pdf", name)


@login_required
@require_GET
def file_pdf(request: HttpRequest, case_id: int) -> HttpResponse:
    """The whole file: facts, clocks, every step with its opinion, pictures."""
    who, file = _file(request, case_id)
    context = paper.file_context(who, file) | case_view.view_of(file, timezone.now()) | {"pictures": paper.pictured(file["photos"])}
    return _printed("console/paper/file.html", context, f"{file['case']}.pdf")


@login_required
@require_GET
def file_data(request: HttpRequest, case_id: int) -> HttpResponse:
    """case.json and the photos, in a zip."""
    who, file = _file(request, case_id)
    answer = _download(paper.as_zip(who, case_id), "application/zip", f"{file['case']}.zip")
    answer["Content-Disposition"] = answer["Content-Disposition"].replace("inline", "attachment")
    return answer


@login_required
@require_GET
def form_pdf(request: HttpRequest, case_id: int, slug: str) -> HttpResponse:
    """One sheet of the case's course."""
    who, file = _file(request, case_id)
    form = handed_out.FORMS.get(slug)
    step = handed_out.step_of(form, file["steps"]) if form else None
    if form is None or step is None:
        raise Http404(_("没有这种表单，或者这个案件还没有走到那一步。"))
    kind = {"confirmation": "confirm", "confirmation-reply": "confirm", "verification": "verify", "verification-reply": "verify"}.get(slug)
    tasks = [task for task in file["tasks"] if task.kind == kind]
    handling = [clock for clock in file["clocks"] if clock.kind == "handling"]
    context = paper.file_context(who, file) | {
        "form": form,
        "step": step,
        "task": tasks[-1] if tasks else None,
        "handling": handling[-1] if form.limit and handling else None,
        "dispatches": _holding(file["dispatches"]) if slug == "dispatch" else [],
        "pictures": paper.pictured([photo for photo in file["photos"] if photo.kind in form.photos]),
    }
    return _printed("console/paper/form.html", context, f"{form.name}-{file['case']}.pdf")


PARTS = ("main", "helper", "copy")


def _holding(dispatches: Sequence[Dispatch]) -> list[Dispatch]:
    """Whom it was sent to last: who answers for it first, then helpers and who was told."""
    last = max((each.sent_at for each in dispatches), default=None)
    return sorted((each for each in dispatches if each.sent_at == last), key=lambda each: PARTS.index(each.part))


urlpatterns = [
    path("cases/<int:case_id>/file.pdf", file_pdf, name="case-pdf"),
    path("cases/<int:case_id>/file.zip", file_data, name="case-data"),
    path("cases/<int:case_id>/forms/<slug:slug>.pdf", form_pdf, name="case-form-pdf"),
]
