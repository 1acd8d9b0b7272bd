"""What the page of a case shows, made ready for the template: clocks, timeline, pairs of photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import selectors, workflow
from chengguan.cases.models import Case, Clock, Step
from chengguan.cases.selectors import stages
from chengguan.cases.selectors.handed_out import forms_of
from chengguan.cases.words import clock_name, clock_words, limit_words
from chengguan.console.pages.case_beside import beside_of, facts_of
from chengguan.console.pages.lists import late_word, light_word, span, until_words
from chengguan.people.roles import ROLES
from chengguan.people.selectors import Who
from chengguan.surveys.selectors import findings


@dataclass(frozen=True)
class Moment:
    """One step of the timeline."""

    step: Step
    name: str
    role: str
    moved: str
    stage: str
    used: str
    limit: str
    late: str
    photos: list[Any]
    facts: list[str]


@dataclass(frozen=True)
class Running:
    """A clock as it is shown."""

    clock: Clock
    name: str
    light: str
    percent: int
    used: str
    left: str
    state: str
    overdue: bool


def last_step(case: Case) -> Step | None:
    return Step.objects.filter(case=case).order_by("-id").first()


def last_words(case: Case) -> dict[str, str]:
    step = last_step(case)
    return {
        "who": f"“{step.who_name}”" if step else "",
        "action": step.action_name if step else "",
        "state": case.get_state_display(),
    }


def view_of(file: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Everything of a case file that the template draws."""
    case: Case = file["case"]
    light: str = case.light  # type: ignore[attr-defined]
    photos = list(file["photos"])
    steps = list(file["steps"])
    return {
        "light": light,
        "light_word": light_word(light, case.state),
        "left": case.left,  # type: ignore[attr-defined]
        "until": until_words(case.deadline),
        "percent": case.percent,  # type: ignore[attr-defined]
        "six": _six_steps(case),
        "timeline": [_moment(step, [photo for photo in photos if photo.step_id == step.pk], file["clocks"]) for step in steps],
        "clocks": [_running(clock) for clock in file["clocks"]],
        "before": [photo for photo in photos if photo.kind in ("report", "before", "confirm")],
        "after": [photo for photo in photos if photo.kind in ("after", "verify")],
        "reports": file["reports"],
        "alarms": file["alarms"],
        "requests": file["requests"],
        **beside_of(file, now),
        "dispatches": file["dispatches"],
        "linked": file["linked"],
        "merged": file["merged"],
        "earlier": file["earlier"][:5],
        "caller": file["caller"][:5],
        "condition": file["condition"],
        "condition_limit": _limits(case, file["condition"]) if file["condition"] else "",
        "sees_reporter": file["sees_reporter"],
        "forms": forms_of(steps),
        "took": _took(file["durations"]),
    }


def beside(who: Who, case: Case, actions: list[selectors.Action]) -> dict[str, Any]:
    """What else there is at this place: possible duplicates side by side, how often it came back, and the survey that found it."""
    times, days = selectors.times_here(who, case)
    now = timezone.now()
    return {
        "near": [
            {"case": each.case, "metres": each.metres, "photo": each.photo, "age": span((now - each.case.reported_at).total_seconds())}
            for each in selectors.near_of(who, case)
        ],
        "may_merge": any(action.slug == "merge" for action in actions),
        "times_here": times,
        "recurrence_days": days,
        "finding": findings(who).select_related("survey").filter(case=case).first() if case.source == "survey" else None,
    }


def _limits(case: Case, condition: Any) -> str:
    """The limit of a filing condition, or those of the case's stretches one after another."""
    return stages.in_words(stages.parts_for(case)) or limit_words(condition.limit, condition.clock)


def _six_steps(case: Case) -> list[dict[str, str]]:
    at = case.step
    return [{"name": _(name), "mark": "done" if i < at else "now" if i == at else ""} for i, name in enumerate(workflow.SIX_STEPS)]


def _moment(step: Step, photos: list[Any], clocks: list[Any]) -> Moment:
    role = ROLES.get(step.role)
    moved = "" if step.from_state == step.to_state else _(workflow.STATES.get(step.to_state, ""))
    limit = until_words(step.stage_deadline)
    name = str(role.name) if role else _("市民") if step.role == "citizen" else _("系统")
    return Moment(step, step.action_name, "" if name == step.who_name else name, moved, clock_name(step.stage), _used(step, clocks), limit, late_word([step.from_state]), photos, facts_of(step))


def _used(step: Step, clocks: list[Any]) -> str:
    """What the step took of its stage, in the time that the stage's clock counts."""
    ran = [clock for clock in clocks if clock.stage == step.stage and clock.kind != "handling_turn" and clock.started_at <= step.acted_at]
    if not step.used_s:
        return ""
    return clock_words(step.used_s, ran[-1].limit_clock, ran[-1].day_s) if ran else span(step.used_s)


def _running(clock: Any) -> Running:
    paused = clock.paused_at is not None and clock.ended_at is None
    state = _("已结束") if clock.ended_at is not None else _("已停表") if paused else _("走时中")
    if clock.deadline and clock.ended_at is None:
        state = until_words(clock.deadline)
    name = clock_name(clock.stage)
    name += f" · {clock.get_kind_display()}" if clock.kind == "handling_turn" else ""
    name += f" · {_(clock.part)}" if clock.part else ""
    percent = max(2, min(100, round(clock.share * 100)))
    return Running(clock, name, clock.light, percent, clock.used, clock.left, state, clock.late)


def _took(durations: dict[str, float | None]) -> list[tuple[str, str]]:
    names = {"discover": _("发现"), "file": _("立案"), "handle": _("处置"), "close": _("结案"), "whole": _("全程")}
    return [(words, span(durations[key])) for key, words in names.items() if durations.get(key) is not None]
