"""What another system said of a case before the county took it over; the row itself stays in the case's report."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from chengguan.cases.models.case import Case


class TakenOver(models.Model):
    """The other system's word beside ours: its number, state, deadline and whether it called the case on time."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="taken_over")
    system = models.CharField(max_length=30)
    old_number = models.CharField(max_length=60)
    old_state = models.CharField(max_length=60)
    old_deadline = models.DateTimeField(null=True, blank=True)
    old_on_time = models.BooleanField(null=True, blank=True)
    on_time = models.BooleanField(null=True, blank=True)
    """Ours, by a clock whose limit is the other system's deadline; empty unless both dates are known."""
    flags = models.JSONField(default=list, blank=True)
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("接管登记")
        constraints = [models.UniqueConstraint(fields=["system", "old_number"], name="taken_over_once")]

    def __str__(self) -> str:
        return f"{self.system} {self.old_number}"
