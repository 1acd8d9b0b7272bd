"""What cases do when alarms announce something, for all of a batch at once."""

from django.utils.translation import gettext_lazy as _

from chengguan.alarms.facts import AlarmDue, AlarmRaised, AlarmReturned
from chengguan.cases import services, workflow
from chengguan.engines.announce import handles_together
from chengguan.people.words import ACTION_NAMES

ACTION_NAMES.update({f"case.{slug}": _(name) for slug, name in workflow.ACTIONS.items()})


@handles_together(AlarmDue)
def register_due_alarm(facts: list[AlarmDue]) -> None:
    services.register_alarms(fact.alarm_id for fact in facts)


@handles_together(AlarmRaised)
def withdraw_evidence(facts: list[AlarmRaised]) -> None:
    services.withdraw_evidence([fact.alarm_id for fact in facts])


@handles_together(AlarmReturned)
def keep_evidence(facts: list[AlarmReturned]) -> None:
    services.add_evidence([fact.alarm_id for fact in facts])
