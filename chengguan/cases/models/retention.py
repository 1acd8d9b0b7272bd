"""归档保管期限: how long each archived case is kept, and the proposals to destroy what is past its time, which a second person grants."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengguan.cases.models.case import Case


class Disposal(models.Model):
    """A proposal, its cases, and what became of it."""

    STATES = [("waiting", _("待批")), ("granted", _("已同意，销毁中")), ("done", _("已销毁")), ("denied", _("不同意"))]

    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    proposed_name = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    decided_name = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    opinion = models.CharField(max_length=300, blank=True)
    number_of_cases = models.PositiveIntegerField()
    case_ids = models.JSONField(default=list, blank=True)
    """What it was about, also when it was denied and each of them goes its own way."""
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("销毁申请")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_state_display()}"


class Retention(models.Model):
    """Of one archived case; gone when it is opened again."""

    TERMS = [("permanent", _("永久")), ("long", _("长期")), ("normal", _("定期"))]

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="retention")
    term = models.CharField(max_length=10, choices=TERMS)
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    """The last day it is kept; none for ever."""
    why = models.CharField(max_length=120)
    disposal = models.ForeignKey(Disposal, models.PROTECT, null=True, blank=True, related_name="kept")
    disposed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("保管期限")
        indexes = [models.Index(fields=["ends_on"], name="retention_ends", condition=Q(disposed_at=None, ends_on__isnull=False))]
        constraints = [models.CheckConstraint(condition=Q(term="permanent", ends_on=None) | Q(ends_on__isnull=False), name="kept_until_a_day")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.term} {self.ends_on or ''}"
