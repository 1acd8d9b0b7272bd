"""What the desk itself keeps: a person's saved views, and the sheets with which a shift is handed over."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengguan.people.roles import ROLE_CHOICES

LONGEST_NAME, LONGEST_QUERY = 20, 500


class SavedView(models.Model):
    """Filters of a work list under a name of the person's own. `query` is the address behind /work, from "?" on."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("账号"))
    name = models.CharField(_("名称"), max_length=LONGEST_NAME)
    query = models.CharField(_("筛选"), max_length=LONGEST_QUERY)
    saved_at = models.DateTimeField(_("保存时间"), auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("工作台视图")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_view_of_a_name")]

    def __str__(self) -> str:
        return self.name


class HandOver(models.Model):
    """交接班: how a post's desk stood when its holder signed. Only the one who comes adds a signature, once; a database trigger
    refuses every other change (migration 0002)."""

    role = models.CharField(_("岗位"), max_length=24, choices=ROLE_CHOICES)
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+", verbose_name=_("机构"))
    since = models.DateTimeField(_("当班自"))
    next_until = models.DateTimeField(_("下一班到"))
    contents = models.JSONField(default=dict)
    remarks = models.TextField(_("交代"), blank=True)
    going = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("交班人"))
    going_name = models.CharField(max_length=60)
    signed_at = models.DateTimeField(_("交班时间"))
    coming = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("接班人"))
    coming_name = models.CharField(max_length=60, blank=True)
    coming_words = models.TextField(_("接班意见"), blank=True)
    accepted_at = models.DateTimeField(_("接班时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("交接班")
        ordering = ["-signed_at", "-id"]
        indexes = [models.Index(fields=["role", "organisation", "-signed_at"], name="handover_of_post")]
        constraints = [models.CheckConstraint(condition=Q(accepted_at=None, coming=None) | Q(accepted_at__isnull=False, coming__isnull=False), name="accepted_by_somebody")]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.signed_at:%F %T}"
