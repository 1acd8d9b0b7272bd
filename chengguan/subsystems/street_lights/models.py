"""When circuits are switched, and that each switching happened once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Schedule(models.Model):
    """When the lamps of a circuit burn; the one without a circuit is the county's, for all others."""

    class Mode(models.TextChoices):
        SUN = "sun", _("按日落日出")
        CLOCK = "clock", _("按钟点")

    circuit = models.OneToOneField("things.Group", models.CASCADE, null=True, blank=True, related_name="lighting_schedule", verbose_name=_("回路"))
    mode = models.CharField(_("方式"), max_length=8, choices=Mode.choices, default=Mode.SUN)
    on_offset_min = models.SmallIntegerField(_("日落后（分钟，负数为提前）"), default=10)
    off_offset_min = models.SmallIntegerField(_("日出后（分钟，负数为提前）"), default=-15)
    on_at = models.TimeField(_("开灯时刻"), null=True, blank=True)
    off_at = models.TimeField(_("关灯时刻"), null=True, blank=True)
    enabled = models.BooleanField(_("启用"), default=True)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)
    changed_by = models.CharField(_("修改人"), max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("开关灯计划")
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(circuit__isnull=True), name="street_lights_one_default"),
        ]

    def __str__(self) -> str:
        return str(self.circuit or _("全县"))


class Switching(models.Model):
    """A switching that fell due for a circuit, recorded before it is commanded: it is never commanded twice."""

    circuit = models.ForeignKey("things.Group", models.CASCADE, related_name="+", verbose_name=_("回路"))
    action = models.CharField(_("动作"), max_length=3, choices=[("on", _("开灯")), ("off", _("关灯"))])
    day = models.DateField(_("日期"))
    due_at = models.DateTimeField(_("应于"))
    at = models.DateTimeField(_("实际"), auto_now_add=True)
    command = models.ForeignKey("things.Command", models.SET_NULL, null=True, related_name="+", verbose_name=_("指令"))
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("开关灯记录")
        constraints = [models.UniqueConstraint(fields=["circuit", "action", "day"], name="street_lights_switched_once")]

    def __str__(self) -> str:
        return f"{self.circuit_id} {self.action} {self.day}"
