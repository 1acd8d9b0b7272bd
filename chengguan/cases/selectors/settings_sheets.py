"""The county's settings as a workbook, out and in: read into a plan that says what would change and which rows are refused."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.cases.models import Setting
from chengguan.cases.selectors import ratios_in_words
from chengguan.cases.selectors.handling import RECEIVES
from chengguan.cases.selectors.ladders import cases_of, rung
from chengguan.cases.selectors.settings_in_words import (
    CHOICES,
    CLOCKS,
    hours_in_words,
    in_words,
    kind_of_setting,
    matter_in_words,
    name_of_setting,
    names_of_departments,
    seasons_in_words,
)
from chengguan.people.models import Organisation
from chengguan.people.roles import ROLES, name_of
from chengguan.standards import limits

KEY, NAME, VALUE, CLOCK = gettext_noop("设置编号"), gettext_noop("名称"), gettext_noop("值"), gettext_noop("计时方式")
MATTER, MATTER_NAME, NUMBER = gettext_noop("事项代码"), gettext_noop("事项名称"), gettext_noop("数量")
DEPARTMENT, DEPARTMENT_NAME = gettext_noop("单位编码"), gettext_noop("单位名称")
TIMES, DAYS, CASES, POSTS = gettext_noop("第几次起"), gettext_noop("多少天起"), gettext_noop("一天几件起"), gettext_noop("审批岗位")
ON, TITLE, TEXT = gettext_noop("启用"), gettext_noop("标题"), gettext_noop("正文")

VALUES, MATTERS, DEPARTMENTS, LADDERS, NOTICES = gettext_noop("设置"), gettext_noop("按事项"), gettext_noop("按单位"), gettext_noop("审批"), gettext_noop("通知")
SHEETS: dict[str, tuple[str, ...]] = {
    VALUES: (KEY, NAME, VALUE, CLOCK),
    MATTERS: (KEY, NAME, MATTER, MATTER_NAME, NUMBER),
    DEPARTMENTS: (KEY, NAME, DEPARTMENT, DEPARTMENT_NAME, MATTER, MATTER_NAME),
    LADDERS: (KEY, NAME, TIMES, DAYS, CASES, POSTS),
    NOTICES: (KEY, NAME, ON, TITLE, TEXT),
}
SHEET_OF = {"matters": MATTERS, "numbers": MATTERS, "by_department": DEPARTMENTS, "ladder": LADDERS, "notice": NOTICES}
_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
EVERY = "*"
"""The code that stands for every matter."""
NOTHING = gettext_noop("无")
"""What stands for a department that wants none."""
Row = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Planned:
    key: str
    name: str
    before: str
    after: str
    value: Any


@dataclass
class Plan:
    """What a workbook would change; `refused` holds (sheet, line, reason)."""

    changes: list[Planned] = field(default_factory=list)
    same: int = 0
    refused: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def values(self) -> dict[str, Any]:
        return {each.key: each.value for each in self.changes}


def sheets() -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Every setting as it stands; an empty cell of a value means the default."""
    own = dict(Setting.objects.values_list("key", "value"))
    rows: dict[str, list[tuple[Any, ...]]] = {title: [] for title in SHEETS}
    for key, setting in limits.SETTINGS.items():
        kind = kind_of_setting(setting)
        head = (key, name_of_setting(setting))
        value = own.get(key)
        rows[SHEET_OF.get(kind, VALUES)] += [(*head, *cells) for cells in _cells(kind, setting, value)]
    return [(title, SHEETS[title], lines) for title, lines in rows.items()]


def _cells(kind: str, setting: limits.Setting, value: Any) -> Iterator[tuple[Any, ...]]:
    if value is None:
        yield ("",) * (len(SHEETS[SHEET_OF.get(kind, VALUES)]) - 2)
    elif kind == "limit":
        yield value["value"], str(CLOCKS[value["clock"]])
    elif kind == "number":
        yield value, ""
    elif kind == "hours":
        yield hours_in_words(value), ""
    elif kind == "seasons":
        yield "；".join(seasons_in_words(value)), ""
    elif kind == "matters":
        yield from ((code, matter_in_words(code), "") for code in value)
    elif kind == "numbers":
        yield from ((code or EVERY, matter_in_words(code), value[code]) for code in sorted(value))
    elif kind == "by_department":
        names = names_of_departments(value)
        yield from ((code, names[code], each or _(NOTHING), matter_in_words(each) if each else "") for code in value for each in value[code] or [""])
    elif kind == "ladder":
        yield from ((each["times"], each["days"], cases_of(each), "、".join(name_of(role) for role in each["who"])) for each in value)
    elif kind == "notice":
        yield _("是") if value["on"] else _("否"), value["title"], value["text"]
    else:
        yield in_words(setting.key, value), ""


def plan_of(found: dict[str, list[Row]]) -> Plan:
    """What the sheets would change. A setting of which one row is refused stays as it is, whole: half a list would
    take matters away that nobody meant."""
    plan = Plan()
    own = dict(Setting.objects.values_list("key", "value"))
    for title, rows in found.items():
        for key, lines in _by_key(rows).items():
            setting = limits.SETTINGS.get(key)
            if setting is None or SHEET_OF.get(kind_of_setting(setting), VALUES) != title:
                plan.refused += [(title, line, _("这张表里没有这项设置：%(key)s") % {"key": key or "—"}) for line, _row in lines]
                continue
            _take(plan, title, setting, lines, own)
    return plan


