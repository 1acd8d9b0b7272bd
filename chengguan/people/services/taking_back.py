"""What was last said of who answers for a matter, set back as if it had not been said; the audit trail keeps both, with the reason."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from chengguan.people.models import AuditEntry, Responsibility
from chengguan.people.selectors import Who
from chengguan.people.services.organisations import REPLACED, SET
from chengguan.people.services.trail import require, save_audited

TAKEN_BACK = "responsibility.take_back"


@transaction.atomic
def take_back_responsibility(who: Who, row: Responsibility, reason: str) -> None:
    """A row that was ended goes on. One that was set never held, and the row it took the place of goes on; one that had been ended
    by itself before stays ended."""
    require(who, "people.manage_responsibility")
    if not reason:
        raise ValidationError(_("请写明为什么撤销。没有改动。"))
    said = [each for each in _all_of(row) if not _taken_back(each)]
    if not said or said[0].pk != row.pk:
        raise ValidationError(_("这一项后来又改过，请先撤销后面的修改"))
    last = said[0]
    if last.valid_to is not None and _last_said(last) != SET:
        _goes_on(who, last, reason)
        return
    before = None if last.valid_to is not None else next((each for each in said[1:] if _made_way(each, last)), None)
    last.valid_to = last.valid_from
    save_audited(who, last, TAKEN_BACK, reason)
    if before is not None:
        _goes_on(who, before, reason)


def _all_of(row: Responsibility) -> list[Responsibility]:
    """Every row about the same matter, area and owner, the newest first."""
    of_it = Responsibility.objects.select_for_update(of=("self",)).filter(matter_code=row.matter_code, area=row.area_id, owner=row.owner_id)
    return list(of_it.order_by("-pk"))


def _taken_back(row: Responsibility) -> bool:
    return row.valid_to == row.valid_from and _last_said(row) == TAKEN_BACK


def _made_way(row: Responsibility, successor: Responsibility) -> bool:
    """Whether it ended because the other began. Of what is older than the audit trail only the days tell."""
    return row.valid_to == max(successor.valid_from, row.valid_from) and _last_said(row) in (REPLACED, None)


def _last_said(row: Responsibility) -> str | None:
    said = AuditEntry.objects.filter(object_type=row._meta.label_lower, object_id=str(row.pk)).order_by("-pk")
    return said.values_list("action", flat=True).first()


def _goes_on(who: Who, row: Responsibility, reason: str) -> None:
    row.valid_to = None
    save_audited(who, row, "responsibility.reopen", reason)
