"""Reports from other programs, and what became of them: with a partner's key, or without one as anybody may.

A report comes as JSON or, with photos, as a form; both have the same fields (`ReportFields`), which `services/door.py` reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import HttpBearer

from chengguan.cases.models import Case
from chengguan.people.middleware import client_ip, open_to_everyone
from chengguan.people.selectors import ANONYMOUS
from chengguan.portal import selectors, services
from chengguan.portal.models import Partner

JSON, FORM = "application/json", "multipart/form-data"


class PartnerKey(HttpBearer):
    """A key that is sent must be right: who mistypes it is not taken for somebody without one."""

    def authenticate(self, request: HttpRequest, token: str) -> Partner:
        try:
            return services.partner_of(token.strip())
        except services.UnknownKey as unknown:
            if request.method == "POST":
                services.count_refused(unknown.partner, "disabled")
            raise HttpError(401, unknown.reasons[0]) from unknown


def without_key(request: HttpRequest) -> str:
    if request.headers.get("Authorization"):
        raise HttpError(401, _("请求头应为 Authorization: Bearer 密钥。"))
    return "anybody"


class ReportFields(Schema):
    """At least one of matter, description and photos; lon, lat and crs together, or an address the county knows."""

    id: str = Field(description="Your own number of the report: sent again, it is the same report. Without a key at least 20 characters that nobody guesses, as a UUID", max_length=64)
    matter: str = Field("", description="Code of the matter, five digits", max_length=5)
    description: str = Field("", description="What is wrong, in words", max_length=2000)
    lon: float | None = Field(None, description="Longitude in degrees")
    lat: float | None = Field(None, description="Latitude in degrees")
    crs: str = Field("", description="Of lon and lat: wgs84, cgcs2000, gcj02 (as Gaode and Tencent have it) or bd09", max_length=10)
    address: str = Field("", description="Empty: found from the point", max_length=100)
    reporter_name: str = Field("", max_length=30)
    reporter_phone: str = Field("", description="For asking back; shown to those only who may see it", max_length=30)
    occurred_at: str = Field("", description="When it was seen, with its time zone: 2026-11-27T20:30:00+08:00", max_length=40)


class NearRow(Schema):
    matter: str
    metres: int
    when: str
    state: str


class ReportTaken(Schema):
    code: str = Field(description="To ask with, for program and reporter")
    register_number: str
    follow: str = Field(description="Where the reporter may look it up, without signing in")
    created: bool = Field(description="False when this id was known already")
    address: str
    unit_grid: str = Field(description="Empty where no grid lies")
    community: str
    township: str
    near: list[NearRow] = Field(description="Open cases this report may repeat; it is taken all the same")


class StageRow(Schema):
    words: str
    mark: str
    at: datetime | None
    more: str


class ProgressRow(Schema):
    code: str
    headline: str
    matter: str
    address: str
    description: str
    stages: list[StageRow]


class Problem(Schema):
    detail: str
    fields: dict[str, str] = {}


def _accepted() -> dict[str, Any]:
    """The two forms of a report, for the description of the API."""
    plain = ReportFields.model_json_schema()
    photos = {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": services.MOST_PHOTOS, "description": "JPEG, PNG or WebP, 20 MB each at the most"}
    form = {**plain, "properties": {**plain["properties"], "photos": photos}}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": plain}, FORM: {"schema": form}}}, "security": [{}]}


router = Router(auth=[PartnerKey(), without_key])


@router.post(
    "/reports", response={200: ReportTaken, 201: ReportTaken, 401: Problem, 413: Problem, 415: Problem, 422: Problem, 429: Problem}, url_name="portal_reports",
    summary="Report something, by JSON or as a form with photos; the same id again is the same report", openapi_extra=_accepted(),
)  # fmt: skip
def report(request: HttpRequest) -> Any:
    partner = request.auth if isinstance(request.auth, Partner) else None  # type: ignore[attr-defined]
    try:
        given, photos = _sent(request)
        taken = services.take(given, photos, partner, client_ip(request) or "")
    except services.Rejected as rejected:
        services.count_rejected(partner, rejected)
        if isinstance(rejected, services.TooMany):
            return Status(429, {"detail": " ".join(rejected.reasons)})
        return Status(422, {"detail": " ".join(rejected.reasons), "fields": rejected.fields})
    except HttpError as error:
        services.count_refused(partner, services.OF_STATUS.get(error.status_code, "other"))
        raise
    if not taken.created:
        services.count_repeated(partner)
    return Status(201 if taken.created else 200, _told(request, taken.case) | {"created": taken.created, "near": [vars(each) for each in taken.near]})


def _sent(request: HttpRequest) -> tuple[Mapping[str, Any], Sequence[Any]]:
    """What was sent, and its photos. Rejected, in words, when it is neither JSON nor a form."""
    try:
        if request.content_type == FORM:
            return _form(request)
        if request.content_type == JSON:
            return _object(request.body), ()
    except RequestDataTooBig as error:
        raise HttpError(413, _("请求体太大。")) from error
    except (MultiPartParserError, SuspiciousOperation) as error:
        raise services.Unreadable([_("请求体不是合法的 multipart/form-data。")]) from error
    raise HttpError(415, _("请用 application/json，或带照片时用 multipart/form-data。"))


def _form(request: HttpRequest) -> tuple[Mapping[str, Any], Sequence[Any]]:
    strange = sorted(name for name in request.FILES if name != "photos")
    if strange:
        raise services.Rejected([_("照片的字段名是 photos，不是 %(name)s。") % {"name": strange[0][:40]}], {strange[0][:40]: _("没有这个字段。")})
    return request.POST.dict(), request.FILES.getlist("photos")


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise services.Unreadable([_("请求体不是合法的 JSON（UTF-8）。")]) from error
    if not isinstance(given, dict):
        raise services.Unreadable([_("请求体应为一个 JSON 对象。")])
    return given


def _told(request: HttpRequest, case: Case) -> dict[str, Any]:
    return {
        "code": case.follow_code or "", "register_number": case.register_number, "address": case.address,
        "follow": request.build_absolute_uri(reverse("portal-follow", args=[case.follow_code])) if case.follow_code else "",
        "unit_grid": case.unit_grid.code if case.unit_grid else "", "community": case.community.name if case.community else "",
        "township": case.township.name if case.township else "",
    }  # fmt: skip


@router.get("/reports", response={200: ProgressRow, 401: Problem, 404: Problem}, url_name="portal_progress", summary="How far a report has come, by its code")
def progress(request: HttpRequest, code: str = "") -> Any:
    try:
        return Status(200, selectors.follow(ANONYMOUS, code))
    except Case.DoesNotExist:
        return Status(404, {"detail": _("没有找到这个查询码。")})


open_to_everyone("/api/v1/portal/reports")
