"""Limits and lengths of time as the reader says them: the tables of standards are plain Chinese.

What a clock has used or left is said in the time that the clock counts: 1 工作日 3 工作时 of a working clock, 2 天 3 小时 of one
that elapses. The heading, the lists, the panel of clocks and the phone say it by the same words.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from chengguan.cases.timing import WORKING

_CLOCKS = {
    "受理": pgettext_lazy("clock", "受理"), "立案": pgettext_lazy("clock", "立案"), "派遣": pgettext_lazy("clock", "派遣"), "处置": pgettext_lazy("clock", "处置"),
    "批转": pgettext_lazy("clock", "批转"), "发核实": pgettext_lazy("clock", "发核实"), "发核查": pgettext_lazy("clock", "发核查"), "核查批转": pgettext_lazy("clock", "核查批转"),
    "结案": pgettext_lazy("clock", "结案"), "核实": pgettext_lazy("clock", "核实"), "核查": pgettext_lazy("clock", "核查"),
    "督办回复": pgettext_lazy("clock", "督办回复"), "回访": pgettext_lazy("clock", "回访"),
}  # fmt: skip
"""What a clock measures is a thing, where the action of the same name is a deed: 受理 is the acceptance here, and to accept there."""


def clock_name(stage: str) -> str:
    """The name of the clock that runs in this stage, in the reader's words; the stage itself where it has none."""
    return _(str(_CLOCKS.get(stage, stage))) if stage else ""


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


def in_words(span: timedelta) -> str:
    """Elapsed: 3 天 4 小时, 2 小时 5 分, 12 分, 8 秒."""
    seconds = round(span.total_seconds())
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        return _("%(d)d 天 %(h)d 小时") % {"d": days, "h": hours} if hours else _("%(d)d 天") % {"d": days}
    if hours:
        return _("%(h)d 小时 %(m)d 分") % {"h": hours, "m": minutes} if minutes else _("%(h)d 小时") % {"h": hours}
    return _("%(m)d 分") % {"m": minutes} if minutes else _("%(s)d 秒") % {"s": seconds}


def clock_words(seconds: float, clock: str, day_seconds: float) -> str:
    """As a clock of that kind counts it; `day_seconds` is how long a working day lasts."""
    if clock not in WORKING or day_seconds <= 0:
        return in_words(timedelta(seconds=abs(seconds)))
    whole = round(abs(seconds))
    days, rest = divmod(whole, round(day_seconds))
    hours, minutes = rest // 3600, rest % 3600 // 60
    said = [limit_words(days, "work_day")] if days else []
    if hours:
        said.append(limit_words(hours, "work_hour"))
    if minutes and not days:
        said.append(_("%(m)d 分") % {"m": minutes})
    if not said:
        return _("工作时间不到 1 分")
    return " ".join(said) if days or hours else _("工作时间 %(time)s") % {"time": said[0]}


def left_words(seconds: float, clock: str, day_seconds: float) -> str:
    """余 1 工作日 3 工作时, or 超 2 小时 5 分 of a deadline that is past."""
    if seconds < 0:
        return _("超 %(time)s") % {"time": clock_words(seconds, clock, day_seconds)}
    return _("余 %(time)s") % {"time": clock_words(seconds, clock, day_seconds)}
