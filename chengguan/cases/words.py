"""Limits as the reader says them: the tables of standards are plain Chinese."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def limit_words(value: float, clock: str) -> str:
    """2, "urgent_hour" -> "2 紧急工作时", or "2 urgent hours"."""
    n = 1 if value == 1 else 2
    words = {
        "minute": ngettext("%(n)s 分钟", "%(n)s 分钟", n),
        "urgent_hour": ngettext("%(n)s 紧急工作时", "%(n)s 紧急工作时", n),
        "urgent_day": ngettext("%(n)s 紧急工作日", "%(n)s 紧急工作日", n),
        "work_hour": ngettext("%(n)s 工作时", "%(n)s 工作时", n),
        "work_day": ngettext("%(n)s 工作日", "%(n)s 工作日", n),
        "natural_day": ngettext("%(n)s 自然日", "%(n)s 自然日", n),
    }
    return words[clock] % {"n": f"{value:g}"}


def own_limit_words(value: dict[str, Any] | None) -> str:
    """What a county said of a condition, as a change keeps it."""
    if value is None:
        return _("无")
    limit, verify = value["limit"], value["verify"]
    said = limit_words(*limit) if limit else _("按清单")
    return _("%(limit)s，核查 %(verify)s") % {"limit": said, "verify": limit_words(*verify)} if verify else said
