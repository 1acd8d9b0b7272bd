"""What people do to alarms."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms import selectors
from chengguan.alarms.models import Alarm
from chengguan.alarms.services import moving
from chengguan.alarms.services.words import given_reason
from chengguan.alarms.workflow import Action, Refused
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit

LONGEST_SHELF_DAYS = 30


def _take(who: Who, alarm: Alarm | int, permission: str) -> Alarm:
    """The alarm, locked; PermissionDenied when this person may not do that to it."""
    pk = alarm.pk if isinstance(alarm, Alarm) else alarm
    maintainer = Alarm.objects.filter(pk=pk).values_list("component__maintainer_id", flat=True).first()
    if not selectors.alarms(who).filter(pk=pk).exists() or not may(who, permission, maintainer):
        raise PermissionDenied(_("您的岗位不能处理这条告警。"))
    return Alarm.objects.select_for_update().get(pk=pk)


def _move(who: Who, alarm: Alarm, action: Action, now: datetime, words: str) -> Alarm:
    if alarm.off_desk_at is not None:
        raise ValidationError(_("告警已经离台，无需处理。"), code="off_desk")
    try:
        moving.move(alarm, action, now, who)
    except Refused as refused:
        raise ValidationError(_(str(refused)), code="refused") from None
    alarm.save()
    moving.step(alarm, action, now, who, words).save()
    audit(who, f"alarm.{action}", alarm, f"{alarm.name} {alarm.cause_key} {words}".strip())
    moving.hint([alarm])
    return alarm


@transaction.atomic
def acknowledge(who: Who, alarm: Alarm | int, words: str = "") -> Alarm:
    """Someone has seen it. When it is normal as well it leaves the desk."""
    return _move(who, _take(who, alarm, "alarms.acknowledge"), "acknowledge", timezone.now(), words)


@transaction.atomic
def shelve(who: Who, alarm: Alarm | int, until: datetime, reason: str) -> Alarm:
    """Out of sight until then, with a reason; it comes back by itself. ValidationError without reason or with a bad end."""
    now = timezone.now()
    reason = given_reason(reason, _("请写明搁置理由。"))
    if timezone.is_naive(until):
        raise ValidationError({"until": _("搁置截止时间要写明时区，例如 2026-06-01T18:00:00+08:00。")})
    if until <= now:
        raise ValidationError({"until": _("搁置截止时间须晚于现在。")})
    if (until - now).days >= LONGEST_SHELF_DAYS:
        raise ValidationError({"until": _("搁置最长 %(days)d 天。") % {"days": LONGEST_SHELF_DAYS}})
    taken = _take(who, alarm, "alarms.shelve")
    words = _("至 %(until)s：%(reason)s") % {"until": timezone.localtime(until).strftime("%m-%d %H:%M"), "reason": reason}
    shelved = _move(who, taken, "shelve", now, words)
    shelved.shelved_until, shelved.shelved_by_id, shelved.shelve_reason = until, who.account_id, reason
    shelved.save(update_fields=["shelved_until", "shelved_by", "shelve_reason"])
    return shelved


@transaction.atomic
def unshelve(who: Who, alarm: Alarm | int, words: str = "") -> Alarm:
    """Take it back before its end."""
    return _move(who, _take(who, alarm, "alarms.shelve"), "unshelve", timezone.now(), words)
