"""The entries of the top bar and of the phone's bottom bar. Each app adds its own, in its pages or apps module."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from chengguan.people.selectors import Who, may

Place = Literal["desk", "phone", "administration"]


@dataclass(frozen=True)
class Entry:
    slug: str
    name: Any  # 中文, lazily translated
    url: str
    roles: frozenset[str]
    order: int = 50
    action: str = ""  # or: whoever may do this
    place: Place = "desk"
    more: bool = False  # under 更多
    icon: str = ""

    def is_for(self, who: Who) -> bool:
        return who.has(*self.roles) if self.roles else bool(self.action) and may(who, self.action)


_entries: dict[tuple[str, str], Entry] = {}


def add(
    slug: str,
    name: Any,
    url: str,
    roles: Iterable[str] = (),
    order: int = 50,
    *,
    action: str = "",
    place: Place = "desk",
    more: bool = False,
    icon: str = "",
) -> None:
    """An entry for those who hold one of `roles` or, with none named, may do `action`. Again with the same slug: replaced."""
    _entries[place, slug] = Entry(slug, name, url, frozenset(roles), order, action, place, more, icon)


def entries(who: Who, place: Place = "desk") -> list[Entry]:
    """What this person is shown, in order."""
    return sorted((entry for entry in _entries.values() if entry.place == place and entry.is_for(who)), key=lambda entry: (entry.order, entry.slug))


def current(shown: Iterable[Entry], path: str) -> str:
    """The slug of the entry whose url is the longest beginning of `path`; empty when none is."""
    fits = [entry for entry in shown if path == entry.url or path.startswith(entry.url.rstrip("/") + "/")]
    return max(fits, key=lambda entry: len(entry.url)).slug if fits else ""
