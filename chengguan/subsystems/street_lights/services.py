"""Changing schedules, and switching by them."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.people.selectors import SYSTEM, Who
from chengguan.people.services import audit
from chengguan.subsystems.street_lights import plan as planning
from chengguan.subsystems.street_lights.manifest import SLUG
from chengguan.subsystems.street_lights.models import Schedule, Switching
from chengguan.subsystems.street_lights.plan import Plan
from chengguan.subsystems.street_lights.selectors import default_schedule, may_schedule, plan_of, plans
from chengguan.things.models import Group
from chengguan.things.services import issue_command

log = logging.getLogger(__name__)
AT_ONCE = 12
"""Circuits switched in one go: the supply's load rises step by step."""


@transaction.atomic
def change_schedule(who: Who, circuit: Group | None, plan: Plan) -> Schedule:
    """Keep a circuit's plan, or the county's. ValidationError by field when it makes no sense."""
    if not may_schedule(who, circuit):
        raise PermissionDenied(_("您的岗位不能修改开关灯计划。"))
    bad = planning.wrong(plan)
    if bad:
        raise ValidationError({field: _(words) for field, words in bad.items()})
    schedule = Schedule.objects.select_for_update().filter(circuit=circuit).first() if circuit else default_schedule()
    before = asdict(plan_of(schedule)) if schedule else None
    schedule = schedule or Schedule(circuit=circuit)
    for name, value in asdict(plan).items():
        setattr(schedule, name, value)
    schedule.changed_by = who.name
    schedule.save()
    audit(who, "street_lights.schedule", schedule, str(schedule), _words(before), _words(asdict(plan)))
    return schedule


def _words(plan: dict | None) -> dict | None:
    return {name: str(value) for name, value in plan.items()} if plan else None


@transaction.atomic
def drop_schedule(who: Who, circuit: Group) -> None:
    """The circuit follows the county's plan again."""
    if not may_schedule(who, circuit):
        raise PermissionDenied(_("您的岗位不能修改开关灯计划。"))
    for schedule in Schedule.objects.filter(circuit=circuit):
        audit(who, "street_lights.schedule_drop", schedule, str(schedule), _words(asdict(plan_of(schedule))), None)
        schedule.delete()


def switch_due(now: datetime | None = None) -> int:
    """Command the circuits whose switching is due and was not commanded; each once. Returns how many.

    The very first time nothing is commanded: the platform takes over what it finds."""
    now = now or timezone.now()
    first_time = not Switching.objects.exists()
    due = []
    for circuit, plan in plans().items():
        if plan.enabled:
            due.append((circuit, *planning.last_switching(plan, now)))
    if first_time:
        Switching.objects.bulk_create(
            [Switching(circuit_id=c, action=a, day=d, due_at=at, note=_("接管时的状态")) for c, a, d, at in due], ignore_conflicts=True
        )
        return 0
    done = set(Switching.objects.filter(day__in={day for _c, _a, day, _at in due}).values_list("circuit_id", "action", "day"))
    waiting = [each for each in due if each[:3] not in done]
    groups = Group.objects.filter(subsystem=SLUG).in_bulk([each[0] for each in waiting[:AT_ONCE]])
    return sum(_switch(groups[circuit], action, day, at) for circuit, action, day, at in waiting[:AT_ONCE] if circuit in groups)


def _switch(circuit: Group, action: str, day, at: datetime) -> int:  # type: ignore[no-untyped-def]
    with transaction.atomic():
        row, fresh = Switching.objects.get_or_create(circuit=circuit, action=action, day=day, defaults={"due_at": at})
        if not fresh:
            return 0
        try:
            with transaction.atomic():
                row.command = issue_command(SYSTEM, circuit, action, confirmed=True)
        except ValidationError as trouble:
            row.note = "；".join(trouble.messages)[:200]
            log.warning("%s was not switched %s: %s", circuit, action, row.note)
        row.save(update_fields=["command", "note"])
    return 1
