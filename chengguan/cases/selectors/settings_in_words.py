"""The county's settings as an administrator reads them: in groups, each value in words, what was changed when."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases.models import Change, Setting
from chengguan.cases.selectors import ratios_in_words, stages
from chengguan.cases.selectors.ladders import ladder_in_words
from chengguan.cases.words import limit_words, own_limit_words
from chengguan.people.models import Organisation
from chengguan.places.models import AreaClass
from chengguan.standards import codes, limits, staging
from chengguan.standards.switches import WORDS

GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("stages", gettext_lazy("环节时限"), ("stage.",)),
    ("flow", gettext_lazy("经过的环节与自动办理"), (
        "confirm.never", "filing.automatic", "dispatch.automatic", "receive.automatic", "handling.crew_review", "handling.crew_review_own", "forward.automatic",
        "verify.skip", "verify.automatic", "urge.automatic", "urge.desk_automatic", "task.recall_grace_minutes",
    )),
    ("approval", gettext_lazy("审批"), ("approval.", "handling.extensions", "handling.extension_times", "handling.extend_overdue", "handling.suspend_days")),
    ("handling", gettext_lazy("处置与时窗"), ("handling.", "limits.", "window.", "lights.", "calendar.")),
    ("photos", gettext_lazy("照片与现场"), ("photos.", "verify.")),
    ("levels", gettext_lazy("镇街一级"), ("township.",)),
    ("archive", gettext_lazy("归档与保管"), ("retention.",)),
    ("duplicates", gettext_lazy("重复案件"), ("duplicates.",)),
    ("notices", gettext_lazy("通知的文字"), ("notice.",)),
    ("words", gettext_lazy("屏幕上的用语"), ("word.",)),
    ("evaluation", gettext_lazy("综合评价的算法"), ("evaluation.", "ratio.")),
    ("others", gettext_lazy("其他"), ("",)),
)  # fmt: skip
"""slug, name, keys or beginnings of keys; a setting stands in the first group that names it, by its whole key before its beginning."""

CHOICES: dict[str, dict[str, Any]] = {
    "handling.starts": {"filing": gettext_lazy("从立案起"), "dispatch": gettext_lazy("从派遣起"), "receipt": gettext_lazy("从签收起")},
    "handling.rework": {"goes_on": gettext_lazy("接着走"), "starts_again": gettext_lazy("重新计时")},
    "limits.area_class": dict(AreaClass.choices),
    "retention.long_also": {
        "none": gettext_lazy("没有"), "urgent": gettext_lazy("急要件和重点案件"), "urgent_and_leader": gettext_lazy("急要件、重点案件和领导交办的"),
    },
    "duplicates.same": {"matter": gettext_lazy("同一小类"), "class": gettext_lazy("同一大类"), "any": gettext_lazy("不论类别")},
    "evaluation.suspended": {"left_out": gettext_lazy("从应处置数、应结案数里减去"), "counted": gettext_lazy("算在应处置数、应结案数里")},
    "stage.entered_twice": {"anew": gettext_lazy("重新计时"), "added_up": gettext_lazy("与上次累计")},
}
SOURCES: dict[str, Any] = {
    "ours": gettext_lazy("本软件"),
    "seen": gettext_lazy("见于他处"),
    "seen in one city": gettext_lazy("见于一个城市"),
    "seen in three cities": gettext_lazy("见于三个城市"),
    "seen as a practice": gettext_lazy("见于他处的做法"),
    "seen as a choice": gettext_lazy("各地不一，见过几种"),
}
"""Of a default: none is law."""
CLOCKS: dict[str, Any] = {
    "minute": gettext_lazy("分钟"),
    "urgent_hour": gettext_lazy("紧急工作时"),
    "urgent_day": gettext_lazy("紧急工作日"),
    "work_hour": gettext_lazy("工作时"),
    "work_day": gettext_lazy("工作日"),
    "natural_day": gettext_lazy("自然日"),
}


@dataclass(frozen=True)
class Line:
    """One setting as the list shows it."""

    key: str
    name: str
    kind: str
    now: str
    default: str
    source: str
    changed: Change | None
    is_own: bool


def group_of(key: str) -> str:
    exact = next((slug for slug, _name, keys in GROUPS if key in keys), None)
    return exact or next(slug for slug, _name, keys in GROUPS if any(each == "" or (each.endswith(".") and key.startswith(each)) for each in keys))


def kind_of_setting(setting: limits.Setting) -> str:
    """Which form field and which words fit: a shape of standards.shapes, or limit, yes, choice, text, hours, matters, number."""
    if setting.shape:
        return setting.shape
    if setting.key in ("calendar.hours", "calendar.seasons"):
        return setting.key.removeprefix("calendar.")
    kinds: tuple[tuple[type, str], ...] = ((dict, "limit"), (bool, "yes"), (str, "choice" if setting.choices else "text"), (list, "matters"))
    return next((kind for python, kind in kinds if isinstance(setting.default, python)), "number")


def name_of_setting(setting: limits.Setting) -> str:
    """A word's setting goes by the word of the program, whatever the county says instead."""
    return WORDS[setting.key][0][0] if setting.key in WORDS else _(setting.name)


