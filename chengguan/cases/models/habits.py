"""What the platform remembers of each person at the desk: the classes they used, the cases they have opened."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class UsedClass(models.Model):
    """A class this person gave to a case, and when last: it is offered first the next time."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    matter_code = models.CharField(max_length=5)
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("用过的类别")
        constraints = [models.UniqueConstraint(fields=["account", "matter_code"], name="used_class_once")]
        indexes = [models.Index(fields=["account", "-used_at"], name="used_class_lately")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.matter_code}"


class Opened(models.Model):
    """When this person last looked at a case. Of an ended case it is forgotten at night."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("看过的案件")
        constraints = [models.UniqueConstraint(fields=["account", "case"], name="opened_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.case_id}"
