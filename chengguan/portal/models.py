"""Who may report through the public door: partners with a key; and how much came lately, counted where every web worker sees it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Sender(models.Model):
    """Reports from one network address, or with one key, since the beginning of its hour. The address itself is not kept."""

    key = models.CharField(max_length=64, primary_key=True)
    since = models.DateTimeField(db_index=True)
    reports = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.reports} since {self.since:%F %T}"


class Partner(models.Model):
    """Another system that brings reports in with a key of its own: the county's 12345 hotline, an app, a program that
    watches cameras, the platform above."""

    SOURCES = [("citizen", _("市民上报")), ("hotline", _("热线举报")), ("video", _("视频监控")), ("upper", _("上级平台"))]

    name = models.CharField(_("名称"), max_length=40, unique=True)
    source = models.CharField(_("案件来源"), max_length=10, choices=SOURCES, default="hotline")
    """What its reports count as."""
    an_hour = models.PositiveIntegerField(_("每小时最多上报"), default=1000)
    key_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    key_ends = models.CharField(_("密钥末四位"), max_length=4, blank=True, editable=False)
    key_issued_at = models.DateTimeField(_("密钥签发时间"), null=True, editable=False)
    enabled = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("上报伙伴")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """How often a partner repeated a report on one day, and how many were refused for which main reason. Nothing of what they said; what was
    taken is counted by its cases."""

    OUTCOMES = [("repeated", _("重复")), ("refused", _("拒收"))]

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="tallies")
    day = models.DateField(db_index=True)
    outcome = models.CharField(max_length=8, choices=OUTCOMES)
    reason = models.CharField(max_length=12, blank=True)
    reports = models.PositiveIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = _("收件统计")
        constraints = [models.UniqueConstraint(fields=["partner", "day", "outcome", "reason"], name="portal_tally_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.outcome} {self.reason} {self.reports}"
