"""专项普查: a task of the centre with its own reports. Where it looks is cut into patches, each walked by somebody; what is found
stays a finding until the desk decides: a case by the ordinary registration, only counted, or refused.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 60


class Survey(models.Model):
    """What is looked for, where, from when to when. Closed once, with its counts as they were at that moment."""

    name = models.CharField(_("名称"), max_length=LONGEST_NAME)
    matters = models.JSONField(_("查什么"), default=list)
    """Codes: two digits for a whole major class, five for one class of components or matters."""
    first_day = models.DateField(_("开始"))
    last_day = models.DateField(_("结束"))
    note = models.TextField(_("要求"), blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("发起人"))
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closing_words = models.TextField(_("小结"), blank=True)
    summary = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("专项普查")
        ordering = [F("closed_at").desc(nulls_first=True), "-id"]
        constraints = [models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="survey_ends_after_start")]

    def __str__(self) -> str:
        return self.name

    def looks_for(self, matter_code: str) -> bool:
        return any(matter_code.startswith(code) for code in self.matters)


class Patch(models.Model):
    """A responsibility grid or a community of a survey, and who walks it."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="patches")
    name = models.CharField(_("片区"), max_length=60)
    responsibility_grid = models.ForeignKey("places.ResponsibilityGrid", models.PROTECT, null=True, blank=True, related_name="+")
    community = models.ForeignKey("places.Area", models.PROTECT, null=True, blank=True, related_name="+")
    walkers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="patches", verbose_name=_("谁来走"))
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    finished_words = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("普查片区")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class SurveyStep(models.Model):
    """普查经过: what was done with a survey, appended and never changed; the database refuses it."""

    ACTIONS = [
        ("open", _("发起")), ("walkers", _("改由谁走")), ("prolong", _("改结束日期")), ("finish", _("报走完")), ("take_back", _("撤回走完")), ("close", _("结束")),
    ]  # fmt: skip

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="steps")
    patch = models.ForeignKey(Patch, models.PROTECT, null=True, blank=True, related_name="steps")
    action = models.CharField(max_length=10, choices=ACTIONS)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    who = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    who_name = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("普查经过")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at:%F %T}"


class PatchGrid(models.Model):
    """A unit grid of a patch; looked at when somebody stood in it and said so, whether something was found or not."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="grids")
    patch = models.ForeignKey(Patch, models.PROTECT, related_name="grids")
    unit_grid = models.ForeignKey("places.UnitGrid", models.PROTECT, related_name="+")
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("普查网格")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["survey", "unit_grid"], name="a_grid_once_in_a_survey")]

    def __str__(self) -> str:
        return f"{self.patch_id} {self.unit_grid_id}"


class Finding(models.Model):
    """What somebody found on the walk. What was found stays as it was told; only what becomes of it is written later, once."""

    OUTCOMES = [("case", _("转为案件")), ("counted", _("只作统计")), ("refused", _("不采用"))]

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="findings")
    patch = models.ForeignKey(Patch, models.PROTECT, related_name="findings")
    unit_grid = models.ForeignKey("places.UnitGrid", models.PROTECT, related_name="+")
    source_key = models.CharField(max_length=120, unique=True)
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    matter_code = models.CharField(max_length=5)
    matter_name = models.CharField(max_length=60)
    component = models.ForeignKey("things.Component", models.PROTECT, null=True, blank=True, related_name="+")
    point = models.PointField(srid=4490)
    address = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    photos = models.ManyToManyField("things.Attachment", related_name="+")
    outcome = models.CharField(max_length=8, choices=OUTCOMES, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    case = models.OneToOneField("cases.Case", models.PROTECT, null=True, blank=True, related_name="finding")

    class Meta:
        verbose_name = verbose_name_plural = _("普查发现")
        ordering = ["-id"]
        indexes = [models.Index(fields=["survey", "outcome", "-id"], name="finding_of_survey")]
        constraints = [
            models.CheckConstraint(condition=Q(outcome="case", case__isnull=False) | (~Q(outcome="case") & Q(case=None)), name="only_a_case_has_a_case")
        ]

    def __str__(self) -> str:
        return f"{self.matter_name} {self.address}"