def _by_key(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for line, row in rows:
        found.setdefault(row[KEY], []).append((line, row))
    return found


def _take(plan: Plan, title: str, setting: limits.Setting, lines: list[Row], own: dict[str, Any]) -> None:
    try:
        value = _read(kind_of_setting(setting), setting, [row for _line, row in lines])
        if value is not None:
            limits.check(setting.key, value)
    except ValueError as error:
        plan.refused += [(title, line, str(error)) for line, _row in lines]
        return
    if value == own.get(setting.key):
        plan.same += 1
        return
    before, after = (in_words(setting.key, setting.default if each is None else each) for each in (own.get(setting.key), value))
    plan.changes.append(Planned(setting.key, name_of_setting(setting), before, after, value))


def _read(kind: str, setting: limits.Setting, rows: list[dict[str, str]]) -> Any:
    """The value that these rows of one setting say; None for the default; ValueError in words."""
    said = [row for row in rows if any(cell for name, cell in row.items() if name not in (KEY, NAME, MATTER_NAME, DEPARTMENT_NAME))]
    if not said:
        return None
    if kind in SHEET_OF:
        return {"matters": _matters, "numbers": _numbers, "by_department": _by_department, "ladder": _ladder, "notice": _notice}[kind](said)
    if len(said) > 1:
        raise ValueError(_("%(name)s写了 %(n)d 行，只能有一行") % {"name": name_of_setting(setting), "n": len(said)})
    return _single(kind, setting, said[0])


def _matters(rows: list[dict[str, str]]) -> list[str]:
    return [row[MATTER] for row in rows]


def _numbers(rows: list[dict[str, str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        code = "" if row[MATTER] == EVERY else row[MATTER]
        if code in found or not row[MATTER]:
            raise ValueError(_("事项代码空着或写了两次：%(code)s") % {"code": row[MATTER] or "—"})
        found[code] = whole(row[NUMBER])
    return found


def _by_department(rows: list[dict[str, str]]) -> dict[str, list[str]]:
    known = set(Organisation.objects.filter(kind__in=RECEIVES).values_list("code", flat=True))
    found: dict[str, list[str]] = {}
    for row in rows:
        if row[DEPARTMENT] not in known:
            raise ValueError(_("没有编码为 %(code)s 的责任单位") % {"code": row[DEPARTMENT] or "—"})
        found.setdefault(row[DEPARTMENT], []).extend([] if row[MATTER] in (NOTHING, _(NOTHING)) else [row[MATTER]])
    return found


def _ladder(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    posts = {name_of(slug): slug for slug in ROLES} | {slug: slug for slug in ROLES}
    found = []
    for row in rows:
        named = [each for each in row[POSTS].replace(",", "、").replace("，", "、").split("、") if each.strip()]
        strange = [each for each in named if each.strip() not in posts]
        if strange:
            raise ValueError(_("没有这个岗位：%(names)s") % {"names": "、".join(strange)})
        found.append(rung(whole(row[TIMES]), whole(row[DAYS]), whole(row[CASES] or "1"), [posts[each.strip()] for each in named]))
    return found


def _notice(rows: list[dict[str, str]]) -> dict[str, Any]:
    if len(rows) > 1:
        raise ValueError(_("一种通知只能有一行"))
    return {"on": yes(rows[0][ON]), "title": rows[0][TITLE], "text": rows[0][TEXT]}


def _single(kind: str, setting: limits.Setting, row: dict[str, str]) -> Any:
    readers: dict[str, Callable[[str], Any]] = {"yes": yes, "number": number, "hours": hours, "seasons": seasons, "ratio": ratios_in_words.read}
    if kind == "limit":
        return {"value": number(row[VALUE]), "clock": _by_word(CLOCKS, row[CLOCK])}
    if kind == "choice":
        return _by_word(CHOICES.get(setting.key, {}), row[VALUE])
    return readers.get(kind, str)(row[VALUE])


def _by_word(words: dict[str, Any], said: str) -> str:
    """The value that is called so on screen, or what was written."""
    return next((value for value, word in words.items() if said == str(word)), said)


def seasons(said: str) -> list[dict[str, Any]]:
    """One for each line, or between semicolons: the day from which on, then the hours."""
    found = []
    for line in said.replace("；", "\n").replace(";", "\n").splitlines():
        day, _space, rest = line.strip().partition(" ")
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValueError(_("每行应写成 2026-06-01 08:30-12:00 14:30-18:00")) from None
        found.append({"from": day, "hours": hours(rest)})
    return found


def hours(said: str) -> list[list[str]]:
    pairs = [part.replace("–", "-").split("-") for part in said.replace("，", " ").split()]
    if any(len(pair) != 2 or not all(_CLOCK_TIME.fullmatch(each) for each in pair) for pair in pairs):
        raise ValueError(_("工作时间应写成 08:00-12:00 14:00-18:00"))
    return [[each.zfill(5) for each in pair] for pair in pairs]


def yes(said: str) -> bool:
    words = {"是": True, "否": False, _("是"): True, _("否"): False, "true": True, "false": False, "1": True, "0": False}
    if said.lower() not in words:
        raise ValueError(_("应写“是”或“否”：%(said)s") % {"said": said or "—"})
    return words[said.lower()]


def number(said: str) -> float | int:
    try:
        found = float(said)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(_("应写一个数：%(said)s") % {"said": said or "—"})
    return int(found) if found.is_integer() else found


def whole(said: str) -> int:
    found = number(said or "0")
    if not isinstance(found, int):
        raise ValueError(_("应写一个整数：%(said)s") % {"said": said})
    return found
