"""Organisations, accounts and posts; who answers for which place and matter from when to when; notices; the audit trail."""

from __future__ import annotations

from datetime import date, timedelta

from django.apps import apps
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from chengguan.people import told
from chengguan.people.roles import ADMINISTRATOR, ROLE_CHOICES, name_of
from chengguan.people.words import ACTION_NAMES
from chengguan.standards import codes


class Account(AbstractUser):
    """A person who signs in."""

    first_name = None  # type: ignore[assignment]  # a Chinese name is one word
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    demo = models.BooleanField(_("演示账号"), default=False, editable=False)
    sessions_valid_from = models.DateTimeField(_("会话有效起点"), null=True, blank=True, editable=False)
    must_change_password = models.BooleanField(_("须修改密码"), default=False)

    # who may enter /admin is said by the administrator's post and nothing else
    is_staff = property(lambda self: self._administers)  # type: ignore[assignment]
    is_superuser = property(lambda self: self._administers)  # type: ignore[assignment]

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def _administers(self) -> bool:
        today = timezone.localdate()
        held = self.holdings.filter(post__role=ADMINISTRATOR, post__organisation__enabled=True, valid_from__lte=today)
        return self.is_active and held.exclude(valid_to__lte=today).exists()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Organisation(models.Model):
    """A centre, a department, a township, a contractor, a crew; crews stand below their department."""

    class Kind(models.TextChoices):
        CENTRE = "centre", _("中心")
        DEPARTMENT = "department", _("责任单位")
        TOWNSHIP = "township", _("镇街")
        CONTRACTOR = "contractor", _("承包单位")
        CREW = "crew", _("班组")
        ENTERPRISE = "enterprise", _("企业")

    code = models.CharField(_("编码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    short = models.CharField(_("简称"), max_length=30, blank=True)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级"))
    area = models.ForeignKey("places.Area", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所辖区域"))
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    enabled = models.BooleanField(_("启用"), default=True)
    synthetic = models.BooleanField(_("合成数据"), default=False, editable=False)

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short or self.name


class Post(models.Model):
    """A role at an organisation: 路灯管理所 / 责任单位."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts", verbose_name=_("机构"))
    role = models.CharField(_("角色"), max_length=24, choices=ROLE_CHOICES)
    name = models.CharField(_("岗位名称"), max_length=60)

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        ordering = ["organisation__code", "role", "name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "role", "name"], name="one_post_of_a_name")]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.name or name_of(self.role)}"


class Dated(models.Model):
    """Valid from a day on, up to but not including another; an open end is still valid."""

    valid_from = models.DateField(_("自"), default=timezone.localdate)
    valid_to = models.DateField(_("至（不含）"), null=True, blank=True)

    class Meta:
        abstract = True


class Holding(Dated):
    """An account holds a post. One account may hold several."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="holdings", verbose_name=_("账号"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings", verbose_name=_("岗位"))

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        ordering = ["account__username", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["account", "post"], condition=Q(valid_to__isnull=True), name="one_open_holding"),
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="holding_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.account} — {self.post}"


