"""分段时限 by spreadsheet, a row for each stretch: a condition of which one row is refused stays as it is, whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.cases.models import StagedLimit
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.administration import administrator_only, deadlines_follow_once
from chengguan.cases.services.limits import clock_of
from chengguan.cases.services.stages import known_condition, read_parts, set_stages
from chengguan.people.selectors import Who
from chengguan.people.services import audit
from chengguan.people.services.imports import Report, Row, lines_of
from chengguan.standards import staging
from chengguan.standards.staging import Part

STAGE_HEADERS = [
    gettext_noop("条件编码"), gettext_noop("小类"), gettext_noop("立案条件"), gettext_noop("第几段"), gettext_noop("分段"), gettext_noop("时限"), gettext_noop("计时方式"),
]  # fmt: skip
UNDIVIDED, LISTED = gettext_noop("不分段"), gettext_noop("按清单")
"""What a condition's only row says instead of a stretch: one limit for the whole; the county's word taken back."""
Line = tuple[int, Row]


def import_stages(who: Who, rows: Sequence[Row], *, dry: bool = False, reason: str = "") -> Report:
    """Counted by condition, refused by row; conditions that are not in the sheet stay. Nothing is written when dry."""
    administrator_only(who)
    report, by_condition = Report(), dict[str, list[Line]]()
    for line, row in lines_of(rows):
        by_condition.setdefault(row["条件编码"], []).append((line, row))
    with transaction.atomic():
        with deadlines_follow_once():
            for key, lines in by_condition.items():
                _take(who, key, lines, reason, report)
            figures = {"created": report.created, "changed": report.changed, "refused": len(report.refused)}
            audit(who, "cases.stages_import", summary=f"{len(rows)}", after=figures)
        if dry:
            transaction.set_rollback(True)
    report.refused.sort()
    return report


def _take(who: Who, key: str, lines: list[Line], reason: str, report: Report) -> None:
    own = StagedLimit.objects.filter(condition_key=key).first()
    try:
        known_condition(key)
        lines = lines if _instead(lines) else _in_order(lines)
        parts = _said(lines)
        wanted = None if parts is None else staging.kept(parts)
        if wanted == (own.parts if own else None) or (own is None and wanted == staging.kept(staging.parts_of(key))):
            report.same += 1
            return
        with transaction.atomic():
            set_stages(who, key, parts, reason=reason)
    except Refused as refused:
        report.refused += [(lines[_place_of(each)][0], each.words) for each in refused.every]
        return
    report.created += own is None
    report.changed += own is not None


def _instead(lines: list[Line]) -> str:
    """不分段 or 按清单, where that is all a condition says."""
    word = lines[0][1]["分段"] if len(lines) == 1 else ""
    return next((each for each in (UNDIVIDED, LISTED) if word in (each, _(each))), "")


def _in_order(lines: list[Line]) -> list[Line]:
    """By the column 第几段, so that a sheet may be sorted by any other."""
    numbers = [_number(row["第几段"]) for _line, row in lines]
    if sorted(numbers) != list(range(1, len(lines) + 1)):
        raise Refused(_("“第几段”应从 1 起，每段一个号；不分段的写“不分段”，改回清单的写“按清单”"))
    return [line for _at, line in sorted(zip(numbers, lines, strict=True), key=lambda each: each[0])]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.inf


def _said(lines: list[Line]) -> list[Part] | None:
    if instead := _instead(lines):
        return [] if instead == UNDIVIDED else None
    parts, faults = read_parts([(row["分段"], row["时限"], clock_of(row["计时方式"])) for _line, row in lines])
    if faults:
        raise Refused.together(faults)
    return parts


def _place_of(refused: Refused) -> int:
    """The stretch at fault, from 0; the first row of the condition for what is wrong with the whole."""
    _stages, _dot, place = refused.field.partition(".")
    return int(place) if place else 0
