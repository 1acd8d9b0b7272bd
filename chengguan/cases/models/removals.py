"""What was taken out of the case files, or taken out whole: the register that stays. The database lets nobody change or delete a step or a
report unless such a record names its case (migrations 0013, 0019), and then only taken from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Removal(models.Model):
    """One case, once for each kind: appended, never edited."""

    KINDS = [("withdrawn", _("接管撤回")), ("anonymised", _("举报人信息隐去")), ("disposed", _("到期销毁"))]

    kind = models.CharField(max_length=12, choices=KINDS)
    case_key = models.BigIntegerField()
    """The case's id, also when the case itself is gone."""
    number = models.CharField(max_length=24)
    what = models.CharField(max_length=200)
    why = models.CharField(max_length=300)
    at = models.DateTimeField()
    account = models.ForeignKey("people.Account", models.PROTECT, null=True, blank=True, related_name="+")
    who = models.CharField(max_length=80)
    second = models.CharField(max_length=80, blank=True)
    """Who proposed it, where two persons are needed."""

    class Meta:
        verbose_name = verbose_name_plural = _("清除登记")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["case_key", "kind"], name="removed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
