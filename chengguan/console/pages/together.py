"""Several cases at once: with what is suggested for each, or with what is typed once for all. Each says what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengguan.cases import selectors, services, workflow
from chengguan.cases.models import Case
from chengguan.cases.selectors.handling import crews_of
from chengguan.console.pages.case_forms import LONG, Drawn, Option, time_ahead
from chengguan.people.selectors import Who
from chengguan.people.typed import whole_number

PLAIN = ("accept", "file", "dispatch", "receive", "forward", "send_to_confirm", "send_to_verify", "accept_result", "close", "approve")
"""Moves that need nothing but what the form suggests."""
TYPED: dict[str, tuple[str, ...]] = {
    "refuse": ("reason",), "decline": ("reason",), "merge": ("into", "reason"), "rework": ("reason",),
    "assign": ("crew", "opinion"), "ask_extend": ("reason",), "grant_extend": ("opinion",), "deny_extend": ("reason",), "ask_void": ("reason",),
    "urge": ("urge_kind", "level", "words", "until"), "mark_urgent": ("reason",), "mark_important": ("reason",),
}  # fmt: skip
"""Moves for which the same words, crew or main case hold for all, with the fields that are asked once."""
DECIDED = {"grant_extend": "extend", "deny_extend": "extend"}
"""Offered only where such a request waits; asking for something only where none does."""
KEYS = {
    "accept": "a", "file": "f", "dispatch": "d", "receive": "r", "forward": "p", "send_to_confirm": "i", "send_to_verify": "v", "accept_result": "e",
    "close": "c", "approve": "o",
}  # fmt: skip
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Line:
    """One of the ticked cases; `words` say what became of it, or why it will not move, `field` at which field. `state`: waits, then done, left, or main of those merged into it."""

    case: Case | None
    version: int | None
    words: str = ""
    state: str = "waits"
    field: str = ""


def _rows(post: str) -> Iterator[workflow.Row]:
    """Of the table, what this post may do to several; a township's desk receives as a department does."""
    posts = {post, "department"} if post == "township" else {post}
    return (row for row in workflow.TABLE if row.action in (*PLAIN, *TYPED) and posts & set(row.who))


