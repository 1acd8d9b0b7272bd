"""Cases over HTTP, for the platform's own people: what waits, one case with its file, and the moves of the table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import django_auth

from chengguan.cases import selectors, services
from chengguan.cases.fields import FIELDS
from chengguan.cases.models import Case
from chengguan.people.selectors import Who
from chengguan.people.typed import can_be_stored

router = Router(auth=django_auth)


class CaseRow(Schema):
    id: int
    number: str | None
    register_number: str
    state: str
    state_name: str
    source: str
    matter_code: str
    matter_name: str
    address: str
    urgent: bool
    lon: float | None
    lat: float | None
    reported_at: datetime
    deadline: datetime | None
    light: str
    department: str
    version: int

    @staticmethod
    def resolve_state_name(case: Case) -> str:
        return case.get_state_display()

    @staticmethod
    def resolve_lon(case: Case) -> float | None:
        return case.point.x if case.point else None

    @staticmethod
    def resolve_lat(case: Case) -> float | None:
        return case.point.y if case.point else None

    @staticmethod
    def resolve_department(case: Case) -> str:
        return str(case.department) if case.department else ""


class CasePage(Schema):
    cases: list[CaseRow]
    after: str | None


class StepRow(Schema):
    action: str
    action_name: str
    from_state: str
    to_state: str
    who_name: str
    role: str
    organisation_name: str
    opinion: str
    receiver: str
    received_at: datetime
    acted_at: datetime
    used_s: float
    stage_deadline: datetime | None
    overdue: bool


class ActionRow(Schema):
    slug: str
    name: str
    main: bool
    fields: list[dict[str, Any]]


class CaseDetail(Schema):
    case: CaseRow
    description: str
    condition: str
    closing_condition: str
    steps: list[StepRow]
    actions: list[ActionRow]


class Move(Schema):
    version: int | None = None
    given: dict[str, Any] = {}


def _who(request: HttpRequest) -> Who:
    who: Who = getattr(request, "who", None)  # type: ignore[assignment]
    if who is None or who.is_anonymous:
        raise HttpError(401, _("请先登录"))
    return who


def _case(who: Who, case_id: int) -> Case:
    try:
        return selectors.visible(who).get(pk=case_id)
    except Case.DoesNotExist:
        raise HttpError(404, _("没有这个案件，或者它不在您的范围内。")) from None


@router.get("", response=CasePage, url_name="cases", summary="What waits for me, by deadline")
def list_cases(
    request: HttpRequest, post: str = "", light: str = "", state: str = "", text: str = "", after: str = "", size: int = 50
) -> Any:
    page = selectors.worklist(_who(request), post=post, light=light, state=state, text=text, after=after, size=min(max(size, 1), 200), also=("point",))
    return {"cases": page.cases, "after": page.after}


@router.get("/{case_id}", response=CaseDetail, url_name="case", summary="One case, its steps, and what may be done now")
def one_case(request: HttpRequest, case_id: int) -> Any:
    who = _who(request)
    case = _case(who, case_id)
    file = selectors.case_file(who, case.pk)
    condition = file["condition"]
    return {
        "case": file["case"],
        "description": file["case"].description,
        "condition": condition.text if condition else "",
        "closing_condition": condition.closing if condition else "",
        "steps": file["steps"],
        "actions": [
            {"slug": each.slug, "name": each.name, "main": each.main, "fields": [vars(field) for field in each.fields]}
            for each in selectors.actions_for(who, file["case"])
        ],
    }


@router.post("/{case_id}/{action}", response={200: StepRow, 409: dict, 422: dict}, url_name="case_act", summary="Take one step of the state table")
def act(request: HttpRequest, case_id: int, action: str, move: Move) -> Any:
    who = _who(request)
    case = _case(who, case_id)
    if not can_be_stored(move.given):
        return Status(422, {"detail": _("有不能保存的字符。"), "field": ""})
    unknown = sorted(set(move.given) - set(FIELDS))
    if unknown:
        return Status(422, {"detail": _("不认识的字段：%(names)s") % {"names": ", ".join(unknown)}, "field": unknown[0]})
    try:
        return Status(200, services.act(who, case, action, version=move.version, **move.given))
    except services.Stale as stale:
        return Status(409, {"detail": stale.words})
    except services.Refused as refused:
        return Status(422, {"detail": refused.words, "field": refused.field})
