"""What cases do when alarms announce something, for all of a batch at once."""

from chengguan.alarms.facts import AlarmDue, AlarmRaised, AlarmReturned
from chengguan.cases import services
from chengguan.engines.announce import handles_together


@handles_together(AlarmDue)
def register_due_alarm(facts: list[AlarmDue]) -> None:
    services.register_alarms(fact.alarm_id for fact in facts)


@handles_together(AlarmRaised)
def withdraw_evidence(facts: list[AlarmRaised]) -> None:
    services.withdraw_evidence([fact.alarm_id for fact in facts])


@handles_together(AlarmReturned)
def keep_evidence(facts: list[AlarmReturned]) -> None:
    services.add_evidence([fact.alarm_id for fact in facts])
