"""What is kept of a file that another system's cases came in: while it is mapped and looked at, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chengguan.cases.models import TakeoverBatch
from chengguan.cases.services.takeover_mapping import private_columns

KEPT_FOR = timedelta(days=90)
"""After it was applied, or after anybody last did anything with it."""
LEFT_LYING = ("ready", "tried", "unreadable")


def without_reporters(batch: TakeoverBatch) -> None:
    """No samples and no words of the columns that say who reported."""
    hidden = private_columns(batch.mapping)
    for column in batch.look.get("columns", []):
        if column["name"] in hidden:
            column["samples"], column["words"] = [], None


def forget(batch: TakeoverBatch) -> None:
    """File, samples and table go; the counts stay. The contents of the files go in the night after, where nothing else uses them."""
    batch.look, batch.file, batch.table = {"rows": batch.rows}, None, None


def forget_old(now: datetime | None = None) -> int:
    """Applied ones after a while lose what was kept to look at; those left lying are discarded."""
    before, done = (now or timezone.now()) - KEPT_FOR, 0
    kept = ~Q(file=None) | ~Q(table=None) | Q(look__has_key="columns")
    old = TakeoverBatch.objects.filter(Q(state="applied", applied_at__lt=before) & kept | Q(state__in=LEFT_LYING, heard_at__lt=before))
    for pk in list(old.values_list("pk", flat=True)):
        with transaction.atomic():
            batch = old.select_for_update(of=("self",)).filter(pk=pk).first()
            if batch is None:
                continue
            forget(batch)
            batch.state = "applied" if batch.state == "applied" else "discarded"
            batch.save()
            done += 1
    return done
