"""Run inside a town's Django: a day becomes free, and every open deadline follows."""

from __future__ import annotations

import json
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from chengguan.cases import selectors
from chengguan.cases.models import CalendarDay, Clock
from chengguan.cases.services.administration import open_deadlines_follow


def follow() -> None:
    """How long that takes, all of them counted in working days. Taken back at the end: the other measurements find what was laid."""
    with transaction.atomic():
        running = Clock.objects.filter(ended_at=None)
        running.update(limit_value=5, limit_clock="work_day")
        open_deadlines_follow()  # what was laid gets the deadlines that this limit says
        calendar, day = selectors.calendar(), timezone.localdate() + timedelta(days=1)
        while not calendar.is_working(day):
            day += timedelta(days=1)
        CalendarDay.objects.create(day=day, working=False)
        began = time.monotonic()
        moved = open_deadlines_follow()
        seconds = round(time.monotonic() - began, 1)
        told = {"seconds": seconds, "moved": moved, "clocks": running.count(), "cases": running.values("case").distinct().count()}
        transaction.set_rollback(True)
    print(json.dumps(told))
