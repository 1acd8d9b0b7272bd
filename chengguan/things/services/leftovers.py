"""Files somebody uploaded and never used: a form that was not sent, a photo taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from chengguan.engines import files
from chengguan.things.models import Attachment


def _used() -> list[Exists]:
    """One test for each table that points at attachments, whoever declares it."""
    relations: list[Any] = [each for each in Attachment._meta.get_fields(include_hidden=True) if each.auto_created and not each.concrete]
    return [Exists(each.related_model._default_manager.filter(**{each.field.name: OuterRef("pk")})) for each in relations]


def unused(before: datetime) -> QuerySet[Attachment]:
    """Uploaded before that moment and pointed at by nothing."""
    rows = Attachment.objects.filter(created_at__lt=before)
    for test in _used():
        rows = rows.filter(~test)
    return rows


@contextmanager
def storing(removing: bool = False) -> Iterator[None]:
    """A transaction in which content is put and gets its row, many at a time; or is removed, with nobody putting."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{'' if removing else '_shared'}(hashtext('things.attachments'))")
        yield


def remove_unused_attachments(now: datetime | None = None, most: int = 100) -> int:
    """Remove attachments that nothing has used for settings.UPLOADS_KEEP_DAYS, and their content where no other row
    shares it. Returns how many rows went."""
    before = (now or timezone.now()) - timedelta(days=settings.UPLOADS_KEEP_DAYS)
    with storing(removing=True):
        # a row that is being used just now is held by who uses it: it is passed over
        chosen = list(unused(before).select_for_update(skip_locked=True, of=("self",)).order_by("id")[:most])
        Attachment.objects.filter(pk__in=[row.pk for row in chosen]).delete()
        for digest in {digest for row in chosen for digest in (row.sha256, row.thumbnail) if digest}:
            if not Attachment.objects.filter(Q(sha256=digest) | Q(thumbnail=digest)).exists():
                files.remove(digest)
    return len(chosen)
