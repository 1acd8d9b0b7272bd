"""接管 in the administration: a file is uploaded, mapped, tried, applied, withdrawn; its report is looked at and taken away."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chengguan.cases import services
from chengguan.cases.models import TakeoverBatch, TakeoverMapping
from chengguan.cases.services import takeover_batches as verbs
from chengguan.cases.services.takeover_mapping import BadMapping, mapping_of
from chengguan.console.pages import takeover_form as form
from chengguan.console.selectors import takeovers as shown
from chengguan.engines import files
from chengguan.people import navigation
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.typed import whole_number

navigation.add("takeovers", gettext_lazy("接管案件"), "/administration/takeovers", action="cases.configure", place="administration", order=62)


@require_safe
@requires("cases.configure")
def takeovers(request: Request) -> HttpResponse:
    context = {"page": Paginator(shown.batches(), 30).get_page(request.GET.get("page")), "mappings": shown.mappings(), "most": verbs.MOST_BYTES >> 20}
    return render(request, "console/takeover/batches.html", context)


@sent_from("takeovers")
@requires("cases.configure")
def upload(request: Request) -> HttpResponse:
    if "file" not in request.FILES:
        messages.warning(request, _("请选择一个表格文件。"))
        return redirect("takeovers")
    try:
        batch = verbs.receive(request.who, request.FILES["file"])
    except verbs.SameFile as same:
        messages.warning(request, same.words)
        return redirect("takeover", same.batch.pk)
    except services.Refused as refused:
        messages.warning(request, refused.words)
        return redirect("takeovers")
    return redirect("takeover", batch.pk)


@require_safe
@requires("cases.configure")
def takeover(request: Request, batch_id: int) -> HttpResponse:
    batch = get_object_or_404(shown.batches(), pk=batch_id)
    if request.htmx:
        answer = render(request, "console/takeover/progress.html", {"batch": batch})
        if not batch.at_work:
            answer["HX-Refresh"] = "true"
        return answer
    return render(request, "console/takeover/batch.html", _context(batch))


def _context(batch: TakeoverBatch) -> dict[str, Any]:
    mapping = batch.mapping or shown.guessed(batch)
    wrong = ""
    if batch.mapping:
        try:
            mapping_of(batch.mapping)
        except BadMapping as bad:
            wrong = str(bad)
    crs = str((mapping.get("fields", {}).get("position") or {}).get("crs", "4490"))
    return {
        "batch": batch, "mapping": mapping, "wrong": wrong, "lines": shown.lines(batch), "wordings": shown.wordings(batch), "columns": shown.column_names(batch),
        "position": mapping.get("fields", {}).get("position") or {}, "formats": form.FORMATS, "systems": form.SYSTEMS,
        "crs": crs, "other_crs": "" if crs in dict(form.SYSTEMS) else crs, "mappings": shown.mappings(), "keepable": tuple(form.KEPT),
        "lacking": shown.lacking(batch), "sources": shown.choices("source"), "states": shown.choices("state"), "may_map": batch.state in ("ready", "tried"),
        "result": shown.result(batch),
    }  # fmt: skip


@sent_from("takeover", "batch_id")
@requires("cases.configure")
def columns(request: Request, batch_id: int) -> HttpResponse:
    """Which column is which field; or a saved mapping taken as it is."""
    batch = get_object_or_404(shown.batches(), pk=batch_id)
    try:
        if request.POST.get("saved"):
            mapping = get_object_or_404(TakeoverMapping, pk=whole_number(request.POST["saved"])).told
        else:
            mapping = form.read_columns(batch, request.POST)
        verbs.set_mapping(request.who, batch_id, mapping)
    except (services.Refused, BadMapping) as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("已保存。"))
    return redirect("takeover", batch_id)


@sent_from("takeover", "batch_id")
@requires("cases.configure")
def words(request: Request, batch_id: int, field: str) -> HttpResponse:
    batch = get_object_or_404(shown.batches(), pk=batch_id)
    try:
        mapping, strange = form.read_words(batch, field, request.POST)
        verbs.set_mapping(request.who, batch_id, mapping)
    except services.Refused as refused:
        messages.warning(request, refused.words)
    else:
        if strange:
            named = "、".join(f"{word} → {typed}" for word, typed in strange[:8]) + ("……" if len(strange) > 8 else "")
            messages.warning(request, _("其余的已保存；这 %(n)d 个对应的不是我们的，请从列出的里面选：%(words)s") % {"n": len(strange), "words": named})
        else:
            messages.success(request, _("已保存。"))
    return redirect("takeover", batch_id)


@sent_from("takeover", "batch_id")
@requires("cases.configure")
def keep_mapping(request: Request, batch_id: int) -> HttpResponse:
    batch = get_object_or_404(shown.batches(), pk=batch_id)
    try:
        services.save_mapping(request.who, request.POST.get("name", ""), batch.mapping, reason=_("接管批次 %(id)d") % {"id": batch.pk})
    except services.Refused as refused:
        messages.warning(request, refused.words)
    else:
        messages.success(request, _("这份映射已留下，下一个文件可以直接用。"))
    return redirect("takeover", batch_id)


@sent_from("takeover", "batch_id")
@requires("cases.configure")
def discard(request: Request, batch_id: int) -> HttpResponse:
    get_object_or_404(shown.batches(), pk=batch_id)
    try:
        verbs.discard(request.who, batch_id)
    except services.Refused as refused:
        messages.warning(request, refused.words)
    else:
        messages.success(request, _("已丢弃，文件和样例不再保留。"))
    return redirect("takeovers")


STEPS = {"try": "trying", "apply": "applying", "withdraw": "withdrawing"}


@sent_from("takeover", "batch_id")
@requires("cases.configure")
def go(request: Request, batch_id: int, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404(_("没有这个页面。"))
    try:
        verbs.begin(request.who, batch_id, STEPS[step])
    except TakeoverBatch.DoesNotExist:
        raise Http404(_("没有这个页面。")) from None
    except services.Refused as refused:
        messages.warning(request, refused.words)
    return redirect("takeover", batch_id)


@require_safe
@requires("cases.configure")
def report(request: Request, batch_id: int) -> HttpResponse | FileResponse:
    """Every refused, flagged or changed row with its reason, as the table the last run left."""
    batch = get_object_or_404(shown.batches().select_related("table"), pk=batch_id)
    if batch.table is None:
        raise Http404(_("还没有试运行过，或已过了保留的时间。"))
    try:
        kept = files.open(batch.table.sha256)
    except FileNotFoundError as gone:
        raise Http404(_("文件已不在。")) from gone
    named = f"attachment; filename=\"takeover-{batch.pk}-report.csv\"; filename*=UTF-8''{quote(batch.table.name)}"
    answer = FileResponse(kept, content_type="text/csv; charset=utf-8", headers={"Cache-Control": "no-store"})
    answer["Content-Disposition"] = named  # afterwards: a FileResponse names itself after the kept file
    return answer


urlpatterns = [
    path("administration/takeovers", takeovers, name="takeovers"),
    path("administration/takeovers/upload", upload, name="takeover-upload"),
    path("administration/takeovers/<int:batch_id>", takeover, name="takeover"),
    path("administration/takeovers/<int:batch_id>/columns", columns, name="takeover-columns"),
    path("administration/takeovers/<int:batch_id>/words/<str:field>", words, name="takeover-words"),
    path("administration/takeovers/<int:batch_id>/keep", keep_mapping, name="takeover-keep"),
    path("administration/takeovers/<int:batch_id>/go/<str:step>", go, name="takeover-go"),
    path("administration/takeovers/<int:batch_id>/discard", discard, name="takeover-discard"),
    path("administration/takeovers/<int:batch_id>/report.csv", report, name="takeover-report"),
]
