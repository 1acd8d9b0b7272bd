"""The marks a case carries beside its stage: what is asked for, who is waited for, what is special about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from chengguan.cases.models import Case, Request, Task

MARKS: dict[str, Any] = {
    "urgent": _("急要件"),
    "important": _("重点"),
    "responsibility": _("责任待定"),
    "return": _("回退待审"),
    "extend": _("延期待审"),
    "suspend": _("挂账待审"),
    "void": _("作废待审"),
    "force_close": _("强制结案待审"),
    "appeal": _("申诉中"),
    "reply": _("督办待回复"),
    "consult": _("会商中"),
}
_REQUESTS = tuple(kind for kind, _name in Request.KINDS)
_TASKS = ("reply", "consult")
_NO_TIME = Cast(Value(None), DateTimeField())


@dataclass(frozen=True)
class Mark:
    slug: str
    name: str
    late: bool = False  # what is waited for is past its time


def marks_of(cases: Iterable[Case], now: datetime) -> dict[int, list[Mark]]:
    """By case its marks in the order of MARKS, in one query for all."""
    known = list(cases)
    ids = [case.pk for case in known]
    found: dict[int, dict[str, bool]] = {pk: {} for pk in ids}
    for case in known:
        if case.urgent:
            found[case.pk]["urgent"] = False
        if case.important:
            found[case.pk]["important"] = False
        if case.responsibility_open:
            found[case.pk]["responsibility"] = False
    if ids:
        asked = Request.objects.filter(case__in=ids, state="waiting").annotate(due=_NO_TIME).values_list("case", "kind", "due")
        owed = Task.objects.filter(case__in=ids, kind__in=_TASKS, done_at=None).values_list("case", "kind", "due")
        for pk, kind, due in asked.union(owed, all=True):
            found[pk][kind] = found[pk].get(kind, False) or (due is not None and due < now)
    return {pk: [Mark(slug, str(name), marks[slug]) for slug, name in MARKS.items() if slug in marks] for pk, marks in found.items()}


def with_mark(slug: str) -> Q:
    """The cases that carry this mark; none for a word that is no mark."""
    if slug == "urgent":
        return Q(urgent=True)
    if slug == "important":
        return Q(important=True)
    if slug == "responsibility":
        return Q(responsibility_open=True)
    if slug in _REQUESTS:
        return Q(pk__in=Request.objects.filter(kind=slug, state="waiting").values("case"))
    if slug in _TASKS:
        return Q(pk__in=Task.objects.filter(kind=slug, done_at=None).values("case"))
    return Q(pk__in=[])
