"""The case file to hand out: as data with everything in it, and what a printed form says.

Who may not see the reporter gets no reporter: neither the name nor the telephone, in no report, form or file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengguan.cases.models import Case, Step
from chengguan.cases.selectors.casefiles import case_file
from chengguan.people.selectors import Who

SCHEMA = "chengguan.case-file/1"
"""Described in docs/reference/case-file.md; a field that changes its meaning makes it /2."""
PLAIN = (
    "number", "register_number", "state", "kind", "source", "code_set", "matter_code", "matter_name", "condition_key", "address",
    "description", "urgent", "occurred_at", "reported_at", "accepted_at", "filed_at", "dispatched_at", "received_at", "reported_back_at",
    "verified_at", "closed_at", "archived_at", "deadline", "handling_deadline", "handling_overdue", "suspended_until", "found_done",
    "proof", "closing_note", "satisfaction", "reply_wanted", "secret", "forced", "exempt", "rework_count", "return_count", "extend_count", "urge_count", "synthetic",
)  # fmt: skip
OF_REPORTER = ("reporter_name", "reporter_phone")


def as_data(who: Who, case_id: int, now: datetime | None = None) -> dict[str, Any]:
    """Everything of one case, ready for JSON. Case.DoesNotExist when it is not this person's to see."""
    file = case_file(who, case_id, now or timezone.now())
    case: Case = file["case"]
    shown = OF_REPORTER if file["sees_reporter"] else ()
    condition = file["condition"]
    return {
        "schema": SCHEMA,
        "case": _row(case, *PLAIN, *shown) | {
            "state_name": case.get_state_display(),
            "source_name": case.get_source_display(),
            "position": [case.point.x, case.point.y] if case.point else None,
            "unit_grid": case.unit_grid.code if case.unit_grid else None,
            "community": _area(case.community),
            "township": _area(case.township),
            "component": {"code": case.component.code, "name": case.component.name} if case.component else None,
            "department": _name(case.department),
            "crew": _name(case.crew),
            "inspector": case.inspector.name if case.inspector else None,
            "condition": {"text": condition.text, "closing": condition.closing} if condition else None,
            "linked_to": str(case.linked_to) if case.linked_to else None,
            "merged_into": str(case.merged_into) if case.merged_into else None,
            "merged": [str(each) for each in file["merged"]],
            "linked": [str(each) for each in file["linked"]],
        },
        "reports": [
            _row(each, "source", "arrived_at", "occurred_at", "matter_code", "description", "address", *(OF_REPORTER if each.reporter_shown else ()))
            for each in file["reports"]
        ],
        "steps": [
            _row(
                each, "id", "action", "from_state", "to_state", "opinion", "who_name", "organisation_name", "role", "receiver", "received_at",
                "acted_at", "used_s", "whole_s", "stage", "stage_deadline", "overdue",
            ) | {"action_name": each.action_name, **_whom(each, file["sees_reporter"]), "photos": [photo.attachment.sha256 for photo in file["photos"] if photo.step_id == each.pk]}
            for each in file["steps"]
        ],
        "clocks": [
            _row(
                each, "kind", "stage", "started_at", "ended_at", "paused_at", "pauses", "limit_value", "limit_clock", "extensions", "used_s",
                "deadline", "overdue",
            ) | {"department": _name(each.department)}
            for each in file["clocks"]
        ],
        "requests": [
            _row(each, "kind", "state", "reason", "asked_at", "reviewed_at", "decided_at", "answer")
            | {"asked_by": each.asked_by.name if each.asked_by else None, "decided_by": each.decided_by.name if each.decided_by else None}
            for each in file["requests"]
        ],
        "tasks": [
            _row(each, "kind", "words", "level", "sent_at", "due", "done_at", "result", "reply")
            | {"account": each.account.name if each.account else None, "organisation": _name(each.organisation)}
            for each in file["tasks"]
        ],
        "dispatches": [_row(each, "part", "sent_at", "ended_at") | {"department": _name(each.department)} for each in file["dispatches"]],
        "alarms": [{"name": each.name, "text": each.text, "device": each.device.key if each.device else None} for each in file["alarms"]],
        "photos": [
            _row(each, "kind", "viewpoint") | _row(each.attachment, "sha256", "content_type", "size", "taken_at")
            | {"step": each.step_id, "file": photo_name(each)}
            for each in file["photos"]
        ],
        "elapsed_s": file["durations"],
    }  # fmt: skip


def photo_name(photo: Any) -> str:
    """Where the zip keeps it."""
    return f"photos/{photo.pk}-{photo.kind}.{photo.attachment.content_type.rpartition('/')[2] or 'bin'}"


def _row(obj: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(obj, name) for name in names}


def _whom(step: Step, sees_reporter: bool) -> dict[str, str]:
    """Who took a step; a citizen's name is the reporter's."""
    return {"who_name": step.who_name if sees_reporter or step.role != "citizen" else ""}


def _name(organisation: Any) -> str | None:
    return organisation.name if organisation else None


def _area(area: Any) -> dict[str, str] | None:
    return {"code": area.code, "name": area.name} if area else None


@dataclass(frozen=True)
class Form:
    """A sheet of the case's course. It is drawn from the last step of `actions`; a case without one has no such sheet."""

    slug: str
    name: Any
    actions: tuple[str, ...]
    photos: tuple[str, ...] = ()
    limit: bool = False


FORMS: dict[str, Form] = {
    each.slug: each
    for each in (
        Form("registration", _("问题登记单"), ("register", "self_handle"), ("report",)),
        Form("confirmation", _("问题核实单"), ("send_to_confirm",), ("report",)),
        Form("confirmation-reply", _("问题反馈单"), ("confirm",), ("confirm",)),
        Form("filing", _("问题立案单"), ("file",), ("report", "confirm")),
        Form("dispatch", _("任务分派单"), ("dispatch", "dispatch_first", "redirect", "fix_responsibility"), ("report", "confirm"), limit=True),
        Form("report-back", _("任务反馈单"), ("report_back",), ("before", "after"), limit=True),
        Form("verification", _("结果核查单"), ("send_to_verify",), ("after",)),
        Form("verification-reply", _("结果反馈单"), ("verify",), ("verify",)),
    )
}


def step_of(form: Form, steps: list[Step]) -> Step | None:
    return next((step for step in reversed(steps) if step.action in form.actions), None)


def forms_of(steps: list[Step]) -> list[Form]:
    """The sheets this case has by now, in the order of its course."""
    return [form for form in FORMS.values() if step_of(form, steps)]