def matter_in_words(prefix: str) -> str:
    """01037 路灯异常; of a beginning of codes the major class it stands for; "" is every matter."""
    if not prefix:
        return _("全部事项")
    book = codes.in_force()
    known = book.matters.get(prefix)
    name = known.name if known else book.majors["matter"].get(prefix, "")
    return f"{prefix} {name}".strip() if name else _("%(code)s 开头的") % {"code": prefix}


def in_words(key: str, value: Any) -> str:
    """A value of the setting as a person reads it."""
    setting = limits.SETTINGS.get(key)
    if setting is None:
        return json.dumps(value, ensure_ascii=False)
    try:
        return _WORDS[kind_of_setting(setting)](setting, value)
    except (KeyError, TypeError, ValueError):  # written before the setting had its present shape
        return json.dumps(value, ensure_ascii=False)


def hours_in_words(value: Any) -> str:
    return " ".join(f"{start}-{end}" for start, end in value)


def seasons_in_words(value: Any) -> list[str]:
    """2026-06-01 08:30-12:00 14:30-18:00, one for each change of the hours."""
    return [f"{each['from']} {hours_in_words(each['hours'])}" for each in value]


def names_of_departments(codes_of: Iterable[str]) -> dict[str, str]:
    """By code; of one that is no more the code itself."""
    wanted = list(codes_of)
    return {code: code for code in wanted} | dict(Organisation.objects.filter(code__in=wanted).values_list("code", "name"))


def own_lists_in_words(value: dict[str, list[str]]) -> str:
    """路灯管理所：01037 路灯异常；市政排水：无"""
    names = names_of_departments(value)
    return "；".join(_("%(name)s：%(matters)s") % {"name": names[code], "matters": "、".join(matter_in_words(each) for each in value[code]) or _("无")} for code in value)


_WORDS: dict[str, Callable[[limits.Setting, Any], str]] = {
    "limit": lambda setting, value: limit_words(value["value"], value["clock"]),
    "yes": lambda setting, value: _("是") if value else _("否"),
    "choice": lambda setting, value: str(CHOICES.get(setting.key, {}).get(value, value)),
    "text": lambda setting, value: value,
    "word": lambda setting, value: value,
    "number": lambda setting, value: f"{value:g}",
    "hours": lambda setting, value: hours_in_words(value),
    "seasons": lambda setting, value: "；".join(seasons_in_words(value)) or _("无"),
    "matters": lambda setting, value: "、".join(matter_in_words(each) for each in value) or _("无"),
    "numbers": lambda setting, value: "；".join(f"{matter_in_words(each)} {value[each]}" for each in sorted(value)) or _("不另作要求"),
    "ladder": lambda setting, value: ladder_in_words(value),
    "ratio": lambda setting, value: ratios_in_words.in_words(value),
    "by_department": lambda setting, value: own_lists_in_words(value) or _("没有单位另定"),
    "notice": lambda setting, value: (f"{value['title']} | {value['text']}" if value["on"] else _("不发")),
}


