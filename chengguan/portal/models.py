"""How much came lately through the citizens' door, counted where every web worker sees it."""

from __future__ import annotations

from django.db import models


class Sender(models.Model):
    """Reports from one network address since the beginning of its hour. The address itself is not kept."""

    key = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    reports = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.reports} since {self.since:%F %T}"