class GridDuty(Dated):
    """An inspector is responsible for a responsibility grid; two shifts may share one."""

    class Shift(models.TextChoices):
        ALL_DAY = "all_day", _("全天")
        EARLY = "early", _("早班")
        LATE = "late", _("晚班")

    responsibility_grid = models.ForeignKey("places.ResponsibilityGrid", models.PROTECT, related_name="duties", verbose_name=_("责任网格"))
    account = models.ForeignKey(Account, models.CASCADE, related_name="duties", verbose_name=_("信息采集员"))
    shift = models.CharField(_("班次"), max_length=8, choices=Shift.choices, default=Shift.ALL_DAY)

    class Meta:
        verbose_name = _("网格责任人")
        verbose_name_plural = _("网格责任人")
        ordering = ["responsibility_grid", "account"]
        constraints = [
            models.UniqueConstraint(
                fields=["responsibility_grid", "account", "shift"], condition=Q(valid_to__isnull=True), name="one_open_grid_duty"
            ),
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="duty_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.account} — {self.responsibility_grid}"


class Leave(Dated):
    """An account is away from a day up to but not including another, and another account acts with these posts of it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="leaves", verbose_name=_("休假人"))
    stand_in = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="stands_in", verbose_name=_("代班人"))
    posts = models.ManyToManyField(Post, blank=True, related_name="+", verbose_name=_("代行岗位"))
    reason = models.CharField(_("事由"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("休假代班")
        verbose_name_plural = _("休假代班")
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__isnull=False) & Q(valid_to__gte=F("valid_from")), name="leave_has_an_end"),
            models.CheckConstraint(condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("account")), name="nobody_stands_in_for_himself"),
        ]
        indexes = [models.Index(fields=["valid_from", "valid_to"], name="leave_days")]

    def __str__(self) -> str:
        return f"{self.account} → {self.stand_in or '—'}"

    @property
    def last_day(self) -> date | None:
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class Responsibility(Dated):
    """Which organisation answers for a matter (by the beginning of its code), in an area or everywhere."""

    matter_code = models.CharField(_("事项编码（前缀）"), max_length=5, help_text=_("01 整个大类，01037 一个小类"))
    area = models.ForeignKey("places.Area", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("区域"))
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("权属单位"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="responsibilities", verbose_name=_("责任单位"))

    class Meta:
        verbose_name = _("事项责任")
        verbose_name_plural = _("事项责任")
        ordering = ["matter_code", "area"]
        constraints = [
            models.UniqueConstraint(
                fields=["matter_code", "area", "owner"],
                condition=Q(valid_to__isnull=True),
                nulls_distinct=False,
                name="one_open_responsibility",
            ),
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="responsibility_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_code} → {self.organisation}"

    @property
    def matter_name(self) -> str:
        """Of the matter or the major class; a question mark for a code that is not in force."""
        book = codes.in_force()
        if len(self.matter_code) == 2:
            return book.majors["matter"].get(self.matter_code, "?")
        found = book.matters.get(self.matter_code)
        return found.name if found else "?"


class Notice(models.Model):
    """A message to one person inside the system."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="notices", verbose_name=_("账号"))
    title = models.CharField(_("标题"), max_length=120)
    text = models.CharField(_("内容"), max_length=500, blank=True)
    link = models.CharField(_("链接"), max_length=200, blank=True)
    kind = models.CharField(_("类别"), max_length=20, default="plain")
    created_at = models.DateTimeField(_("时间"), default=timezone.now)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="notice_by_person"),
            models.Index(fields=["account"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class AuditEntry(models.Model):
    """Who did what, when, from where. A trigger refuses to change it, and to remove it before its time (0002)."""

    at = models.DateTimeField(_("时间"), default=timezone.now, db_index=True)
    account = models.ForeignKey(Account, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, verbose_name=_("账号"))
    who = models.CharField(_("操作人"), max_length=80)
    ip = models.GenericIPAddressField(_("来源地址"), null=True)
    action = models.CharField(_("动作"), max_length=60, db_index=True)
    object_type = models.CharField(_("对象类别"), max_length=60, blank=True)
    object_id = models.CharField(_("对象编号"), max_length=60, blank=True)
    summary = models.CharField(_("摘要"), max_length=300, blank=True)
    before = models.JSONField(_("之前"), null=True)
    after = models.JSONField(_("之后"), null=True)

    class Meta:
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_by_object")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.who} {self.action}"

    @property
    def action_name(self) -> str:
        return str(ACTION_NAMES.get(self.action, self.action))

    @property
    def object_name(self) -> str:
        """What kind of thing it is, in words."""
        try:
            return str(apps.get_model(self.object_type)._meta.verbose_name)
        except (LookupError, ValueError):
            return self.object_type

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(field, before, after) in words."""
        return told.changes(self.object_type, self.before, self.after)
