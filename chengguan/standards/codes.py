"""Code sets of components and matters: GB/T 47678.5-2026 in force, the 2013 one, the county's extension.

Any number of sets, dated, with a dated mapping between them. Every row says how sure it is: `seen`
in a source, `inferred`, `memory`, `ours` or `unknown`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal["component", "matter"]
KIND_NAMES: dict[Kind, str] = {"component": "部件", "matter": "事件"}


@dataclass(frozen=True)
class Item:
    """One row of a code set: a class of component, or a matter that can be wrong."""

    kind: Kind
    code: str
    name: str
    confidence: str
    major: str
    major_name: str
    set_slug: str

    @property
    def component_class(self) -> str:
        """The component class a matter is about, "" for one about no component (majors 06 to 10)."""
        return self.code if self.kind == "matter" and len(self.code) == 5 and self.code[:2] <= "05" else ""


@dataclass(frozen=True)
class CodeSet:
    slug: str
    title: str
    valid_from: date | None
    valid_to: date | None
    code_length: int
    components: dict[str, Item] = field(repr=False)
    matters: dict[str, Item] = field(repr=False)
    majors: dict[str, dict[str, str]] = field(repr=False)
    extends: str = ""

    def matter(self, code: str) -> Item:
        """KeyError when the set has no such matter."""
        return self.matters[code]

    def component(self, code: str) -> Item:
        """KeyError when the set has no such class."""
        return self.components[code]

    def items(self, kind: Kind) -> dict[str, Item]:
        return self.components if kind == "component" else self.matters

    def children(self, major: str, kind: Kind = "matter") -> list[Item]:
        return [item for item in self.items(kind).values() if item.major == major]

    def covers(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    def search(self, text: str, kind: Kind = "matter", limit: int = 12) -> list[Item]:
        """By code, by words (all must occur) or by pinyin initials or syllables, best first: `lddy`, `路灯`, `0103`."""
        wanted = text.strip().lower()
        if not wanted:
            return []
        scored = []
        for item in self.items(kind).values():
            score = _score(item, wanted)
            if score is not None:
                scored.append((score, len(item.name), item.code, item))
        return [each[3] for each in sorted(scored, key=lambda each: each[:3])[:limit]]


def _score(item: Item, wanted: str) -> int | None:
    if wanted.isdigit():
        return 0 if item.code.startswith(wanted) else None
    if wanted.isascii():
        initials, syllables = _pinyin(item.name)
        letters = wanted.replace(" ", "")
        for score, found in enumerate(
            (initials.startswith(letters), syllables.startswith(letters), letters in initials, letters in syllables)
        ):
            if found:
                return score + 1
        return 6 if any(_pinyin(word)[0].startswith(letters) for word in _aliases().get(item.code, ())) else None
    words = wanted.split()
    if all(word in item.name for word in words):
        return 1 if item.name.startswith(words[0]) else 2
    aliases = _aliases().get(item.code, ())
    if all(any(word in alias for alias in (item.name, *aliases)) for word in words):
        return 3
    return 4 if any(alias in wanted for alias in aliases) else None


@lru_cache(maxsize=4096)
def _pinyin(name: str) -> tuple[str, str]:
    """(initials, syllables): 路灯异常 -> ("ldyc", "ludengyichang")."""
    from pypinyin import lazy_pinyin

    syllables = [part.lower() for part in lazy_pinyin(name) if part.isalnum()]
    return "".join(part[0] if part.isalpha() else part for part in syllables), "".join(syllables)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a data file of this package."""
    text = files("chengguan.standards").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def _aliases() -> dict[str, tuple[str, ...]]:
    return {row["code"]: tuple(row["words"].split()) for row in rows("aliases.csv")}


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    return json.loads(files("chengguan.standards").joinpath("data", "sets.json").read_text("utf-8"))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1)
def code_sets() -> dict[str, CodeSet]:
    """Every set by slug."""
    sets = {}
    for declared in _declared()["sets"]:
        items: dict[str, dict[str, Item]] = {"component": {}, "matter": {}}
        for row in rows(declared["file"]):
            kind: Any = row["kind"]
            major = row["code"][:2]
            items[kind][row["code"]] = Item(
                kind, row["code"], row["name"], row["confidence"], major, declared["majors"][kind][major], declared["slug"]
            )
        sets[declared["slug"]] = CodeSet(
            declared["slug"],
            declared["title"],
            _day(declared["valid_from"]),
            _day(declared["valid_to"]),
            declared["code_length"],
            items["component"],
            items["matter"],
            declared["majors"],
            declared.get("extends", ""),
        )
    return sets


def code_set(slug: str) -> CodeSet:
    """The set as published, without extensions; KeyError when unknown."""
    return code_sets()[slug]


@lru_cache(maxsize=64)
def in_force(on: date | None = None) -> CodeSet:
    """The set in force on that day (today when None) together with the local sets that extend it."""
    day = on or date.today()
    chosen = [one for one in code_sets().values() if not one.extends and one.covers(day)]
    if not chosen:
        raise KeyError(f"no code set is in force on {day}")
    main = max(chosen, key=lambda one: one.valid_from or date.min)
    matters, components = dict(main.matters), dict(main.components)
    for one in code_sets().values():
        if one.extends == main.slug and one.covers(day):
            matters.update(one.matters)
            components.update(one.components)
    return CodeSet(
        main.slug, main.title, main.valid_from, main.valid_to, main.code_length, components, matters, main.majors
    )


@dataclass(frozen=True)
class Mapped:
    kind: Kind
    older: str
    newer: str
    how: str
    confidence: str
    since: date | None


@lru_cache(maxsize=1)
def mappings() -> Sequence[Mapped]:
    """Every row between the 2013 and the 2026 set; `newer` is "" for a class that was dropped."""
    found = []
    for declared in _declared()["mappings"]:
        for row in rows(declared["file"]):
            kind: Any = row["kind"]
            found.append(
                Mapped(kind, row["code_30428"], row["code_47678"], row["how"], row["confidence"], _day(declared["from"]))
            )
    return found


def newer(code: str, kind: Kind) -> Mapped | None:
    """Where a code of the 2013 set went; None when the mapping does not know it."""
    return next((row for row in mappings() if row.kind == kind and row.older == code), None)


def older(code: str, kind: Kind) -> Mapped | None:
    """Where a code of the 2026 set came from. A matter of majors 01 to 05 was a component case in 2013."""
    found = next((row for row in mappings() if row.kind == kind and row.newer == code), None)
    if found is None and kind == "matter" and code[:2] <= "05":
        found = next((row for row in mappings() if row.kind == "component" and row.newer == code), None)
    return found


def matter_name(code: str, on: date | None = None) -> str:
    """The name on screen, or the code itself when the set does not know it."""
    item = in_force(on).matters.get(code)
    return item.name if item else code


def tree(kind: Kind = "matter", on: date | None = None) -> Iterator[tuple[str, str, list[Item]]]:
    """(major, its name, its children) of the set in force."""
    current = in_force(on)
    for major, name in current.majors[kind].items():
        yield major, name, current.children(major, kind)