def offered(post: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """(plain moves with their keys, moves that ask for something first)."""
    found = {row.action: {"slug": row.action, "name": _(row.name), "key": KEYS.get(row.action, "")} for row in _rows(post)}
    return [found[slug] for slug in PLAIN if slug in found], [found[slug] for slug in TYPED if slug in found]


@cache
def moves_of(post: str) -> dict[str, str]:
    """state -> the moves that start there, for the bar that offers only what the ticked cases can take."""
    found: dict[str, list[str]] = {}
    for row in _rows(post):
        for state in row.frm:
            found.setdefault(state, []).append(row.action)
    return {state: " ".join(slugs) for state, slugs in found.items()}


def moves_beside(moves: str, asked: Collection[str]) -> str:
    """Those of a case for which these kinds of requests wait."""
    return " ".join(slug for slug in moves.split() if (DECIDED[slug] in asked if slug in DECIDED else not (asked and slug.startswith("ask_"))))


@login_required
@require_POST
@selectors.held()
def bulk(request: HttpRequest) -> HttpResponse:
    """One move for each ticked case; what it asks for is asked once, on a page that lists them. What cannot move stays, with its reason."""
    who: Who = request.who  # type: ignore[attr-defined]
    slug, back = request.POST.get("action", ""), request.POST.get("back", "")
    if slug not in (*PLAIN, *TYPED):
        raise PermissionDenied(_("这一步不能批量办理。"))
    lines = _ticked(who, request.POST.getlist("case"), slug)
    context: dict[str, Any] = {"slug": slug, "name": _(workflow.ACTIONS[slug]), "back": back if back.startswith("?") else "", "marks": request.POST.getlist("case")}
    typed, fields = {}, _fields(lines, slug, request.POST)
    if slug in TYPED:
        typed = _read(fields, request.POST)
        errors = _wrong(fields, typed)
        if errors or "sure" not in request.POST:
            errors = errors if "sure" in request.POST else []
            return render(request, "console/work/together.html", context | _counted(lines) | {"form": fields, "errors": errors}, status=422 if errors else 200)
    done = [_moved(who, line, slug, typed) for line in lines]
    if mistyped := _mistyped(lines, done, typed):
        return render(request, "console/work/together.html", context | _counted(lines) | {"form": fields, "errors": mistyped}, status=422)
    counted = _counted(done)
    if not counted["left"]:
        messages.success(request, _("已办理 %(n)d 件：%(action)s。") % {"n": counted["done"], "action": context["name"]})
        return redirect(f"/work{context['back']}" if context["back"] else "work")
    return render(request, "console/work/together.html", context | counted | {"over": True})


def _counted(lines: Sequence[Line]) -> dict[str, Any]:
    return {"lines": lines, "n": sum(line.state == "waits" for line in lines), "done": sum(line.state == "done" for line in lines), "left": sum(line.state == "left" for line in lines)}


def _ticked(who: Who, marks: Sequence[str], slug: str) -> list[Line]:
    """The cases of these marks (id:version) in their order; what is in no state for the move is left at once."""
    numbers = [(number, whole_number(version)) for first, _colon, version in (mark.partition(":") for mark in marks[:MOST_AT_ONCE]) if (number := whole_number(first)) is not None]
    seen = visible_of(who, [number for number, _version in numbers])
    lines = []
    for number, version in dict(numbers).items():
        case = seen.get(number)
        if case is None:
            lines.append(Line(None, version, _("一件已不在您的范围内"), "left"))
        elif workflow.row_for(case.state, slug) is None:
            lines.append(Line(case, version, _("不在能办“%(action)s”的环节") % {"action": _(workflow.ACTIONS[slug])}, "left"))
        else:
            lines.append(Line(case, version))
    return lines


def visible_of(who: Who, numbers: Sequence[int]) -> dict[int, Case]:
    found = selectors.visible(who).filter(pk__in=numbers).select_related("department", "township", "community")
    return {case.pk: case for case in found.defer("township__geom", "township__geom_3857", "community__geom", "community__geom_3857")}


def _fields(lines: Sequence[Line], slug: str, data: Mapping[str, Any]) -> list[Drawn]:
    """What is asked once for all of them, as a case's own form draws it."""
    cases = [line.case for line in lines if line.case is not None and line.state == "waits"]
    row = next((row for case in cases if (row := workflow.row_for(case.state, slug)) is not None), None)
    found = []
    for asked, required in workflow.offered(row) if row else ():
        if asked.name in TYPED.get(slug, ()):
            value = data.get(asked.name, "").strip()
            options = [Option(each, label, each == value) for each, label in _options(asked.name, cases, [(slug, _(label)) for slug, label in asked.options])]
            found.append(Drawn(asked.name, _(asked.label), asked.kind, required, value, data.get(f"{asked.name}_number", ""), long=asked.name in LONG, options=options))
    return found


def _options(name: str, cases: Sequence[Case], said: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if name == "crew":
        departments = dict.fromkeys(case.department_id for case in cases if case.department_id)
        return [(str(crew.pk), crew.name) for department in departments for crew in crews_of(department)]
    if name == "into":
        return [(str(case.pk), f"{case} {case.matter_name} · {case.address}") for case in cases]
    return said


def _read(fields: Sequence[Drawn], data: Mapping[str, Any]) -> dict[str, str]:
    """By name what was typed; of a case its number goes before the one that was chosen."""
    said = {field.name: data.get(f"{field.name}_number", "").strip() or data.get(field.name, "").strip() for field in fields}
    return {name: value for name, value in said.items() if value}


def _wrong(fields: Sequence[Drawn], typed: Mapping[str, str]) -> list[str]:
    """What is missing, and a time that is none or over: wrong for each of the cases alike."""
    missing = [field.label for field in fields if field.required and field.name not in typed]
    found = [_("请填写：%(fields)s") % {"fields": "、".join(missing)}] if missing else []
    for field in fields:
        if field.kind == "datetime" and field.name in typed:
            try:
                time_ahead(typed[field.name])
            except ValidationError as wrong:
                found.append(f"{field.label}：{' '.join(wrong.messages)}")
    return found


def _mistyped(before: Sequence[Line], after: Sequence[Line], typed: Mapping[str, str]) -> list[str]:
    """Why none could be moved, where each was refused for what was typed: then it is typed once more, not all of it from the start."""
    tried = [now for line, now in zip(before, after, strict=True) if line.state == "waits"]
    return list(dict.fromkeys(line.words for line in tried)) if tried and all(line.field in typed for line in tried) else []


def _moved(who: Who, line: Line, slug: str, typed: Mapping[str, Any]) -> Line:
    case = line.case
    if case is None or line.state != "waits":
        return line
    if "into" in typed and typed["into"] in (str(case.pk), case.number, case.register_number):
        return replace(line, words=_("其余的并入这一件"), state="main")
    try:
        _move(who, case, slug, line.version, typed)
    except services.Refused as refused:
        return replace(line, words=refused.words, state="left", field=refused.field)
    case.refresh_from_db(fields=["state", "number"])
    return replace(line, words=_("已办理，现在是“%(state)s”") % {"state": case.get_state_display()}, state="done")


def _move(who: Who, case: Case, slug: str, version: int | None, typed: Mapping[str, Any]) -> None:
    """With what was typed and, for the rest that must be given, what is suggested; Refused when a person must choose."""
    action = next((each for each in selectors.actions_for(who, case) if each.slug == slug), None)
    if action is None:
        against = services.objections(who, case, slug, version=version, **typed)
        raise services.Refused.together(against or [services.Refused(_("现在不能%(action)s") % {"action": _(workflow.ACTIONS[slug])})])
    open_fields = [field for field in action.fields if field.required and field.name not in typed]
    missing = [field.label for field in open_fields if not field.value]
    if missing:
        raise services.Refused(_("需打开填写：%(fields)s") % {"fields": "、".join(missing)})
    given: dict[str, Any] = {field.name: field.value for field in open_fields} | dict(typed)
    services.act(who, case, slug, version=version, **given)


urlpatterns = [path("work/bulk", bulk, name="work-bulk")]
