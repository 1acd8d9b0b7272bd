"""What is counted, one row per case and one per case and department; and the closed cases an evaluator looked at again.

Both fact tables are derived: `services/deriving.py` says each column, in the transaction of the move. Nobody else writes them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengguan.cases import workflow


class CaseFact(models.Model):
    """A case as evaluation counts it: where, whose, its moments, what was late, how often what happened."""

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="fact")
    version = models.PositiveIntegerField()
    """Of the case when the row was derived."""
    state = models.CharField(max_length=24)
    kind = models.CharField(max_length=10)
    source = models.CharField(max_length=10)
    matter_code = models.CharField(max_length=5, blank=True)
    urgent = models.BooleanField()
    important = models.BooleanField(default=False)
    community = models.ForeignKey("places.Area", models.DO_NOTHING, null=True, related_name="+", db_index=False)
    township = models.ForeignKey("places.Area", models.DO_NOTHING, null=True, related_name="+", db_index=False)
    department = models.ForeignKey("people.Organisation", models.DO_NOTHING, null=True, related_name="+", db_index=False)
    """Who answers for it: the last department it was sent to, none after a granted return."""
    reported_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    """End of the handling limit; empty while it is suspended or with nobody."""
    handled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    self_handled = models.BooleanField()
    forced = models.BooleanField()
    exempt = models.BooleanField()
    unfixed = models.BooleanField()
    """Sent out first, responsibility still open: not scored until it is fixed."""
    overturned = models.BooleanField()
    missed = models.BooleanField(default=False)
    """Found by others where an inspector was on duty, and judged a miss."""
    confirmed_true = models.BooleanField()
    accept_on_time = models.BooleanField()
    file_on_time = models.BooleanField()
    dispatch_on_time = models.BooleanField()
    close_on_time = models.BooleanField()
    handled_late = models.BooleanField()
    sent_to_verify = models.BooleanField()
    departments = models.PositiveSmallIntegerField()
    reworks = models.PositiveSmallIntegerField()
    returns = models.PositiveSmallIntegerField()
    denials = models.PositiveSmallIntegerField()
    extensions = models.PositiveSmallIntegerField()
    suspensions = models.PositiveSmallIntegerField()
    urges = models.PositiveSmallIntegerField()
    accept_s = models.FloatField(null=True)
    handle_s = models.FloatField(null=True)
    handle_times = models.FloatField(null=True)
    """处置超时倍数: what was used of the handling limit, over the limit with its extensions; of a staged one, its last stretch."""
    satisfaction = models.CharField(max_length=12, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("案件计数")
        indexes = [
            models.Index(fields=["reported_at"], name="fact_reported"),
            models.Index(fields=["filed_at"], name="fact_filed", condition=Q(filed_at__isnull=False)),
            models.Index(fields=["due_at"], name="fact_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["closed_at"], name="fact_closed", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["state"], name="fact_open", condition=Q(state__in=workflow.OPEN)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"


class TurnFact(models.Model):
    """A case with one department it was sent to: what happened while it was that department's."""

    fact = models.ForeignKey(CaseFact, models.CASCADE, related_name="turns")
    department = models.ForeignKey("people.Organisation", models.DO_NOTHING, related_name="+", db_index=False)
    answers = models.BooleanField()
    turns = models.PositiveSmallIntegerField()
    returns = models.PositiveSmallIntegerField()
    denials = models.PositiveSmallIntegerField()
    extensions = models.PositiveSmallIntegerField()
    suspensions = models.PositiveSmallIntegerField()
    reworks = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = _("单位办理计数")
        constraints = [models.UniqueConstraint(fields=["fact", "department"], name="one_fact_of_a_turn")]

    def __str__(self) -> str:
        return f"{self.fact_id} {self.department_id}"


class Sample(models.Model):
    """One draw of closed cases for 抽查. With the seed and what was asked the same cases come out again."""

    seed = models.PositiveIntegerField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    department = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    township = models.ForeignKey("places.Area", models.PROTECT, null=True, blank=True, related_name="+")
    inspector = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    wanted = models.CharField(max_length=10)
    """As asked: 20, or 5%."""
    population = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey("people.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("抽查")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.wanted}"

    @property
    def last_day(self) -> datetime:
        """`end` is the moment after it."""
        return self.end - timedelta(seconds=1)


class SpotCheck(models.Model):
    """A closed case looked at again. A verdict stands as it was given."""

    VERDICTS = [("stands", _("核查属实")), ("overturned", _("推翻核查"))]

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="checks")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="spot_checks")
    inspector = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    """Whose verification is looked at."""
    assigned_to = models.ForeignKey("people.Account", models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=VERDICTS, blank=True)
    persists = models.BooleanField(default=False)
    words = models.TextField(blank=True)
    point = models.PointField(srid=4490, null=True, blank=True)
    photos = models.ManyToManyField("things.Attachment", related_name="+")
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    followed_by = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="+")
    """The case in which a fault that persists is dealt with: the old one opened again, or a linked one."""

    class Meta:
        verbose_name = verbose_name_plural = _("抽查案件")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sample", "case"], name="one_check_of_a_sample")]
        indexes = [models.Index(fields=["inspector", "judged_at"], name="check_inspector")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verdict}"


class MissedReport(models.Model):
    """A case others reported, looked at for 漏报: should the inspector on duty there have seen it? One verdict a case."""

    VERDICTS = [("missed", _("漏报")), ("not_missed", _("不算漏报"))]

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="missed_report")
    inspector = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    verdict = models.CharField(max_length=10, choices=VERDICTS)
    words = models.CharField(max_length=300, blank=True)
    judged_at = models.DateTimeField()
    judged_by = models.ForeignKey("people.Account", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("漏报判定")
        indexes = [models.Index(fields=["inspector", "judged_at"], name="missed_inspector")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verdict}"

    @property
    def mark(self) -> str:
        """By which a page knows again the verdict it showed."""
        return self.judged_at.isoformat()
