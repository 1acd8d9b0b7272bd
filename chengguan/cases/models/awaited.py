"""What is waited for in a case: the end of a limit, somebody's task, the decision on a request."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengguan.cases.models.case import Case
from chengguan.cases.words import clock_name, limit_words
from chengguan.people.roles import name_of


class Clock(models.Model):
    """A limit that runs. Everything is recomputed from start, pauses and limit when a calendar changes."""

    KINDS = [("handling", _("处置")), ("handling_turn", _("本单位处置")), ("stage", _("环节")), ("task", _("任务")), ("urge", _("督办回复"))]

    case = models.ForeignKey(Case, models.PROTECT, db_index=False, related_name="clocks")
    kind = models.CharField(max_length=14, choices=KINDS)
    stage = models.CharField(max_length=10)
    part = models.CharField(max_length=20, blank=True)
    """Which stretch of a staged limit, as 围护."""
    department = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    pauses = models.JSONField(default=list, blank=True)
    limit_value = models.FloatField()
    limit_clock = models.CharField(max_length=12)
    extensions = models.PositiveSmallIntegerField(default=0)
    named = models.PositiveSmallIntegerField(default=0, db_default=0)
    named_s = models.FloatField(default=0, db_default=0)
    """How many of the extensions were to a named time, and the seconds of its own that these added."""
    used_s = models.FloatField(default=0)
    yellow_at = models.DateTimeField(null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    overdue = models.BooleanField(default=False)
    overdue_told_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveBigIntegerField(null=True, blank=True)
    """Of the county's configuration (the last `Change`) when the clock ended: its deadline stays what it was under that one."""

    class Meta:
        verbose_name = verbose_name_plural = _("计时")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["deadline"], name="clock_running", condition=Q(ended_at=None, paused_at=None)),
            models.Index(fields=["case", "ended_at"], name="clock_case"),
        ]

    def __str__(self) -> str:
        return f"{clock_name(self.stage)} {self.limit_words}"

    @property
    def limit_words(self) -> str:
        return limit_words(self.limit_value, self.limit_clock)


class Task(models.Model):
    """Sent to a person, an organisation or a post of the centre and waited for. `consult` is the consultation itself, open
    until its conclusion is written; `opinion` what each of those asked says; `follow_up` the call to whoever wants to hear the result."""

    KINDS = [("confirm", _("核实")), ("verify", _("核查")), ("handle", _("处置")), ("reply", _("督办回复")),
             ("consult", _("会商")), ("opinion", _("会商意见")), ("help", _("协办")), ("follow_up", _("回访"))]  # fmt: skip

    case = models.ForeignKey(Case, models.PROTECT, db_index=False, related_name="tasks")
    kind = models.CharField(max_length=10, choices=KINDS)
    account = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    clock = models.ForeignKey(Clock, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=30, blank=True)
    """The post that owes it, when neither a person nor an organisation is named."""
    sent_by = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    sent_by_name = models.CharField(max_length=60, blank=True)
    words = models.TextField(blank=True)
    urge_kind = models.CharField(max_length=10, blank=True)
    level = models.CharField(max_length=4, blank=True)
    sent_at = models.DateTimeField()
    due = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=20, blank=True)
    reply = models.TextField(blank=True)
    late_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("任务")
        indexes = [
            models.Index(fields=["account", "due"], name="task_account", condition=Q(done_at=None)),
            models.Index(fields=["case", "done_at"], name="task_case"),
            models.Index(fields=["due"], name="task_beside", condition=Q(done_at=None, kind__in=("reply", "opinion", "help", "consult"))),
            models.Index(fields=["sent_by", "-id"], name="task_sent", condition=Q(kind="reply")),
            models.Index(fields=["due", "id"], name="task_follow_up", condition=Q(kind="follow_up")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_id}"


class Request(models.Model):
    """Asked beside the stage; lapses when the stage changes."""

    KINDS = [("return", _("回退")), ("extend", _("延期")), ("suspend", _("挂账")), ("void", _("作废")), ("appeal", _("申诉")), ("force_close", _("强制结案"))]
    STATES = [("waiting", _("待审")), ("granted", _("同意")), ("denied", _("不同意")), ("lapsed", _("失效"))]

    case = models.ForeignKey(Case, models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12, choices=KINDS)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    asked_by = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.TextField()
    details = models.JSONField(default=dict, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("申请")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="waiting"), name="one_waiting_request"),
        ]
        indexes = [models.Index(fields=["case"], name="request_forced", condition=Q(kind="force_close", state="granted"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_state_display()}"

    @property
    def asked_until(self) -> datetime | None:
        """Until when a suspension or an extension is asked for, where a time was named."""
        said = self.details.get("extended_to") or self.details.get("until")
        return datetime.fromisoformat(said) if said else None

    @property
    def decided_by_posts(self) -> str:
        """Which posts decide it, in words; empty where only the state table says."""
        return gettext("或").join(name_of(role) for role in self.details.get("who", ()))
