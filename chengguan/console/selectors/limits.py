"""The list of filing conditions as an administrator reads it: the list's limit and the county's own, by class of area."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from chengguan.cases.models import Change, FilingLimit
from chengguan.cases.selectors import stages
from chengguan.cases.selectors.own_limits import OwnLimits, listed
from chengguan.cases.services.limits import CLOCK_NAMES
from chengguan.cases.services.stages_sheet import UNDIVIDED
from chengguan.cases.words import limit_words, own_limit_words
from chengguan.people.selectors import Who
from chengguan.places.models import Area, AreaClass, UnitGrid
from chengguan.standards import codes, filing, staging
from chengguan.standards.limits import Limit, Settings

CLASSES = ("", *AreaClass.values)


def words(limit: Limit | None) -> str:
    return limit_words(limit.value, limit.clock) if limit else ""


def conditions(who: Who, settings: Settings, day: date, q: str = "", major: str = "", own_only: bool = False) -> list[dict[str, Any]]:
    """Each condition: key, matter, matter_name, text, closing, listed, cells (for every class "", A, B, C: limit, verify, since, ahead), own."""
    if not who.is_administrator:
        return []
    own, found = OwnLimits(), []
    said = {key for key, _klass in own.rows}
    for matter in sorted({*codes.in_force().matters, *filing.matters()}):
        if major and not matter.startswith(major):
            continue
        name = codes.matter_name(matter)
        for condition in filing.conditions(matter):
            if (own_only and condition.key not in said) or (q and not _fits(q, condition, name)):
                continue
            cells = [_cell(own, condition.key, klass, day) for klass in CLASSES]
            found.append({
                "key": condition.key, "matter": matter, "matter_name": name, "text": condition.text, "closing": condition.closing,
                "listed": listed(condition.key, settings), "listed_words": words(listed(condition.key, settings)),
                "source": condition.source, "cells": cells, "own": condition.key in said,
            })  # fmt: skip
    return found


def _fits(q: str, condition: filing.FilingCondition, name: str) -> bool:
    return all(part in f"{condition.key} {name} {condition.text}" for part in q.split())


def _cell(own: OwnLimits, key: str, klass: str, day: date) -> dict[str, Any]:
    row = own.row(key, klass, day)
    ahead = [each for each in own.rows.get((key, klass), ()) if each.valid_from > day]
    limit = Limit(row.value, row.clock) if row and row.value is not None else None
    verify = Limit(row.verify_value, row.verify_clock) if row and row.verify_value is not None else None
    return {
        "klass": klass, "limit": limit, "words": words(limit), "verify": verify, "verify_words": words(verify), "row": row,
        "ahead": ahead[-1] if ahead else None,
    }  # fmt: skip


def own_rows(who: Who, key: str, day: date) -> list[dict[str, Any]]:
    """The county's words about one condition, the newest first, each with whether it holds now."""
    if not who.is_administrator:
        return []
    own = OwnLimits(key)
    rows = FilingLimit.objects.filter(condition_key=key).order_by("area_class", "-valid_from")
    return [{"row": row, **_said(row), "holds": own.row(key, row.area_class, day) == row, "ahead": row.valid_from > day} for row in rows]


def _said(row: FilingLimit) -> dict[str, str]:
    limit = Limit(row.value, row.clock) if row.value is not None else None
    verify = Limit(row.verify_value, row.verify_clock) if row.verify_value is not None else None
    return {"klass": class_name(row.area_class), "words": words(limit) or _("按清单"), "verify_words": words(verify) or _("按环节时限")}


def class_name(klass: str) -> str:
    return str(AreaClass(klass).label) if klass else _("各类区域")


def changes(who: Who, kind: str, prefix: str, most: int = 30) -> list[dict[str, Any]]:
    """Changes whose key begins so, the newest first, in words; `last` of its key may be set back."""
    if not who.is_administrator:
        return []
    found = list(Change.objects.filter(kind=kind, key__startswith=prefix).order_by("-pk")[:most])
    seen: set[str] = set()
    shown = []
    for change in found:
        shown.append({"change": change, "what": _what(change), "before": _in_words(change, change.before), "after": _in_words(change, change.after), "last": change.key not in seen, "id": str(change.pk)})
        seen.add(change.key)
    return shown


