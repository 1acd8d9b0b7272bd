"""Taking back a takeover: all its cases go, or none. Only while nobody has worked on any of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.models import Case, CaseWords, Clock, Removal, Report, Step, TakenOver, TakeoverBatch
from chengguan.cases.selectors.refusals import Refused
from chengguan.people.selectors import Who

AT_ONCE = 2000
NAMED = 8
BY_ITSELF = ("take_over", "archive")
"""Steps nobody took by hand."""
OWN = (Step, Report, Clock, CaseWords, TakenOver)


def touched(batch: TakeoverBatch) -> list[str]:
    """Numbers of its cases on which somebody worked, or at which anything else points."""
    mine = Case.objects.filter(taken_over__batch=batch)
    worked = Q(pk__in=Step.objects.filter(case__in=mine).exclude(action__in=BY_ITSELF).values("case"))
    for model, name in _others():
        worked |= Q(pk__in=model._default_manager.filter(**{f"{name}__in": mine}).values(name))
    return list(mine.filter(worked).order_by("pk").values_list("register_number", flat=True))


def _others() -> Iterator[tuple[Any, str]]:
    """Tables that point at a case and are not part of it; what goes with it by itself is."""
    relations: list[Any] = [each for each in Case._meta.get_fields(include_hidden=True) if each.auto_created and not each.concrete]
    for relation in relations:
        if relation.related_model not in OWN and relation.on_delete is not models.CASCADE:
            yield relation.related_model, relation.field.name


def withdraw(who: Who, batch: TakeoverBatch) -> int:
    """How many cases went. Refused, and nothing changed, when any of them was touched."""
    with transaction.atomic():
        ids = list(Case.objects.select_for_update(of=("self",)).filter(taken_over__batch=batch).order_by("pk").values_list("pk", flat=True))
        worked = touched(batch)
        if worked:
            told = {"n": len(worked), "numbers": "、".join(worked[:NAMED]) + ("……" if len(worked) > NAMED else "")}
            raise Refused(_("有 %(n)d 件已经有人办过，这批不能整批撤回：%(numbers)s。请逐件作废或不予受理。") % told)
        for start in range(0, len(ids), AT_ONCE):
            _take_out(who, batch, ids[start : start + AT_ONCE])
    return len(ids)


def _take_out(who: Who, batch: TakeoverBatch, ids: list[int]) -> None:
    now, why = timezone.now(), _("接管批次 %(id)d《%(name)s》整批撤回") % {"id": batch.pk, "name": batch.name}
    rows = TakenOver.objects.filter(case__in=ids).values_list("case", "case__register_number", "system", "old_number")
    Removal.objects.bulk_create(
        Removal(kind="withdrawn", case_key=case, number=number, what=f"{system} {old}"[:200], why=why[:300], at=now, account_id=who.account_id, who=who.name[:80])
        for case, number, system, old in rows
    )
    for model in OWN:
        model._default_manager.filter(case__in=ids)._raw_delete("default")  # type: ignore[attr-defined]
    Case.objects.filter(pk__in=ids).delete()
