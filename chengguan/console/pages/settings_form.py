"""The form of one setting, drawn by its kind, and what was typed in it read back. Whether it makes sense the service says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from chengguan.cases.selectors import ratios_in_words
from chengguan.cases.selectors.handling import RECEIVES
from chengguan.cases.selectors.ladders import cases_of, rung
from chengguan.cases.selectors.notices import sample_facts, written
from chengguan.cases.selectors.settings_in_words import (
    CHOICES,
    CLOCKS,
    kind_of_setting,
    matter_in_words,
    names_of_departments,
    seasons_in_words,
)
from chengguan.cases.selectors.settings_sheets import NOTHING, number, seasons, whole
from chengguan.people.models import Organisation
from chengguan.people.roles import name_of
from chengguan.standards import codes, limits
from chengguan.standards.shapes import MOST_RUNGS, notice
from chengguan.standards.switches import DECIDERS, NOTICE_FIELDS, WORDS

SPANS = 3
"""Stretches of work in a day that the form offers."""
MOST_FOUND = 15


@dataclass(frozen=True)
class Matter:
    code: str
    name: str
    chosen: bool
    number: Any = ""


@dataclass
class Drawn:
    """A setting as the template draws it."""

    kind: str
    value: Any
    choices: list[tuple[str, Any]] = field(default_factory=list)
    matters: list[Matter] = field(default_factory=list)
    rungs: list[dict[str, Any]] = field(default_factory=list)
    posts: list[tuple[str, str]] = field(default_factory=list)
    departments: list[tuple[str, str, str, str]] = field(default_factory=list)  # code, name, what is typed, the same in words
    spans: list[tuple[str, str]] = field(default_factory=list)
    placeholders: list[tuple[str, str]] = field(default_factory=list)
    sides: list[dict[str, Any]] = field(default_factory=list)

    @property
    def counted(self) -> bool:
        """Whether each matter takes a number rather than a tick."""
        return self.kind == "numbers"


def drawn(setting: limits.Setting, value: Any) -> Drawn:
    kind = kind_of_setting(setting)
    form = Drawn(kind, value)
    if kind == "limit":
        form.choices = list(CLOCKS.items())
    elif kind == "choice":
        form.choices = [(each, CHOICES.get(setting.key, {}).get(each, each)) for each in setting.choices]
    elif kind == "word":
        form.choices = [(each, each) for each in dict.fromkeys((WORDS[setting.key][0][0], *WORDS[setting.key][1]))]
    elif kind == "matters":
        form.matters = [Matter(code, matter_in_words(code), True) for code in value]
    elif kind == "numbers":
        form.matters = [Matter(code, matter_in_words(code), True, value.get(code, "")) for code in sorted({"", *value})]
    elif kind == "ladder":
        form.posts = [(role, name_of(role)) for role in DECIDERS]
        form.rungs = [*(each | {"cases": cases_of(each)} for each in value), *({"times": "", "days": "", "cases": "", "who": []} for _blank in range(min(2, MOST_RUNGS - len(value))))]
    elif kind == "by_department":
        form.departments = _departments(value)
    elif kind == "hours":
        form.spans = [tuple(each) for each in value] + [("", "")] * max(0, SPANS - len(value))
    elif kind == "seasons":
        form.value = "\n".join(seasons_in_words(value))
    elif kind == "ratio":
        form.sides = [
            {"slug": side, "name": name, "counts": [(of, [(slug, words, slug in value[side]) for slug, words in counts]) for of, counts in ratios_in_words.offered()]}
            for side, name in (("over", _("分子")), ("under", _("分母")))
        ]
    elif kind == "notice":
        form.placeholders = [(f"{{{name}}}", _(words)) for name, words in NOTICE_FIELDS.items()]
    return form


def read(setting: limits.Setting, data: Any) -> Any:
    """The value that was typed; ValueError in words when it cannot be read at all."""
    kind = kind_of_setting(setting)
    text = (data.get("value") or "").strip()
    if kind == "limit":
        return {"value": number(text), "clock": data.get("clock", "")}
    if kind == "number":
        return number(text)
    if kind == "seasons":
        return seasons(text)
    if kind == "yes":
        return text == "yes"
    if kind == "matters":
        return data.getlist("matter")
    if kind == "numbers":
        return {name.removeprefix("number-"): whole(said) for name, said in data.items() if name.startswith("number-") and said.strip()}
    if kind == "ladder":
        return [found for at in range(MOST_RUNGS) if (found := _rung(data, at))]
    if kind == "by_department":
        return {name.removeprefix("own-"): _prefixes(said) for name, said in data.items() if name.startswith("own-") and said.strip()}
    if kind == "hours":
        spans = [[data.get(f"from-{at}", ""), data.get(f"to-{at}", "")] for at in range(SPANS)]
        if any(bool(start) != bool(end) for start, end in spans):
            raise ValueError(_("每一段都要写明起止时间"))
        return [span for span in spans if span[0]]
    if kind == "ratio":
        return {side: data.getlist(side) for side in ("over", "under")}
    if kind == "notice":
        return {"on": data.get("on") == "yes", "title": data.get("title", "").strip(), "text": data.get("text", "").strip()}
    return text


def _rung(data: Any, at: int) -> dict[str, Any] | None:
    times, days, cases = (data.get(f"{name}-{at}", "").strip() for name in ("times", "days", "cases"))
    who = data.getlist(f"who-{at}")
    if not (times or days or cases or who):
        return None
    return rung(whole(times or "1"), whole(days), whole(cases or "1"), who)


def _departments(value: dict[str, list[str]]) -> list[tuple[str, str, str, str]]:
    listed = Organisation.objects.filter(enabled=True, kind__in=RECEIVES).order_by("kind", "code").values_list("code", "name")
    names = dict(listed) | names_of_departments(code for code in value if code not in dict(listed))
    return [
        (code, name, "、".join(value[code]) or _(NOTHING), "、".join(matter_in_words(each) for each in value[code])) if code in value else (code, name, "", "")
        for code, name in names.items()
    ]


def _prefixes(said: str) -> list[str]:
    return [] if said.strip() in (NOTHING, _(NOTHING)) else said.replace("，", " ").replace(",", " ").replace("、", " ").split()


def matters_found(text: str, data: Any, counted: bool) -> list[Matter]:
    """What is ticked already, then what fits the words: code, beginning of codes, pinyin initials or name."""
    if counted:
        kept = {name.removeprefix("number-"): said for name, said in data.items() if name.startswith("number-") and (said.strip() or name == "number-")}
    else:
        kept = dict.fromkeys(data.getlist("matter"), "")
    shown = [Matter(code, matter_in_words(code), True, said) for code, said in kept.items()]
    if not text:
        return shown
    book = codes.in_force()
    majors = [code for code, name in book.majors["matter"].items() if text in name or code == text]
    found = [*majors, *(item.code for item in book.search(text, limit=MOST_FOUND))]
    return shown + [Matter(code, matter_in_words(code), False) for code in dict.fromkeys(found) if code not in kept]


def previewed(data: Any) -> tuple[str, tuple[str, str] | None]:
    """(what is wrong, or (title, text) with a sample case) of a text of a notice as it stands in the form."""
    value = {"on": True, "title": data.get("title", "").strip(), "text": data.get("text", "").strip()}
    wrong = notice(value)
    return (wrong, None) if wrong else ("", written(value, sample_facts()))