def _what(change: Change) -> str:
    if change.kind != "limit":
        return change.key
    _key, klass, day = change.key.split("|")
    return _("%(klass)s，自 %(day)s 起") % {"klass": class_name(klass), "day": day}


def _in_words(change: Change, value: Any) -> str:
    if change.kind == "area_class":
        return class_name(value) if value else _("随上级区域")
    if change.kind == "stages":
        return _("按清单") if value is None else stages.in_words(staging.read(value)) or _("不分段")
    return own_limit_words(value)


def sheet_rows(who: Who, settings: Settings, day: date, **given: Any) -> list[tuple[Any, ...]]:
    """For the spreadsheet: the list's row where the county says nothing in general, and each of its own words."""
    lines = []
    for each in conditions(who, settings, day, **given):
        facts = each["key"], each["matter_name"], each["text"]
        for cell in each["cells"]:
            row = cell["row"]
            if row is None and cell["klass"] == "":
                limit: Limit | None = each["listed"]
            elif row is None:
                continue
            else:
                limit = cell["limit"]
            verify = cell["verify"]
            lines.append((
                *facts, cell["klass"], *_columns(limit), *_columns(verify), row.valid_from if row else "",
            ))  # fmt: skip
    return lines


def _columns(limit: Limit | None) -> tuple[Any, str]:
    return (limit.value, _(CLOCK_NAMES[limit.clock])) if limit else ("", "")


def stage_rows(who: Who) -> list[tuple[Any, ...]]:
    """For the spreadsheet: every stretch of the conditions that have some, and the word of those that had them taken away."""
    if not who.is_administrator:
        return []
    lines: list[tuple[Any, ...]] = []
    for key, parts, _own in stages.staged_conditions():
        condition = filing.condition(key)
        facts = key, codes.matter_name(condition.matter), condition.text
        lines += [(*facts, number, part.name, *_columns(part.limit)) for number, part in enumerate(parts, 1)] or [(*facts, "", _(UNDIVIDED), "", "")]
    return lines


def classed_areas(who: Who, default: str, of: str = "") -> list[dict[str, Any]]:
    """The county and its townships, and the communities of the township `of`: the class said and the one that holds, how many
    communities are below and how many places (communities and unit grids) have a class of their own there."""
    if not who.is_administrator:
        return []
    areas = list(Area.objects.only("id", "code", "name", "level", "parent", "area_class").order_by("code"))
    by_id = {area.pk: area for area in areas}
    own, below = Counter[int](), Counter[int]()
    for area in areas:
        if area.level == "community" and area.parent_id:
            below[area.parent_id] += 1
            own[area.parent_id] += bool(area.area_class)
    for community in UnitGrid.objects.exclude(area_class="").filter(valid_to=None).values_list("community_id", flat=True):
        own[community] += 1
        own[by_id[community].parent_id or 0] += 1

    def holds(area: Area | None) -> str:
        while area is not None and not area.area_class:
            area = by_id.get(area.parent_id) if area.parent_id else None
        return area.area_class if area else default

    depth = {"county": 0, "township": 1, "community": 2}
    opened = next((area.pk for area in areas if area.level == "township" and area.code == of), None)
    return [
        {"area": area, "holds": holds(area), "depth": depth[area.level], "below": below[area.pk], "own": own[area.pk], "open": area.pk == opened}
        for area in areas
        if area.level != "community" or area.parent_id == opened
    ]


def class_rows(who: Who) -> list[tuple[Any, ...]]:
    """For the spreadsheet: every area, and the grids that have a class of their own."""
    if not who.is_administrator:
        return []
    areas = Area.objects.only("code", "name", "level", "area_class").order_by("code")
    grids = UnitGrid.objects.exclude(area_class="").filter(valid_to=None).select_related("community").only("code", "area_class", "community__name")
    lines = [(area.code, area.name, area.get_level_display(), area.area_class) for area in areas]
    return lines + [(grid.code, grid.community.name, _("单元网格"), grid.area_class) for grid in grids]
