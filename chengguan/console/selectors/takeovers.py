"""What the page of taking over offers: batches and mappings, our fields with the columns that look like them, our codes for their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengguan.cases.models import SOURCES, TakeoverBatch, TakeoverMapping
from chengguan.cases.services.takeover_mapping import ENDED_STATES, KINDS, NAMES, OPEN_STATES
from chengguan.cases.workflow import STATES
from chengguan.people.models import Organisation
from chengguan.standards import codes

LINES = tuple(name for name in NAMES if name != "position")
"""Our fields that are one column; the position is two and stands by itself."""
WORDED = ("state", "matter_code", "source", "department", "on_time")
"""Their words need ours beside them."""
GUESSES: dict[str, tuple[str, ...]] = {
    "key": ("任务号", "案件号", "案卷号", "案卷编号", "编号", "工单号", "流水号", "id"), "reported_at": ("上报时间", "登记时间", "受理时间", "创建时间"),
    "state": ("当前阶段", "案件状态", "状态", "阶段"), "occurred_at": ("发生时间", "发现时间"), "filed_at": ("立案时间",),
    "dispatched_at": ("派遣时间", "首次派遣时间"), "reported_back_at": ("处置结束时间", "反馈时间", "处置完成时间"), "verified_at": ("核查时间",),
    "closed_at": ("结案时间", "办结时间", "完成时间"), "deadline": ("处置截止时间", "截止时间", "处置截止", "应办结时间"), "on_time": ("是否按时", "是否超时", "是否按期"),
    "description": ("问题描述", "描述", "案件描述", "内容"), "closing_note": ("结案意见",), "address": ("地址描述", "地址", "位置描述", "发生地点"),
    "reporter_name": ("举报人姓名", "举报人", "联系人"), "reporter_phone": ("举报人电话", "联系电话", "电话"), "matter_code": ("小类", "问题小类", "小类名称", "类别"),
    "source": ("问题来源", "案件来源", "来源"), "department": ("处置部门", "处置单位", "责任单位", "主办单位"),
    "lon": ("坐标x", "经度", "lon", "longitude", "x"), "lat": ("坐标y", "纬度", "lat", "latitude", "y"),
}  # fmt: skip
STATE_GUESSES = {"受理": "reported", "立案": "awaiting_filing", "派遣": "awaiting_dispatch", "处置": "awaiting_dispatch", "核查": "awaiting_dispatch"}


def batches() -> QuerySet[TakeoverBatch]:
    return TakeoverBatch.objects.order_by("-pk")


def mappings() -> QuerySet[TakeoverMapping]:
    return TakeoverMapping.objects.order_by("name")


def column_names(batch: TakeoverBatch) -> list[str]:
    return [column["name"] for column in batch.look.get("columns", [])]


def lacking(batch: TakeoverBatch) -> list[str]:
    """Columns of the mapping that the file has not: kept from another file, or from before the other system was changed."""
    wanted: set[str] = set()
    for entry in batch.mapping.get("fields", {}).values():
        column = entry.get("column") or []
        wanted |= {*(column if isinstance(column, list) else [column]), *(entry[axis] for axis in ("lon", "lat") if entry.get(axis))}
    return sorted(wanted - set(column_names(batch)))


def words_in(batch: TakeoverBatch, column: str) -> dict[str, int] | None:
    """Their different words with how often each stands there; None when they are too many to be mapped one by one."""
    found: dict[str, int] | None = next((each["words"] for each in batch.look.get("columns", []) if each["name"] == column), None)
    return found


def guessed(batch: TakeoverBatch) -> dict[str, Any]:
    """A mapping to begin with: columns that are called as such columns often are."""
    lower = {name.lower(): name for name in column_names(batch)}

    def called(field: str) -> str:
        return next((lower[name] for name in GUESSES[field] if name in lower), "")

    fields: dict[str, Any] = {name: {"column": column} for name in LINES if (column := called(name))}
    if called("lon") and called("lat"):
        fields["position"] = {"lon": called("lon"), "lat": called("lat"), "crs": "4490"}
    return {"system": "", "name": "", "zone": "Asia/Shanghai", "fields": fields}


@dataclass(frozen=True)
class Word:
    """One of their words: how often, and what it becomes."""

    word: str
    times: int
    ours: str


@dataclass(frozen=True)
class Wording:
    """A column whose words become our codes."""

    field: str
    name: Any
    column: str
    words: list[Word] | None
    default: str | None
    choices: list[tuple[str, str]]
    open: bool
    """Too many choices for a list to pull down: typed, with what is known offered."""
    left: int
    """Words that become nothing yet."""


def wordings(batch: TakeoverBatch) -> list[Wording]:
    found = []
    for field in WORDED:
        entry = batch.mapping.get("fields", {}).get(field) or {}
        column = entry.get("column")
        if not column:
            continue
        there, table = words_in(batch, column), entry.get("table") or {}
        offered = choices(field)
        words = None
        if there is not None:
            words = [Word(word, times, table.get(word, _guess(field, word, offered, table))) for word, times in sorted(there.items(), key=lambda each: -each[1]) if word]
        left = sum(word.word not in table for word in words or [])
        found.append(Wording(field, NAMES[field], column, words, entry.get("default"), offered, field in ("matter_code", "department"), left))
    return found


def choices(field: str) -> list[tuple[str, str]]:
    if field == "state":
        return [(state, _(STATES[state])) for state in (*OPEN_STATES, *ENDED_STATES)]
    if field == "source":
        return [(key, str(name)) for key, name in SOURCES]
    if field == "on_time":
        return [("yes", _("按时")), ("no", _("超时"))]
    if field == "department":
        kinds = ("department", "township", "contractor", "enterprise")
        return list(Organisation.objects.filter(enabled=True, kind__in=kinds).order_by("code").values_list("code", "name"))
    return [(code, matter.name) for code, matter in codes.in_force().matters.items()]


def _guess(field: str, word: str, offered: list[tuple[str, str]], table: dict[str, str]) -> str:
    """Ours when it is called the same; nothing once somebody has been at work on these words."""
    if table:
        return ""
    if field == "state" and word in STATE_GUESSES:
        return STATE_GUESSES[word]
    if field == "on_time":
        return {"是": "yes", "按时": "yes", "按期": "yes", "否": "no", "超时": "no", "超期": "no"}.get(word, "")
    same = [code for code, name in offered if word in (code, name)]
    return same[0] if len(same) == 1 else ""


@dataclass(frozen=True)
class FieldLine:
    """One of our fields on the form, with the column it is read from."""

    field: str
    name: Any
    kind: str
    needed: bool
    columns: list[str]
    format: str
    value: str
    samples: list[str]

    @property
    def joins(self) -> bool:
        """Several columns make one text."""
        return self.field in ("description", "closing_note", "address")


def lines(batch: TakeoverBatch) -> list[FieldLine]:
    told = (batch.mapping or guessed(batch)).get("fields", {})
    samples = {column["name"]: column["samples"] for column in batch.look.get("columns", [])}
    found = []
    for field in LINES:
        entry = told.get(field) or {}
        column = entry.get("column") or []
        columns = column if isinstance(column, list) else [column]
        seen = [sample for each in columns for sample in samples.get(each, [])][:3]
        needed = field in ("key", "reported_at", "state")
        found.append(FieldLine(field, NAMES[field], KINDS[field], needed, columns, entry.get("format", ""), entry.get("value", ""), seen))
    return found


@dataclass(frozen=True)
class Result:
    """The counts of the last run, in words."""

    told: dict[str, Any]
    states: list[tuple[str, int]]
    reasons: list[tuple[str, int]]
    flags: list[tuple[str, int]]


def result(batch: TakeoverBatch) -> Result | None:
    told = batch.result
    if not told:
        return None
    states = [(_(STATES.get(state, state)), n) for state, n in told["states"].items()]
    return Result(told, states, list(told["reasons"].items()), list(told["flags"].items()))
