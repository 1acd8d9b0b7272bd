"""The world of the cases' tests, and histories written by hand: what counts is read from steps, so steps are what is made."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from chengguan.cases import workflow
from chengguan.cases.models import Case, Clock, Dispatch, Step, Task
from chengguan.cases.tests.conftest import NOW, World, _founded, lasting, world
from chengguan.evaluation import services
from chengguan.evaluation.models import MissedReport, Sample, SpotCheck
from chengguan.evaluation.selectors import Question, period

__all__ = ["World", "_founded", "lasting", "world"]

MONTH = period("month", date(2026, 11, 1))
LATE, ON_TIME = {"overdue": True}, {"overdue": False}


def month(**more: Any) -> Question:
    return Question(MONTH, NOW, **more)


def history(
    world: World,
    state: str,
    *steps: str | tuple[str, dict[str, Any]],
    sent: tuple[Any, ...] = (),
    task: dict[str, Any] | None = None,
    verdict: str = "",
    missed: str = "",
    handling_deadline_in: timedelta | None = None,
    **facts: Any,
) -> Case:
    """A case in `state` with these steps, a minute apart, and its facts derived. `sent`: the main departments in turn."""
    case = world.case(state, **facts)
    at = NOW - timedelta(minutes=40)
    for number, department in enumerate(sent):
        ended = at + timedelta(minutes=number + 1) if number + 1 < len(sent) else None
        Dispatch.objects.create(case=case, department=department, part="main", sent_at=at + timedelta(minutes=number), ended_at=ended)
    for number, each in enumerate(steps):
        action, more = each if isinstance(each, tuple) else (each, {})
        role = more.get("role") or next(row.who[0] for row in workflow.TABLE if row.action == action)
        moment = at + timedelta(minutes=number + 1, seconds=-1)
        Step.objects.create(
            **({"case": case, "from_state": "", "to_state": state, "action": action, "role": role, "who": world.accounts[role],
                "who_name": role, "received_at": moment, "acted_at": moment} | more),
        )  # fmt: skip
    if task is not None:
        Task.objects.create(**({"case": case, "account": world.accounts["inspector"], "sent_at": at, "due": NOW} | task))
    if verdict:
        sample = Sample.objects.create(seed=1, start=MONTH.start, end=MONTH.end, wanted="1", population=1, drawn_at=NOW)
        SpotCheck.objects.create(
            sample=sample, case=case, inspector=world.accounts["inspector"], assigned_to=world.accounts["evaluator"],
            verdict=verdict if verdict != "waits" else "", judged_at=NOW,
        )  # fmt: skip
    if missed:
        inspector = world.accounts["inspector"] if missed == "missed" else None
        MissedReport.objects.create(case=case, inspector=inspector, verdict=missed, judged_at=NOW)
    if handling_deadline_in is not None:
        Clock.objects.filter(case=case, kind="handling").update(deadline=NOW + handling_deadline_in)
    services.refresh([case.pk])
    return case
