"""Where alarms meet cases: an alarm whose time has come is registered or joins; a recovered reading is evidence."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms.models import Alarm
from chengguan.cases import workflow
from chengguan.cases.models import Case, CaseAlarm, Step
from chengguan.cases.services.moving import act
from chengguan.cases.services.registering import register
from chengguan.people.selectors import SYSTEM
from chengguan.registry import rule as declared_rule
from chengguan.standards import filing


def hint_of(alarm: Alarm) -> str:
    """The kind of trouble an alarm speaks of, as filing conditions know it: from its rule's name and its cause."""
    trouble = _trouble(alarm)
    return "dark_many" if alarm.cause_kind == "group" and trouble == "dark_single" else trouble


def _trouble(alarm: Alarm) -> str:
    if alarm.cause_kind == "gateway":
        return "device"
    words = alarm.rule.replace("-", "_").replace(".", "_").split("_")
    own = {each.hint for each in filing.conditions(alarm.matter)}
    for start in range(len(words)):  # cover_battery_low: the whole, then battery_low, then low
        part = "_".join(words[start:])
        if part in filing.SAME_HINT:
            return filing.SAME_HINT[part]
        if part in own:
            return part
    slug = "_".join(words)
    return next((trouble for word, trouble in filing.SAME_HINT.items() if word in slug), "")


def _matter(alarm: Alarm) -> str:
    if alarm.matter:
        return alarm.matter
    try:
        return declared_rule(alarm.rule)[1].matter
    except KeyError:
        return ""


@transaction.atomic
def register_alarm(alarm: Alarm, now: datetime | None = None) -> Case:
    """The alarm's case: the one it already has, the open one on the same component and matter (it joins), or a new
    report. Two alarms of one component at once wait for each other."""
    now = now or timezone.now()
    known = CaseAlarm.objects.filter(alarm=alarm).select_related("case").first()
    if known is not None:
        return known.case
    matter = _matter(alarm)
    _one_at_a_time(alarm, matter)
    case = _standing(alarm, matter)
    if case is not None:
        CaseAlarm.objects.create(case=case, alarm=alarm, joined_at=now)
        act(SYSTEM, case, "join_alarm", now=now, words=_("又一告警并入: %(text)s") % {"text": alarm.text or alarm.name})
        return case
    case = register(
        SYSTEM,
        source="alarm",
        description=_describe(alarm),
        matter_code=matter,
        hint=hint_of(alarm),
        severity=alarm.severity,
        component=alarm.component,
        point=None if alarm.component_id else alarm.point,
        address=alarm.address,
        occurred_at=alarm.reading_at,
        source_key=f"alarm:{alarm.pk}",
        urgent=alarm.severity == 1,
        said={"alarm": alarm.pk, "rule": alarm.rule, "cause": alarm.cause_key, "value": alarm.value, "limit": alarm.limit},
        now=now,
    )
    CaseAlarm.objects.get_or_create(alarm=alarm, defaults={"case": case, "joined_at": now})
    return case


@transaction.atomic
def withdraw_evidence(alarm_id: int, now: datetime | None = None) -> Step | None:
    """The alarm is back: what its reading had proven no longer holds. None when no open case leaned on it."""
    linked = CaseAlarm.objects.filter(alarm=alarm_id, case__proven_at__isnull=False, case__state__in=workflow.OPEN).first()
    if linked is None:
        return None
    alarm = Alarm.objects.get(pk=alarm_id)
    return act(SYSTEM, linked.case_id, "join_alarm", now=now, words=_("告警再次发生, 先前的佐证作废: %(text)s") % {"text": alarm.text or alarm.name})


def _describe(alarm: Alarm) -> str:
    where = str(alarm.component or alarm.group or alarm.gateway or alarm.device or alarm.cause_key)
    return f"{alarm.name}: {where}" + (f"; {alarm.text}" if alarm.text else "")


def _one_at_a_time(alarm: Alarm, matter: str) -> None:
    about = alarm.component_id or f"{alarm.cause_kind}/{alarm.cause_key}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"case:{about}:{matter}"])


def _standing(alarm: Alarm, matter: str) -> Case | None:
    """An open case about the same thing: the component, the cause, or one that a part of this greater cause began."""
    about = {"component": alarm.component_id} if alarm.component_id else None
    cases = Case.objects.filter(state__in=workflow.OPEN, matter_code=matter)
    if about:
        return cases.filter(**about).order_by("id").first()
    member = cases.filter(alarms__alarm__folded_into=alarm).order_by("id").first()
    if member is not None:
        return member
    return cases.filter(alarms__alarm__cause_kind=alarm.cause_kind, alarms__alarm__cause_key=alarm.cause_key).order_by("id").first()


@transaction.atomic
def add_evidence(alarm: Alarm, now: datetime | None = None) -> Step | None:
    """The device's own reading says the trouble is over: written on the open case, once all its alarms are back.
    None when no open case knows the alarm."""
    linked = CaseAlarm.objects.filter(alarm=alarm, case__state__in=(*workflow.OPEN, "closed")).select_related("case").first()
    if linked is None:
        return None
    case = linked.case
    if case.state == "closed" or CaseAlarm.objects.filter(case=case, alarm__active=True).exclude(alarm=alarm).exists():
        return None
    back = alarm.returned_at or now or timezone.now()
    words = _("%(what)s 的读数已恢复正常 (%(when)s)") % {
        "what": alarm.component or alarm.device or alarm.cause_key,
        "when": timezone.localtime(back).strftime("%m-%d %H:%M:%S"),
    }
    return act(SYSTEM, case, "record_evidence", now=now, words=words)
