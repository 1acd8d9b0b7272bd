"""Rules as the county set them, and alarms with their two axes: active or normal, acknowledged or not."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SRID = 4490


class Rule(models.Model):
    """An alarm rule in force: the manifest's default with the county's limits, found by slug."""

    slug = models.SlugField(_("标识"), max_length=60, unique=True)
    subsystem = models.CharField(_("子系统"), max_length=40)
    name = models.CharField(_("名称"), max_length=60)
    enabled = models.BooleanField(_("启用"), default=True)
    limits = models.JSONField(_("限值"), default=dict)
    severity = models.PositiveSmallIntegerField(_("级别"), default=3)
    hold_s = models.FloatField(_("持续时间（秒）"), default=0)
    clear_hold_s = models.FloatField(_("恢复持续时间（秒）"), default=0)
    settle_s = models.FloatField(_("稳定时间（秒）"), default=60)
    auto_register = models.BooleanField(_("自动登记"), default=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("告警规则")
        ordering = ["subsystem", "severity", "slug"]
        constraints = [models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=4), name="rule_severity_1_to_4")]

    def __str__(self) -> str:
        return self.name


class RuleRevision(models.Model):
    """One change of a rule: who, why, from what to what. Appended, never edited."""

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="revisions")
    version = models.PositiveIntegerField(_("版本"))
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("操作人"))
    who_name = models.CharField(_("操作人姓名"), max_length=80, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    reason = models.CharField(_("理由"), max_length=300)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("规则修改记录")
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="one_revision_of_a_version")]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.version}"


class Alarm(models.Model):
    """One cause, one alarm. Moved by `services` alone, along the table of `workflow.py`."""

    class Cause(models.TextChoices):
        DEVICE = "device", _("设备")
        GROUP = "group", _("分组")
        GATEWAY = "gateway", _("网关")
        PLATFORM = "platform", _("平台")

    rule = models.CharField(_("规则"), max_length=60, db_index=True)
    subsystem = models.CharField(_("子系统"), max_length=40)
    name = models.CharField(_("名称"), max_length=80)
    cause_kind = models.CharField(_("起因类别"), max_length=10, choices=Cause.choices)
    cause_key = models.CharField(_("起因"), max_length=80)
    device = models.ForeignKey("things.Device", models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("设备"))
    group = models.ForeignKey("things.Group", models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("分组"))
    gateway = models.ForeignKey("things.Gateway", models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("网关"))
    component = models.ForeignKey("things.Component", models.PROTECT, null=True, blank=True, related_name="alarms", verbose_name=_("部件"))
    point = models.PointField(_("位置"), srid=SRID, null=True, blank=True)
    unit_grid = models.ForeignKey("places.UnitGrid", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("单元网格"))
    address = models.CharField(_("地址"), max_length=200, blank=True)
    severity = models.PositiveSmallIntegerField(_("级别"))
    scale = models.CharField(_("分级体系"), max_length=20, default="告警")
    matter = models.CharField(_("事项代码"), max_length=5, blank=True)
    text = models.CharField(_("说明"), max_length=300, blank=True)
    value = models.FloatField(_("数值"), null=True, blank=True)
    limit = models.FloatField(_("限值"), null=True, blank=True)
    raised_at = models.DateTimeField(_("发生时间"))
    reading_at = models.DateTimeField(_("首次越限时间"))
    active = models.BooleanField(_("未恢复"), default=True)
    returned_at = models.DateTimeField(_("恢复时间"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    shelved_until = models.DateTimeField(_("搁置至"), null=True, blank=True)
    shelved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("搁置人")
    )
    shelve_reason = models.CharField(_("搁置理由"), max_length=300, blank=True)
    auto_register = models.BooleanField(_("自动登记"), default=False)
    settle_due = models.DateTimeField(_("登记时刻"), null=True, blank=True)
    registered_at = models.DateTimeField(_("已登记"), null=True, blank=True)
    folded_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="folded", verbose_name=_("并入"))
    times_raised = models.PositiveIntegerField(_("发生次数"), default=1)
    off_desk_at = models.DateTimeField(_("离台时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("告警")
        ordering = ["severity", "-raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "cause_kind", "cause_key"], condition=Q(off_desk_at__isnull=True), name="one_open_alarm_of_a_cause"
            ),
            models.CheckConstraint(condition=Q(off_desk_at__isnull=True) | Q(active=False) | Q(folded_into__isnull=False),
                                   name="active_alarm_stays_on_desk"),
        ]
        indexes = [
            models.Index(fields=["severity", "raised_at"], condition=Q(off_desk_at__isnull=True), name="alarm_desk"),
            models.Index(fields=["settle_due"], condition=Q(registered_at__isnull=True, off_desk_at__isnull=True), name="alarm_due"),
            models.Index(fields=["rule", "cause_kind", "cause_key", "raised_at"], name="alarm_repeats"),
            models.Index(fields=["gateway"], condition=Q(off_desk_at__isnull=True), name="alarm_of_gateway"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.cause_key}"


class AlarmMember(models.Model):
    """A device that belongs to the cause of an alarm."""

    alarm = models.ForeignKey(Alarm, models.CASCADE, related_name="members")
    device = models.ForeignKey("things.Device", models.PROTECT, related_name="+")
    rule = models.CharField(_("规则"), max_length=60)
    since = models.DateTimeField(_("开始"))
    until = models.DateTimeField(_("恢复"), null=True, blank=True)
    value = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("告警成员")
        constraints = [
            models.UniqueConstraint(fields=["alarm", "device", "rule"], condition=Q(until__isnull=True), name="one_membership")
        ]
        indexes = [models.Index(fields=["device", "rule"], condition=Q(until__isnull=True), name="open_membership")]

    def __str__(self) -> str:
        return f"{self.alarm_id}: {self.device_id}"


class AlarmStep(models.Model):
    """What happened to an alarm. Appended, never edited."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="steps")
    at = models.DateTimeField(_("时间"))
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("操作人"))
    who_name = models.CharField(_("操作人姓名"), max_length=80, blank=True)
    action = models.CharField(_("动作"), max_length=20)
    words = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("告警经过")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.alarm_id} {self.action}"
