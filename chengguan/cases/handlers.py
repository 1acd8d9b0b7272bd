"""What cases do when alarms announce something."""

from chengguan.alarms.facts import AlarmDue, AlarmRaised, AlarmReturned
from chengguan.alarms.models import Alarm
from chengguan.cases import services
from chengguan.engines.announce import handles


@handles(AlarmDue)
def register_due_alarm(fact: AlarmDue) -> None:
    services.register_alarm(Alarm.objects.get(pk=fact.alarm_id))


@handles(AlarmRaised)
def withdraw_evidence(fact: AlarmRaised) -> None:
    services.withdraw_evidence(fact.alarm_id)


@handles(AlarmReturned)
def keep_evidence(fact: AlarmReturned) -> None:
    services.add_evidence(Alarm.objects.get(pk=fact.alarm_id))
