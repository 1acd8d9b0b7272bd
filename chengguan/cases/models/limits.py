"""The county's own limits by filing condition and class of area, and its own stretches of staged ones."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengguan.places.models import AreaClass


class FilingLimit(models.Model):
    """From that day on, until the next such row: how long handling and verifying may take. `area_class` empty: in every
    class that has no row of its own. A limit left empty is the list's again."""

    condition_key = models.CharField(max_length=40)
    area_class = models.CharField(max_length=1, choices=AreaClass.choices, blank=True)
    valid_from = models.DateField()
    value = models.FloatField(null=True, blank=True)
    clock = models.CharField(max_length=12, blank=True)
    verify_value = models.FloatField(null=True, blank=True)
    verify_clock = models.CharField(max_length=12, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("立案条件时限")
        constraints = [
            models.UniqueConstraint(fields=["condition_key", "area_class", "valid_from"], name="one_limit_a_day"),
            models.CheckConstraint(condition=Q(value=None, clock="") | Q(value__gt=0), name="limit_above_zero"),
            models.CheckConstraint(condition=Q(verify_value=None, verify_clock="") | Q(verify_value__gt=0), name="verify_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.condition_key} {self.area_class} {self.valid_from}"


class StagedLimit(models.Model):
    """The county's own stretches for a filing condition, as [name, value, clock] each; empty: one limit for the whole. They
    hold for cases whose handling begins from then on."""

    condition_key = models.CharField(max_length=40, unique=True)
    parts = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("分段时限")

    def __str__(self) -> str:
        return self.condition_key
