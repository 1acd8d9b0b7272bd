"""How a case is shown in a list: its light in a word, the time left as a bar, who has it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases import selectors
from chengguan.cases.models import SOURCES, Case, Request
from chengguan.cases.selectors.levels import lies_with_township
from chengguan.cases.selectors.marks import Mark
from chengguan.cases.words import in_words
from chengguan.cases.workflow import DESK_OF, FINAL, STATES, WITH_DEPARTMENT

LIGHTS = {"red": gettext_lazy("超时"), "yellow": gettext_lazy("将到期"), "green": gettext_lazy("正常"), "grey": gettext_lazy("不计时")}
OVERDUE = gettext_lazy("超期")
"""Three lights and none. A desk's stage that is late is called 超时, a department's handling 超期: see `late_word`."""
REQUESTS = {kind for kind, _name in Request.KINDS}
HANDLED = (*WITH_DEPARTMENT, "suspended")


class Row(TypedDict):
    """One line of a work list, as words: a template that asks a case for them, fifty times a page, takes longer than all queries. A
    dictionary, because a template looks for a key first."""

    key: str
    version: str
    url: str
    number: str
    reported: str
    matter: str
    description: str
    address: str
    area: str
    source: str
    state: str
    urgent: bool
    light: str
    light_word: str
    red: bool
    left: str
    until: str
    percent: str
    holder: str
    holder_more: str
    marks: Sequence[Mark]
    asked: Sequence[Mark]  # of these the requests that wait to be decided
    unread: bool
    moves: str  # the plain moves that its state lets it take


def late_word(states: Iterable[str]) -> str:
    """What being late is called in these states: by clerks' use 超时 at the desk, 超期 with a department, both when mixed."""
    found = {str(OVERDUE if state in HANDLED else LIGHTS["red"]) for state in states}
    return " / ".join(sorted(found)) or str(LIGHTS["red"])


def light_word(light: str, state: str) -> str:
    return late_word([state]) if light == "red" else str(LIGHTS[light])


def span(seconds: float | None) -> str:
    """A length of time in the two units that matter: 3 天 4 小时, 12 分 05 秒 is 12 分."""
    if seconds is None:
        return "—"
    return in_words(timedelta(seconds=abs(seconds)))


def until_words(deadline: datetime | None) -> str:
    """The moment itself, for whoever wants it beside what is left."""
    return _("时限到 %s") % f"{timezone.localtime(deadline):%m-%d %H:%M}" if deadline else ""


def holder(case: Case, role_names: dict[str, Any]) -> tuple[str, str]:
    """Whose move it is: a person, an organisation or a post of the centre."""
    if case.state in FINAL:
        return _("已结束"), ""
    if case.state in ("confirming", "verifying") and case.inspector:
        return case.inspector.name, _("信息采集员")
    if case.state in HANDLED and case.department:
        return str(case.department), str(case.crew) if case.crew else ""
    if case.level == "township" and case.township and lies_with_township(case, selectors.settings()):
        return case.township.name, str(role_names.get("township", ""))
    return str(role_names.get(DESK_OF.get(case.state, "")) or _(STATES[case.state])), ""


def rows_of(
    cases: Iterable[Case], role_names: dict[str, Any], now: datetime | None = None, *, unread: Collection[int] = (), moves: Mapping[str, str] | None = None
) -> list[Row]:
    """The lines of cases that a work list gave; `unread` by key, `moves` by state."""
    now, moves = now or timezone.now(), moves or {}
    sources = {slug: str(name) for slug, name in SOURCES}
    states = {slug: _(name) for slug, name in STATES.items()}
    unclassified = _("尚未分类")
    address = reverse("case", args=[0])[:-1]
    return [
        _row_of(case, role_names, now, f"{address}{case.pk}", sources, states, unclassified, case.pk in unread, moves.get(case.state, ""))
        for case in cases
    ]


def _row_of(
    case: Case, role_names: dict[str, Any], now: datetime, url: str, sources: dict[str, str], states: dict[str, str], unclassified: str,
    unread: bool, moves: str,
) -> Row:  # fmt: skip
    light = selectors.light_of(case, now)
    who, more = holder(case, role_names)
    marks: Sequence[Mark] = getattr(case, "marks", ())
    return Row(
        key=str(case.pk), version=str(case.version), url=url, number=case.number or case.register_number,
        reported=f"{timezone.localtime(case.reported_at):%m-%d %H:%M}", matter=case.matter_name or unclassified,
        description=case.description or "—", address=case.address or "—",
        area=" · ".join(each.name for each in (case.township, case.community) if each), source=sources.get(case.source, case.source),
        state=states[case.state], urgent=case.urgent, light=light, light_word=light_word(light, case.state), red=light == "red",
        left=case.left, until=until_words(case.deadline), percent=str(case.percent),  # type: ignore[attr-defined]
        holder=who, holder_more=more, marks=[mark for mark in marks if mark.slug not in REQUESTS and mark.slug != "urgent"],
        asked=[mark for mark in marks if mark.slug in REQUESTS], unread=unread, moves=moves,
    )  # fmt: skip