def grouped() -> list[tuple[str, Any, list[Line]]]:
    """(slug, name, lines) of every group, in the order of the table."""
    own = dict(Setting.objects.values_list("key", "value"))
    newest = {each.key: each for each in Change.objects.filter(kind="setting").order_by("key", "-pk").distinct("key")}
    found: dict[str, list[Line]] = {slug: [] for slug, _name, _keys in GROUPS}
    for key, setting in limits.SETTINGS.items():
        found[group_of(key)].append(line_of(setting, own, newest.get(key)))
    return [(slug, name, found[slug]) for slug, name, _keys in GROUPS if found[slug]]


def line_of(setting: limits.Setting, own: dict[str, Any], changed: Change | None) -> Line:
    key = setting.key
    return Line(
        key, name_of_setting(setting), kind_of_setting(setting), in_words(key, own.get(key, setting.default)), in_words(key, setting.default),
        str(SOURCES.get(setting.source, setting.source)), changed, key in own,
    )  # fmt: skip


# ---- the history, of every kind of configuration ------------------------------------------------


@dataclass(frozen=True)
class Told:
    """One change in words."""

    change: Change
    kind: str
    what: str
    before: str
    after: str
    can_undo: bool


def changes(kind: str = "", key: str = "") -> QuerySet[Change]:
    """What was changed, newest first."""
    rows = Change.objects.select_related("account", "undoes", "undone_by").order_by("-pk")
    rows = rows.filter(kind=kind) if kind else rows
    return rows.filter(key=key) if key else rows


def told(rows: Iterable[Change]) -> list[Told]:
    """In words; whether each can be set back: only the newest of its thing can."""
    rows = list(rows)
    keys = {(row.kind, row.key) for row in rows}
    newest = {
        (kind, key): pk
        for kind, key, pk in Change.objects.filter(kind__in={kind for kind, _key in keys}, key__in={key for _kind, key in keys})
        .order_by("kind", "key", "-pk")
        .distinct("kind", "key")
        .values_list("kind", "key", "pk")
    }
    return [_told(row, newest[row.kind, row.key] == row.pk) for row in rows]


def _told(row: Change, newest: bool) -> Told:
    if row.kind == "setting":
        setting = limits.SETTINGS.get(row.key)
        what = name_of_setting(setting) if setting else row.key
        default = _("默认：%(value)s") % {"value": in_words(row.key, setting.default)} if setting else _("默认")
        before, after = (default if value is None else in_words(row.key, value) for value in (row.before, row.after))
    else:
        what, before, after = _what(row), _plain(row.kind, row.before), _plain(row.kind, row.after)
    return Told(row, row.get_kind_display(), what, before, after, newest)


def _what(row: Change) -> str:
    if row.kind != "limit":
        return row.key
    condition, klass, day = row.key.split("|")
    return " ".join(part for part in (condition, str(dict(AreaClass.choices).get(klass, "")), _("自 %(day)s 起") % {"day": day}) if part)


def _plain(kind: str, value: Any) -> str:
    """Of a kind that has no form here: a day's word, or the fields of the row."""
    if kind == "limit":
        return own_limit_words(value)
    if kind == "stages":
        return _("按清单") if value is None else stages.in_words(staging.read(value)) or _("不分段")
    if value is None or value == "":
        return "—"
    if kind == "mapping":
        return _("%(n)d 个字段") % {"n": len(value.get("fields", {}))}
    if kind == "area_class":
        return str(dict(AreaClass.choices).get(value, value))
    if kind == "day":
        working = _("上班") if value.get("working") else _("放假")
        return " ".join(part for part in (working, value.get("note", "")) if part)
    if isinstance(value, dict):
        if {"value", "clock"} <= set(value):
            return limit_words(value["value"], value["clock"])
        return "；".join(f"{name} {each}" for name, each in value.items())
    return str(value)


