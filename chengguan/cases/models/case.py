"""The case and what belongs to it: reports, steps, photographs, alarms, where it was sent.

Report and Step are append-only: a database trigger refuses to change or delete them (migration 0002).
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chengguan.cases import workflow

SOURCES = [
    ("inspector", _("采集员上报")),
    ("citizen", _("市民上报")),
    ("hotline", _("热线举报")),
    ("alarm", _("物联网告警")),
    ("video", _("视频监控")),
    ("leader", _("领导交办")),
    ("upper", _("上级平台")),
    ("survey", _("专项普查")),
]
KINDS = [("component", _("部件")), ("matter", _("事件"))]
LEVELS = [("county", _("县中心")), ("township", _("镇街"))]
STATE_CHOICES = [(state, _(name)) for state, name in workflow.STATES.items()]


class Case(models.Model):
    """One matter at one place, from 登记 on; it has its number only after 立案."""

    number = models.CharField(max_length=24, unique=True, null=True, blank=True)
    register_number = models.CharField(max_length=24, unique=True)
    source_key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    state = models.CharField(max_length=24, choices=STATE_CHOICES, default="reported")
    state_before = models.CharField(max_length=24, blank=True)
    level = models.CharField(max_length=8, choices=LEVELS, default="county")
    """Who accepts, files and dispatches it: the county's centre, or the township's desk until it hands the case up."""
    kind = models.CharField(max_length=10, choices=KINDS, default="matter")
    source = models.CharField(max_length=10, choices=SOURCES)
    code_set = models.CharField(max_length=40, blank=True)
    matter_code = models.CharField(max_length=5, blank=True)
    matter_name = models.CharField(max_length=60, blank=True)
    condition_key = models.CharField(max_length=40, blank=True)
    point = models.PointField(srid=4490, null=True, blank=True)
    unit_grid = models.ForeignKey("places.UnitGrid", models.PROTECT, null=True, blank=True, related_name="+")
    community = models.ForeignKey("places.Area", models.PROTECT, null=True, blank=True, related_name="+")
    township = models.ForeignKey("places.Area", models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    component = models.ForeignKey("things.Component", models.PROTECT, null=True, blank=True, db_index=False, related_name="cases")
    description = models.TextField(blank=True)
    reporter_name = models.CharField(max_length=60, blank=True)
    reporter_phone = models.CharField(max_length=30, blank=True)
    reporter = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    reply_wanted = models.BooleanField(default=False, db_default=False)
    """需要回复: whoever told us is rung up when it is over."""
    secret = models.BooleanField(default=False, db_default=False)
    """保密: name and telephone of whoever told us stay with the acceptance desk."""
    follow_code = models.CharField(max_length=16, unique=True, null=True, blank=True)
    urgent = models.BooleanField(default=False)
    important = models.BooleanField(default=False)
    """重点案件: singled out by a leader, whatever the danger."""
    responsibility_open = models.BooleanField(default=False)
    department = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    crew = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, db_index=False, related_name="+")
    inspector = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    occurred_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    reported_back_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField()
    """When the case came into its present state."""
    suspended_until = models.DateTimeField(null=True, blank=True)
    yellow_at = models.DateTimeField(null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    """Of the clock the present state stands on; empty while it is paused. Worklists sort and colour by these."""
    handling_deadline = models.DateTimeField(null=True, blank=True)
    handling_overdue = models.BooleanField(default=False)
    found_done = models.BooleanField(null=True, blank=True)
    proven_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=200, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    linked_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="linked")
    closing_note = models.TextField(blank=True)
    satisfaction = models.CharField(max_length=12, blank=True)
    forced = models.BooleanField(default=False)
    exempt = models.BooleanField(default=False)
    rework_count = models.PositiveSmallIntegerField(default=0)
    return_count = models.PositiveSmallIntegerField(default=0)
    extend_count = models.PositiveSmallIntegerField(default=0)
    urge_count = models.PositiveSmallIntegerField(default=0)
    parts_done = models.PositiveSmallIntegerField(default=0)
    """How many stretches of a staged limit are finished (standards.staging)."""
    parts = models.JSONField(null=True, blank=True)
    """Its stretches as [name, value, clock]: those that held when its handling began, or that somebody gave this case; NULL
    before, [] for one limit only."""
    synthetic = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("案件")
        indexes = [  # department, crew, township and component have no index of their own: they stand first in one of these
            models.Index("state", F("deadline").asc(nulls_last=True), "id", name="case_state_deadline"),
            models.Index(
                F("deadline").asc(nulls_last=True), "id", name="case_open_deadline", condition=Q(state__in=workflow.OPEN)
            ),
            GistIndex(fields=["point"], name="case_open_point", condition=Q(state__in=workflow.OPEN)),
            models.Index(fields=["closed_at"], name="case_closed", condition=Q(closed_at__isnull=False)),
            models.Index("department", "state", F("deadline").asc(nulls_last=True), "id", name="case_department"),
            models.Index("crew", "state", F("deadline").asc(nulls_last=True), "id", name="case_crew"),
            models.Index("township", "state", F("deadline").asc(nulls_last=True), "id", name="case_township"),
            models.Index(fields=["matter_code", "-reported_at"], name="case_matter"),
            models.Index(fields=["-reported_at", "id"], name="case_reported"),
            models.Index(fields=["component", "matter_code"], name="case_component"),
            models.Index(
                fields=["reported_at"],
                include=["component", "unit_grid", "matter_code", "state"],
                name="case_recurrence",
                condition=Q(matter_code__gt=""),
            ),
            models.Index(fields=["state"], name="case_responsibility", condition=Q(responsibility_open=True)),
            models.Index(fields=["reporter_phone"], name="case_phone", condition=~Q(reporter_phone="")),
        ]

    def __str__(self) -> str:
        return self.number or self.register_number

    @property
    def step(self) -> int:
        return workflow.STEP_OF.get(self.state, 0)


class Report(models.Model):
    """One arrival, as it arrived; never changed. Merging is said by the case (`merged_into`), not here."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="reports")
    source = models.CharField(max_length=10, choices=SOURCES)
    source_key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    arrived_at = models.DateTimeField()
    occurred_at = models.DateTimeField(null=True, blank=True)
    matter_code = models.CharField(max_length=5, blank=True)
    description = models.TextField(blank=True)
    point = models.PointField(srid=4490, null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    reporter_name = models.CharField(max_length=60, blank=True)
    reporter_phone = models.CharField(max_length=30, blank=True)
    reporter = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    said = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("上报记录")

    def __str__(self) -> str:
        return f"{self.source} {self.arrived_at:%F %T}"


class Step(models.Model):
    """What happened to a case, once; never changed."""

    case = models.ForeignKey(Case, models.PROTECT, db_index=False, related_name="steps")
    from_state = models.CharField(max_length=24)
    to_state = models.CharField(max_length=24)
    action = models.CharField(max_length=24)
    opinion = models.TextField(blank=True)
    given = models.JSONField(default=dict, blank=True)
    who = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    who_name = models.CharField(max_length=60)
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    organisation_name = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=30)
    receiver = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()
    acted_at = models.DateTimeField()
    used_s = models.FloatField(default=0)
    whole_s = models.FloatField(null=True, blank=True)
    """Seconds of the whole limit as it stood then, extensions included; empty where it is not known."""
    stage = models.CharField(max_length=10, blank=True)
    stage_deadline = models.DateTimeField(null=True, blank=True)
    overdue = models.BooleanField(default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("办理步骤")
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "id"], name="step_case"), models.Index(fields=["acted_at"], name="step_acted")]

    def __str__(self) -> str:
        return f"{self.action} {self.acted_at:%F %T}"

    @property
    def action_name(self) -> str:
        return gettext(workflow.name_of(self.from_state, self.action))


