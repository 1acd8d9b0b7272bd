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
from chengguan.console.models import LONGEST_NAME, LONGEST_QUERY, SavedView
from chengguan.console.selectors.saved import saved_views
from chengguan.people.models import Account
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit

MOST_VIEWS = 12


@transaction.atomic
def save_view(who: Who, name: str, query: str) -> SavedView:
    """Keep these filters under this name; the same name again replaces them. ValidationError in words."""
    name = _named(name)
    if len(query) > LONGEST_QUERY:
        raise ValidationError(_("筛选条件太长，存不下。"))
    account = Account.objects.select_for_update().get(pk=who.account_id or 0)  # one after the other, or the count is passed
    mine = saved_views(who)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_VIEWS:
        raise ValidationError(_("最多保存 %(n)d 个视图，请先删去不用的。") % {"n": MOST_VIEWS})
    view, _created = SavedView.objects.update_or_create(account=account, name=name, defaults={"query": query})
    return view


@transaction.atomic
def rename_view(who: Who, view_id: int, name: str) -> SavedView:
    """SavedView.DoesNotExist when it is not this person's."""
    name = _named(name)
    view = saved_views(who).select_for_update().get(pk=view_id)
    if saved_views(who).filter(name=name).exclude(pk=view_id).exists():
        raise ValidationError(_("已有叫“%(name)s”的视图。") % {"name": name})
    view.name = name
    view.save()
    return view


def delete_view(who: Who, view_id: int) -> None:
    """SavedView.DoesNotExist when it is not this person's."""
    saved_views(who).get(pk=view_id).delete()


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ValidationError(_("视图要有一个不超过 20 字的名字。"))
    return name


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
