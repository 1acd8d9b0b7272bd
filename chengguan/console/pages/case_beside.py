"""What the page of a case shows beside its stage: consultation, notices 督办, helpers, stretches of a staged limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.fields import FIELDS
from chengguan.cases.models import Request, Step, Task
from chengguan.cases.models.case import LEVELS as CASE_LEVELS
from chengguan.cases.selectors.distance import spoken
from chengguan.cases.selectors.ladders import posts_in_words
from chengguan.cases.words import limit_words
from chengguan.people.roles import name_of

LEVELS, KINDS = dict(FIELDS["level"].options), dict(FIELDS["urge_kind"].options)


@dataclass(frozen=True)
class Urged:
    """A notice and its answer."""

    task: Task
    level_name: str
    kind_name: str
    whom: str
    result: str
    late: bool


@dataclass(frozen=True)
class Stretch:
    """A stretch of a staged limit as it is drawn."""

    name: str
    limit: str
    state: str
    words: str
    late: bool
    clock: Any = None
    light: str = ""
    percent: int = 0
    used: str = ""
    left: str = ""
    until: str = ""
    paused: bool = False


def beside_of(file: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The pieces of a case file that beside.html and stretches.html draw."""
    tasks: list[Task] = file["tasks"]
    for task in tasks:
        task.late = is_late(task, now)  # type: ignore[attr-defined]
    consults = [task for task in tasks if task.kind == "consult"]
    consult = consults[-1] if consults else None
    return {
        "tasks": [task for task in tasks if task.done_at is None and task.kind in ("confirm", "verify", "handle", "follow_up")],
        "owed": file["owed"],
        "consult": consult,
        "opinions": [task for task in tasks if task.kind == "opinion" and consult and task.sent_at == consult.sent_at],
        "urged": [urged_of(task, now) for task in reversed(tasks) if task.kind == "reply"],
        "helpers": [task for task in tasks if task.kind == "help" and task.result != "已转出"],
        "stretches": [_drawn(each) for each in file["stretches"]],
        "waiting": [asked_of(each, file["steps"]) for each in file["requests"] if each.state == "waiting"],
        "still": standing_still(file),
        "recurred": _recurred(file["steps"]),
        "marks": file["marks"],
    }


def is_late(task: Task, now: datetime) -> bool:
    """Not answered in time: not yet, or too late."""
    return task.due is not None and (task.done_at or now) > task.due


def urged_of(task: Task, now: datetime) -> Urged:
    whom = str(task.organisation or (name_of(task.role) if task.role else "—"))
    level, kind = LEVELS.get(task.level, ""), KINDS.get(task.urge_kind, "")
    return Urged(task, _(level) if level else "", _(kind) if kind else "", whom, _(task.result) if task.result else "", is_late(task, now))


def _recurred(steps: list[Step]) -> list[Step]:
    """What came again since the case was closed; a case opened again has taken it up."""
    opened = max((step.pk for step in steps if step.action == "reopen"), default=0)
    return [step for step in steps if step.action == "recur" and step.pk > opened]


def _drawn(each: Any) -> Stretch:
    clock = each.clock
    limit = limit_words(each.part.limit.value, each.part.limit.clock)
    if clock is None:
        words = {"done": _("已完成"), "now": _("进行中"), "ahead": _("未开始")}[each.state]
        return Stretch(_(each.part.name), limit, each.state, words, False)
    over = clock.ended_at is not None
    words = (_("逾期完成") if each.late else _("按期完成")) if over else _("已停表") if clock.paused_at else _("超期") if each.late else _("进行中")
    until = f"{timezone.localtime(clock.deadline):%m-%d %H:%M}" if clock.deadline else ""
    percent = max(2, min(100, round(clock.share * 100)))
    return Stretch(_(each.part.name), limit, each.state, words, each.late, clock, clock.light, percent, clock.used, clock.left, until, clock.paused_at is not None)


SHOWN_FACTS = ("true", "passed", "metres", "far", "satisfaction", "urge_kind", "level", "reason_code", "until", "extended_to", "due", "part", "next_part", "before", "after", "late", "now_level", "lapsed")


def facts_of(step: Step) -> list[str]:
    """What a step says besides its words: the result of a visit, a level, a date."""
    found = []
    names = {"due": _("答复时限"), "part": _("完成"), "next_part": _("进入"), "before": _("原为"), "after": _("改为")}
    for name in SHOWN_FACTS:
        value = step.given.get(name)
        if value in (None, "", []) or (name == "until" and step.given.get("due")):
            continue
        if name == "now_level":
            found.append(_("改由%(level)s办") % {"level": dict(CASE_LEVELS)[value]})
        elif name == "lapsed":
            found += [_("%(asked)s随之失效") % {"asked": _(workflow.ACTIONS[f"ask_{kind}"])} for kind in value]
        elif name == "late":
            found += [_("逾期回复")] if value else []
        elif name == "metres":
            found.append(_("距现场 %(away)s") % {"away": spoken(value)})
        elif name in ("until", "extended_to", "due"):
            when = datetime.fromisoformat(value)
            found.append(f"{names.get(name) or _(FIELDS[name].label)} {timezone.localtime(when):%Y-%m-%d %H:%M}")
        elif name in names:
            found.append(f"{names[name]} “{_(value)}”")
        else:
            label = dict(FIELDS[name].options).get(str(value), str(value))
            found.append(_(label))
    return found


REVIEWED = ("suspend", "appeal")
"""Requests that are looked at once before they are decided."""


@dataclass(frozen=True)
class Asked:
    """A request with what is asked for in words, and what its first review said."""

    request: Request
    wanted: list[str]
    review: Step | None
    stands: str
    by: list[str]


def asked_of(request: Request, steps: list[Step]) -> Asked:
    said = [step for step in steps if step.action == f"review_{request.kind}" and step.acted_at >= request.asked_at]
    stands = (_("初审已过，待终审") if request.reviewed_at else _("待初审")) if request.kind in REVIEWED and request.state == "waiting" else ""
    return Asked(request, wanted_of(request), said[-1] if said else None, stands, who_says(request))


def who_says(request: Request) -> list[str]:
    """Whose word it waits for: of the first review, where it still comes, and of the decision, by the county's ladder or by the table."""
    first = _posts(f"review_{request.kind}") if request.kind in REVIEWED and not request.reviewed_at else ""
    last = request.decided_by_posts or _posts(f"grant_{request.kind}")
    return [words % {"posts": posts} for words, posts in ((_("由%(posts)s初审"), first), (_("由%(posts)s审批"), last)) if posts]


def _posts(action: str) -> str:
    return posts_in_words(dict.fromkeys(role for row in workflow.TABLE if row.action == action for role in row.who))


def wanted_of(request: Request) -> list[str]:
    """Until when a limit is to reach, or until when and for what cause a case is to stand still."""
    found = []
    if until := request.asked_until:
        found.append(_("到 %(until)s") % {"until": f"{timezone.localtime(until):%Y-%m-%d %H:%M}"})
    if code := request.details.get("reason_code"):
        found.append(_(dict(FIELDS["reason_code"].options).get(code, code)))
    return found


def standing_still(file: dict[str, Any]) -> Request | None:
    """The request for which a suspended case stands still."""
    granted = [each for each in file["requests"] if each.kind == "suspend" and each.state == "granted"]
    return granted[-1] if granted and file["case"].state == "suspended" else None
