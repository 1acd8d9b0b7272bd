"""The only place that moves an alarm: along the table, with a step appended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chengguan.alarms import workflow
from chengguan.alarms.facts import AlarmDue, AlarmFolded, AlarmRaised, AlarmReturned
from chengguan.alarms.models import Alarm, AlarmStep
from chengguan.alarms.workflow import Action, State
from chengguan.engines import announce
from chengguan.people.selectors import Who


def state_of(alarm: Alarm, now: datetime) -> State:
    return State(alarm.active, alarm.acknowledged_at is not None, alarm.shelved_until is not None)


def step(alarm: Alarm, action: str, now: datetime, who: Who | None = None, words: str = "") -> AlarmStep:
    """An unsaved line of the alarm's history."""
    return AlarmStep(
        alarm=alarm, at=now, action=action, words=words[:300], who_id=who.account_id if who else None, who_name=who.name if who else ""
    )


def move(alarm: Alarm, action: Action, now: datetime, who: Who | None = None) -> None:
    """Change the fields of `alarm` as the table says (Refused when it does not allow it). The caller saves."""
    after = workflow.move(state_of(alarm, now), action)
    if action == "raise":
        alarm.returned_at = None
        alarm.times_raised += 1
    if alarm.active and not after.active:
        alarm.returned_at = now
    if after.acknowledged and alarm.acknowledged_at is None:
        alarm.acknowledged_at = now
        alarm.acknowledged_by_id = who.account_id if who else None
    elif not after.acknowledged:
        alarm.acknowledged_at = alarm.acknowledged_by = None
    if not after.shelved:
        alarm.shelved_until = alarm.shelved_by = None
        alarm.shelve_reason = ""
    alarm.active = after.active
    if not after.on_desk or action == "fold":
        alarm.off_desk_at = now


MOVED = [
    "active",
    "returned_at",
    "acknowledged_at",
    "acknowledged_by",
    "shelved_until",
    "shelved_by",
    "shelve_reason",
    "off_desk_at",
    "raised_at",
    "times_raised",
    "settle_due",
    "registered_at",
    "folded_into",
    "value",
    "text",
]


def save(alarms: Iterable[Alarm]) -> None:
    Alarm.objects.bulk_update(list(alarms), MOVED, batch_size=200)


def clear_desk(alarms: Iterable[Alarm], now: datetime) -> None:
    """Make room for the alarm that takes these over: one cause has one open alarm. `fold` moves them and writes their step, once
    there is the alarm they go to."""
    gone = [alarm.pk for alarm in alarms]
    if gone:
        Alarm.objects.filter(pk__in=gone).update(off_desk_at=now)


def fold(pairs: Iterable[tuple[Alarm, Alarm]], now: datetime) -> None:
    """Alarms that belong to a greater cause (the second of each pair) leave the desk; their history says where they went."""
    folded, targets, steps = [], [], []
    for alarm, into in pairs:
        move(alarm, "fold", now)
        alarm.folded_into = into
        folded.append(alarm)
        targets.append(into)
        steps.append(step(alarm, "fold", now, words=_("并入：%(name)s %(key)s") % {"name": into.name, "key": into.cause_key}))
    if not folded:
        return
    save(folded)
    AlarmStep.objects.bulk_create(steps)
    announce.announce(*(AlarmFolded(alarm.pk, into.pk) for alarm, into in zip(folded, targets, strict=True)))


def announce_raised(alarms: Iterable[Alarm], now: datetime) -> None:
    """Say what was raised; the first rank is due at once, in the same transaction."""
    raised = list(alarms)
    announce.announce(*(AlarmRaised(alarm.pk) for alarm in raised))
    at_once = [a for a in raised if a.severity == 1 and a.auto_register and a.registered_at is None and a.shelved_until is None]
    due(at_once, now)


def due(alarms: Sequence[Alarm], now: datetime) -> None:
    """Their policy registers these alarms: said once in the life of each on the desk."""
    if not alarms:
        return
    for alarm in alarms:
        alarm.registered_at = now
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in alarms]).update(registered_at=now)
    AlarmStep.objects.bulk_create([step(alarm, "register", now) for alarm in alarms])
    announce.announce(*(AlarmDue(alarm.pk) for alarm in alarms))


def announce_returned(alarms: Iterable[Alarm]) -> None:
    announce.announce(*(AlarmReturned(alarm.pk) for alarm in alarms))


def hint(alarms: Iterable[Alarm]) -> None:
    ids = [alarm.pk for alarm in alarms]
    if ids:
        announce.hint("alarms", ids=ids[:200])


def settles(raised_at: datetime, settle_s: float) -> datetime:
    return raised_at + timedelta(seconds=settle_s)
