"""`chengguan cut-words`: every case that search does not know yet, in batches; may be ended and started again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Max, Min

from chengguan.cases.models import Case
from chengguan.cases.services import words

STRIDE = 20_000


class Command(BaseCommand):
    help = "Cut the texts of all cases into words, so that they are found"

    def handle(self, *args: Any, **options: Any) -> None:
        ids = Case.objects.aggregate(first=Min("pk"), last=Max("pk"))
        if ids["first"] is not None:
            for start in range(ids["first"], ids["last"] + 1, STRIDE):
                words.list_cases(start, start + STRIDE - 1)
        done = 0
        while cut := words.cut_due():
            done += cut
            if done % 100_000 < words.BATCH:
                self.stdout.write(f"{done}")
        self.stdout.write(self.style.SUCCESS(f"{done} cases"))
