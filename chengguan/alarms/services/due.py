"""What falls due: alarms that stood through their settling time, and shelves that end."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chengguan.alarms.models import Alarm
from chengguan.alarms.services import moving

log = logging.getLogger(__name__)


def settle(limit: int = 200) -> int:
    """Announce AlarmDue for every alarm whose settling time is over: still active, not folded, not
    shelved. Together in one transaction with what follows from them, exactly once; when one of them
    cannot be registered, each in its own, so that it keeps back nobody else. Returns how many."""
    keys = list(_due().order_by("settle_due").values_list("pk", flat=True)[:limit])
    try:
        return _settle(keys)
    except Exception as trouble:  # noqa: BLE001 - it is met again below, by the one it concerns
        log.warning("%d alarms could not be registered together: %s", len(keys), trouble)
    done = 0
    for pk in keys:
        try:
            done += _settle([pk])
        except Exception:
            log.exception("alarm %s could not be registered; tried again", pk)
    return done


def _settle(keys: Sequence[int]) -> int:
    if not keys:
        return 0
    with transaction.atomic():
        alarms = list(_due().select_for_update(skip_locked=True).filter(pk__in=keys).order_by("pk"))
        moving.due(alarms, timezone.now())
        moving.hint(alarms)
    return len(alarms)


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
