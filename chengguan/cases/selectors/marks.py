"""The marks a case carries beside its stage: what is asked for, who is waited for, what is special about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengguan.cases.models import Case, Request, Task
from chengguan.cases.selectors import approved
from chengguan.engines import prepared

MARKS: dict[str, Any] = {
    "urgent": _("急要件"),
    "important": _("重点"),
    "responsibility": _("责任待定"),
    "return": _("回退待审"),
    "extend": _("延期待审"),
    "suspend": _("挂账待审"),
    "void": _("作废待审"),
    "force_close": _("强制结案待审"),
    "approved": _("已准强制结案"),
    "appeal": _("申诉中"),
    "failed": _("核查未通过"),
    "reply": _("督办待回复"),
    "consult": _("会商中"),
}
_REQUESTS = tuple(kind for kind, _name in Request.KINDS)
_TASKS = ("reply", "consult")
WAITING = f"""
SELECT case_id, kind, NULL::timestamptz FROM cases_request WHERE case_id = ANY(%(cases)s::bigint[]) AND state = 'waiting'
UNION ALL
SELECT cases_case.id, 'approved', NULL FROM cases_request JOIN cases_case ON cases_case.id = case_id WHERE case_id = ANY(%(cases)s::bigint[])
AND cases_request.kind = 'force_close' AND cases_request.state = 'granted' AND cases_case.state IN {approved.FROM}
AND decided_at >= coalesce(reported_back_at, reported_at)
UNION ALL
SELECT case_id, kind, due FROM cases_task WHERE case_id = ANY(%(cases)s::bigint[]) AND kind IN {_TASKS} AND done_at IS NULL
"""


@dataclass(frozen=True)
class Mark:
    slug: str
    name: str
    late: bool = False  # what is waited for is past its time


def marks_of(cases: Iterable[Case], now: datetime) -> dict[int, list[Mark]]:
    """By case its marks in the order of MARKS, in one query for all."""
    found = {case.pk: _own(case) for case in cases}
    if ids := list(found):
        for pk, kind, due in prepared.rows(WAITING, {"cases": prepared.among(ids)}):
            _add(found[pk], kind, due, now)
    return {pk: _in_order(marks) for pk, marks in found.items()}


def marks_among(case: Case, requests: Iterable[Request], tasks: Iterable[Task], now: datetime) -> list[Mark]:
    """The same of one case whose requests and tasks are read already."""
    found = _own(case)
    for request in requests:
        if request.state == "waiting":
            _add(found, request.kind, None, now)
        elif approved.is_approval(request, case):
            _add(found, "approved", None, now)
    for task in tasks:
        if task.kind in _TASKS and task.done_at is None:
            _add(found, task.kind, task.due, now)
    return _in_order(found)


def _own(case: Case) -> dict[str, bool]:
    """The marks that stand in the case itself; none of them is ever late."""
    flags = {"urgent": case.urgent, "important": case.important, "responsibility": case.responsibility_open, "failed": case.state == "verified" and case.found_done is False}
    return {slug: False for slug, up in flags.items() if up}


def _add(found: dict[str, bool], kind: str, due: datetime | None, now: datetime) -> None:
    found[kind] = found.get(kind, False) or (due is not None and due < now)


def _in_order(marks: dict[str, bool]) -> list[Mark]:
    return [Mark(slug, str(name), marks[slug]) for slug, name in MARKS.items() if slug in marks]


def with_mark(slug: str) -> Q:
    """The cases that carry this mark; none for a word that is no mark."""
    if slug == "urgent":
        return Q(urgent=True)
    if slug == "important":
        return Q(important=True)
    if slug == "responsibility":
        return Q(responsibility_open=True)
    if slug == "failed":
        return Q(state="verified", found_done=False)
    if slug == "approved":
        return Q(pk__in=Request.objects.filter(approved.APPROVED).values("case"))
    if slug in _REQUESTS:
        return Q(pk__in=Request.objects.filter(kind=slug, state="waiting").values("case"))
    if slug in _TASKS:
        return Q(pk__in=Task.objects.filter(kind=slug, done_at=None).values("case"))
    return Q(pk__in=[])
