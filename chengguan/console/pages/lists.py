"""How a case is shown in a list: its light in a word, the time left as a bar, who has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases import selectors
from chengguan.cases.models import Case
from chengguan.cases.selectors.casefiles import in_words
from chengguan.cases.workflow import DESK_OF, FINAL, STATES, WITH_DEPARTMENT

LIGHTS = {"red": gettext_lazy("超期"), "yellow": gettext_lazy("将到期"), "green": gettext_lazy("正常"), "grey": gettext_lazy("不计时")}
"""Three lights and none. An overdue stage of the desk is called 超时, an overdue handling 超期."""


@dataclass(frozen=True)
class Row:
    """One line of a work list."""

    case: Case
    light: str
    light_word: str
    left: str
    percent: int
    holder: str
    holder_more: str


def light_word(light: str, state: str) -> str:
    if light == "red" and state not in WITH_DEPARTMENT:
        return _("超时")
    return str(LIGHTS[light])


def span(seconds: float | None) -> str:
    """A length of time in the two units that matter: 3 天 4 小时, 12 分 05 秒 is 12 分."""
    if seconds is None:
        return "—"
    return in_words(timedelta(seconds=abs(seconds)))


def left_words(deadline: datetime | None, now: datetime) -> str:
    if deadline is None:
        return _("不计时")
    seconds = (deadline - now).total_seconds()
    return (_("余 %(time)s") if seconds > 0 else _("超 %(time)s")) % {"time": span(seconds)}


def holder(case: Case, role_names: dict[str, Any]) -> tuple[str, str]:
    """Whose move it is: a person, an organisation or a post of the centre."""
    if case.state in FINAL:
        return _("已结束"), ""
    if case.state in ("confirming", "verifying") and case.inspector:
        return case.inspector.name, _("信息采集员")
    if case.state in (*WITH_DEPARTMENT, "suspended") and case.department:
        return str(case.department), str(case.crew) if case.crew else ""
    return str(role_names.get(DESK_OF.get(case.state, "")) or _(STATES[case.state])), ""


def row_of(case: Case, role_names: dict[str, Any], now: datetime | None = None) -> Row:
    """The line of a case that a work list gave."""
    now = now or timezone.now()
    light = selectors.light_of(case, now)
    who, more = holder(case, role_names)
    return Row(case, light, light_word(light, case.state), left_words(case.deadline, now), case.percent, who, more)  # type: ignore[attr-defined]
