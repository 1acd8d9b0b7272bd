"""What the county says for all cases: its working days, its settings, the last numbers it gave."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """An administrator's word about a day: working or not, over the published holidays."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("工作日历")

    def __str__(self) -> str:
        return str(self.day)


class Setting(models.Model):
    """The county's own value of a setting of standards.limits; absent means the default there."""

    key = models.CharField(max_length=60, unique=True)
    value = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("案件设置")

    def __str__(self) -> str:
        return self.key


class Sequence(models.Model):
    """The last running number of a day, one row per kind and day; of `began`, where the sequence of registrations stood when the day began."""

    name = models.CharField(max_length=30, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("编号序列")

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class Change(models.Model):
    """One change of what the county says for all cases, as it was and as it is from then on: appended, never edited (migration
    0005). The number of the last one is the version of the configuration; a clock that ends keeps the version it ended under."""

    KINDS = [("setting", _("设置")), ("day", _("工作日历")), ("limit", _("立案条件时限")), ("area_class", _("区域等级")), ("mapping", _("接管映射")), ("stages", _("分段时限"))]

    kind = models.CharField(max_length=12, choices=KINDS)
    key = models.CharField(max_length=120)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now)
    account = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    who = models.CharField(max_length=80)
    reason = models.CharField(max_length=200, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")
    why_undone = ""
    """Said while it is being set back: the reason that the change which does so keeps."""

    class Meta:
        verbose_name = verbose_name_plural = _("配置变更")
        indexes = [models.Index(fields=["kind", "key", "-id"], name="change_of_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
