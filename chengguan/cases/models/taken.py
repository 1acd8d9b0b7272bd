"""What another system said of a case before the county took it over; the row itself stays in the case's report. And the files in which
such cases came, each with its course: looked at, mapped, tried, applied, withdrawn."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengguan.cases.models.case import Case


class TakeoverMapping(models.Model):
    """Which column is which field, and which of their words which of our codes: kept under a name for the next file."""

    name = models.CharField(max_length=60, unique=True)
    told = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接管映射")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TakeoverBatch(models.Model):
    """One uploaded file of another system's cases. A changed mapping puts it back to `ready`, so that only what was tried is applied."""

    STATES = [
        ("looking", _("正在读文件")), ("unreadable", _("读不了")), ("ready", _("待映射、试运行")), ("trying", _("正在试运行")), ("tried", _("已试运行")),
        ("applying", _("正在接管")), ("applied", _("已接管")), ("withdrawing", _("正在撤回")), ("withdrawn", _("已撤回")),
        ("discarded", _("已丢弃")),
    ]  # fmt: skip

    name = models.CharField(max_length=160)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    file = models.ForeignKey("things.Attachment", models.PROTECT, null=True, blank=True, related_name="+")
    """Given up when the rows are ours: each stands in the report of its case."""
    table = models.ForeignKey("things.Attachment", models.PROTECT, null=True, blank=True, related_name="+")
    """Every refused, flagged or changed row with its reason, of the last run, without who reported; given up after a while."""
    state = models.CharField(max_length=12, choices=STATES, default="looking")
    mapping = models.JSONField(default=dict, blank=True)
    look = models.JSONField(default=dict, blank=True)
    """Rows, and of each column some samples and its different words; of who reported neither. Rows alone once nobody maps it any more."""
    result = models.JSONField(default=dict, blank=True)
    words = models.CharField(max_length=500, blank=True)
    """Why the last job did not end well."""
    rows_done = models.PositiveIntegerField(default=0)
    account = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    who = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)
    """When its job last said how far it is."""
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接管批次")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def rows(self) -> int:
        return int(self.look.get("rows", 0))

    @property
    def at_work(self) -> bool:
        return self.state in ("looking", "trying", "applying", "withdrawing")


class TakenOver(models.Model):
    """The other system's word beside ours: its number, state, deadline and whether it called the case on time."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="taken_over")
    batch = models.ForeignKey(TakeoverBatch, models.PROTECT, null=True, blank=True, related_name="cases")
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
