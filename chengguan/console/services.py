"""Verbs of the desk that join two stages."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms import selectors as alarm_questions
from chengguan.alarms.models import Alarm
from chengguan.alarms.services import moving
from chengguan.cases import services as cases
from chengguan.cases.models import Case
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit


@transaction.atomic
def register_from_alarm(who: Who, alarm_id: int) -> Case:
    """A person makes the report that the alarm's policy has not made (yet): the open case on the same component and
    matter when there is one, else a new report. ValidationError when it has a case; PermissionDenied when not allowed."""
    if not may(who, "alarms.register") or not alarm_questions.alarms(who).filter(pk=alarm_id).exists():
        raise PermissionDenied(_("您的岗位不能由告警登记案件。"))
    alarm = Alarm.objects.select_for_update().get(pk=alarm_id)
    if hasattr(alarm, "case_link"):
        raise ValidationError(_("这条告警已经有案件：%(case)s") % {"case": alarm.case_link.case}, code="registered")
    now = timezone.now()
    case = cases.register_alarm(alarm, now)
    alarm.registered_at = now
    alarm.save(update_fields=["registered_at"])
    moving.step(alarm, "register", now, who, _("人工登记：%(case)s") % {"case": case}).save()
    audit(who, "alarm.register", alarm, f"{alarm.name} {alarm.cause_key} → {case}")
    moving.hint([alarm])
    return case
