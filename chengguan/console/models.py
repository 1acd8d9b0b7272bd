"""What a person keeps for their own desk."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

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
