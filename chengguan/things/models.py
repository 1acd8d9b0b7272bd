"""Components of the town and the devices on them, gateways, groups, commands, photos and documents.

A component carries what GB/T 47678.5 asks of a managed component, in our own names.
"""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SRID = 4490


class Component(models.Model):
    """A managed thing of the town: a lamp, a manhole cover."""

    class Status(models.TextChoices):
        INTACT = "intact", _("完好")
        BROKEN = "broken", _("破损")
        LOST = "lost", _("丢失")
        DISCARDED = "discarded", _("废弃")
        REMOVED = "removed", _("移除")

    code = models.CharField(_("标识码"), max_length=17, unique=True)
    class_code = models.CharField(_("部件小类"), max_length=5, db_index=True)
    name = models.CharField(_("名称"), max_length=60)
    label = models.CharField(_("现场编号"), max_length=40, blank=True, db_index=True)
    point = models.PointField(_("位置"), srid=SRID)
    geom_3857 = models.GeneratedField(
        expression=Transform(F("point"), 3857), output_field=models.PointField(srid=3857), db_persist=True, editable=False
    )
    unit_grid = models.ForeignKey("places.UnitGrid", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("单元网格"))
    address = models.CharField(_("地址"), max_length=200, blank=True)
    owner = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("权属单位"))
    maintainer = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("养护单位"))
    authority = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主管部门"))
    status = models.CharField(_("状态"), max_length=10, choices=Status.choices, default=Status.INTACT)
    first_date = models.DateField(_("初始日期"), default=timezone.localdate)
    changed_date = models.DateField(_("变更日期"), null=True, blank=True)
    data_source = models.CharField(_("数据来源"), max_length=30, blank=True)
    note = models.CharField(_("备注"), max_length=1000, blank=True)
    attributes = models.JSONField(_("其他属性"), default=dict, blank=True)
    synthetic = models.BooleanField(_("合成数据"), default=False)

    class Meta:
        verbose_name = _("部件")
        verbose_name_plural = _("部件")
        ordering = ["code"]
        indexes = [
            models.Index(fields=["status"], name="component_by_status"),
            models.Index(fields=["address"], name="component_by_address", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.label or self.code}"


class ComponentChange(models.Model):
    """What happened to a component in its life; appended, never edited."""

    component = models.ForeignKey(Component, models.CASCADE, related_name="changes")
    at = models.DateTimeField(_("时间"), default=timezone.now)
    who = models.CharField(_("操作人"), max_length=80)
    account = models.ForeignKey("people.Account", models.SET_NULL, null=True, related_name="+")
    from_status = models.CharField(_("原状态"), max_length=10, blank=True)
    to_status = models.CharField(_("新状态"), max_length=10)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("部件变更")
        verbose_name_plural = _("部件变更")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.component_id} {self.from_status}→{self.to_status}"

    @property
    def from_name(self) -> str:
        return str(dict(Component.Status.choices).get(self.from_status, self.from_status))

    @property
    def to_name(self) -> str:
        return str(dict(Component.Status.choices).get(self.to_status, self.to_status))


