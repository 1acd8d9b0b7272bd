"""The words of a case, by which it is found."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengguan.cases.models.case import Case


class CaseWords(models.Model):
    """What the text of a case is cut into; NULL until that is done. A table of its own, so that a move of a case does not write
    its words anew. Rows come and are emptied by database triggers (migration): whoever writes a case need not think of it."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="cut")
    words = SearchVectorField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("案件分词")
        indexes = [
            GinIndex(fields=["words"], name="case_words", fastupdate=False),
            models.Index(fields=["case"], name="case_words_due", condition=Q(words=None)),
        ]

    def __str__(self) -> str:
        return str(self.case_id)