class Dispatch(models.Model):
    """Which departments a case was sent to, and as what."""

    PARTS = [("main", _("主办")), ("helper", _("协办")), ("copy", _("抄告"))]

    case = models.ForeignKey(Case, models.PROTECT, related_name="dispatches")
    department = models.ForeignKey("people.Organisation", models.PROTECT, db_index=False, related_name="+")
    part = models.CharField(max_length=6, choices=PARTS)
    sent_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("派遣记录")
        indexes = [models.Index(fields=["department", "part"], name="dispatch_department")]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.department_id}"


class Photo(models.Model):
    KINDS = [("report", _("上报")), ("before", _("处置前")), ("after", _("处置后")), ("confirm", _("核实")), ("verify", _("核查"))]

    case = models.ForeignKey(Case, models.PROTECT, related_name="photos")
    step = models.ForeignKey(Step, models.PROTECT, null=True, blank=True, related_name="photos")
    attachment = models.ForeignKey("things.Attachment", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=KINDS)
    viewpoint = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("案件照片")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.attachment_id}"

    @property
    def at(self) -> datetime:
        """When it was given in this case: the file behind it is kept once, and may be of another case and day."""
        return self.step.acted_at if self.step else self.attachment.created_at


class CaseAlarm(models.Model):
    """An alarm that began, or joined, a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="alarms")
    alarm = models.OneToOneField("alarms.Alarm", models.PROTECT, related_name="case_link")
    joined_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("案件与告警")

    def __str__(self) -> str:
        return f"{self.alarm_id} -> {self.case_id}"
