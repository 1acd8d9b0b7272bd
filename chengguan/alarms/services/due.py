"""What falls due: alarms that stood through their settling time, and shelves that end."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chengguan.alarms.models import Alarm
from chengguan.alarms.services import moving

log = logging.getLogger(__name__)


def settle(limit: int = 200) -> int:
    """Announce AlarmDue for every alarm whose settling time is over: still active, not folded, not
    shelved. Each in a transaction of its own with what follows from it, exactly once. Returns how many."""
    done = 0
    for pk in list(_due().order_by("settle_due").values_list("pk", flat=True)[:limit]):
        try:
            with transaction.atomic():
                alarm = _due().select_for_update(skip_locked=True).filter(pk=pk).first()
                if alarm is not None:
                    moving.due(alarm, timezone.now())
                    moving.hint([alarm])
                    done += 1
        except Exception:
            log.exception("alarm %s could not be registered; tried again", pk)
    return done


def _due():  # type: ignore[no-untyped-def]
    now = timezone.now()
    return Alarm.objects.filter(
        Q(shelved_until__isnull=True) | Q(shelved_until__lte=now),
        settle_due__lte=now,
        registered_at__isnull=True,
        off_desk_at__isnull=True,
        folded_into__isnull=True,
        auto_register=True,
        active=True,
    )


def expire_shelves() -> int:
    """Alarms whose shelf has ended come back to the desk. Returns how many."""
    now = timezone.now()
    ended = []
    with transaction.atomic():
        for alarm in Alarm.objects.select_for_update(skip_locked=True).filter(off_desk_at__isnull=True, shelved_until__lte=now):
            moving.move(alarm, "expire", now)
            alarm.save()
            moving.step(alarm, "expire", now).save()
            ended.append(alarm)
        moving.hint(ended)
    return len(ended)