class CodeCounter(models.Model):
    """The last sequence number given to components of a class."""

    class_code = models.CharField(max_length=5, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("编码计数")
        verbose_name_plural = _("编码计数")

    def __str__(self) -> str:
        return f"{self.class_code}: {self.last}"


class Gateway(models.Model):
    """What speaks to the broker with an account of its own, for its devices."""

    class Kind(models.TextChoices):
        OWN = "own", _("自有协议")
        CHIRPSTACK = "chirpstack", _("ChirpStack")

    key = models.SlugField(_("标识"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices, default=Kind.OWN)
    subsystem = models.CharField(_("子系统"), max_length=40)
    applications = models.JSONField(_("ChirpStack 应用"), default=list, blank=True)
    """Ids of the ChirpStack applications that speak through this account; empty for our own gateways."""
    password_hash = models.CharField(_("密钥摘要"), max_length=72, blank=True, editable=False)
    key_issued_at = models.DateTimeField(_("密钥签发时间"), null=True, blank=True, editable=False)
    point = models.PointField(_("位置"), srid=SRID, null=True, blank=True)
    component = models.ForeignKey(Component, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("部件"))
    enabled = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("网关")
        verbose_name_plural = _("网关")
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.name}（{self.key}）"


class Group(models.Model):
    """Devices that belong together by what feeds or carries them: a circuit."""

    subsystem = models.CharField(_("子系统"), max_length=40)
    kind = models.CharField(_("类别"), max_length=24)
    key = models.CharField(_("标识"), max_length=40)
    name = models.CharField(_("名称"), max_length=60)
    gateway = models.ForeignKey(Gateway, models.PROTECT, null=True, blank=True, related_name="groups", verbose_name=_("网关"))
    attributes = models.JSONField(_("其他属性"), default=dict, blank=True)

    class Meta:
        verbose_name = _("设备分组")
        verbose_name_plural = _("设备分组")
        ordering = ["subsystem", "key"]
        constraints = [models.UniqueConstraint(fields=["subsystem", "key"], name="one_group_of_a_key")]

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """A sensor or controller, usually on a component."""

    subsystem = models.CharField(_("子系统"), max_length=40)
    key = models.CharField(_("标识"), max_length=40)
    model = models.CharField(_("型号"), max_length=40)
    name = models.CharField(_("名称"), max_length=60)
    component = models.ForeignKey(Component, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("部件"))
    gateway = models.ForeignKey(Gateway, models.PROTECT, related_name="devices", verbose_name=_("网关"))
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("分组"))
    enabled = models.BooleanField(_("启用"), default=True)
    installed_on = models.DateField(_("安装日期"), null=True, blank=True)
    attributes = models.JSONField(_("其他属性"), default=dict, blank=True)

    class Meta:
        verbose_name = _("设备")
        verbose_name_plural = _("设备")
        ordering = ["subsystem", "key"]
        constraints = [models.UniqueConstraint(fields=["subsystem", "key"], name="one_device_of_a_key")]

    def __str__(self) -> str:
        return self.name or self.key


class Command(models.Model):
    """An instruction to a device or a group, and what became of it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("排队")
        SENT = "sent", _("已发送")
        ACKNOWLEDGED = "acknowledged", _("设备已收到")
        CONFIRMED = "confirmed", _("读数已证实")
        TIMED_OUT = "timed_out", _("超时")
        FAILED = "failed", _("失败")

    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="commands", verbose_name=_("设备"))
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="commands", verbose_name=_("分组"))
    name = models.CharField(_("指令"), max_length=40)
    parameters = models.JSONField(_("参数"), default=dict, blank=True)
    state = models.CharField(_("状态"), max_length=14, choices=State.choices, default=State.QUEUED)
    asked_by = models.ForeignKey("people.Account", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("下达人"))
    asked_name = models.CharField(_("下达人姓名"), max_length=80, blank=True)
    asked_at = models.DateTimeField(_("下达时间"), default=timezone.now)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    acked_at = models.DateTimeField(_("应答时间"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("证实时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("期限"))
    expect = models.JSONField(_("预期读数"), default=dict, blank=True)
    waiting = models.JSONField(_("尚未证实的设备"), default=list, blank=True, help_text=_("分组指令：还没有读数证实的设备编号"))
    failure = models.CharField(_("失败原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("控制指令")
        verbose_name_plural = _("控制指令")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(device__isnull=False) ^ Q(group__isnull=False), name="command_to_device_or_group"),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state__in=["queued", "sent", "acknowledged"]), name="command_open")]

    def __str__(self) -> str:
        return f"{self.name} → {self.device or self.group}"


class Attachment(models.Model):
    """A photo or document, kept once under the SHA-256 of its content."""

    sha256 = models.CharField(max_length=64, db_index=True)
    content_type = models.CharField(_("类型"), max_length=80)
    size = models.PositiveIntegerField(_("字节"))
    name = models.CharField(_("文件名"), max_length=160)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    thumbnail = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField(_("拍摄时间"), null=True, blank=True)
    point = models.PointField(_("拍摄位置"), srid=SRID, null=True, blank=True)
    uploaded_by = models.ForeignKey("people.Account", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("上传人"))
    upload_token = models.CharField(max_length=43, blank=True, editable=False)
    created_at = models.DateTimeField(_("上传时间"), default=timezone.now)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_photo(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def url(self) -> str:
        return f"/files/{self.sha256}"

    @property
    def thumbnail_url(self) -> str:
        return f"/files/{self.sha256}/small" if self.thumbnail else self.url

    @property
    def own_url(self) -> str:
        """For the anonymous sender: the address with the token of the upload."""
        return f"{self.thumbnail_url}?t={self.upload_token}" if self.upload_token else self.thumbnail_url
