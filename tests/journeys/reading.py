"""A page as somebody reads it who has no scripts: its words, its links, its forms with what stands in them already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

BLANK = re.compile(r"\s+")
STAGE = re.compile(r'<header class="case-head">.*?<span class="stage">([^<]*)<', re.DOTALL)
LIGHT = re.compile(r'<header class="case-head">.*?<span class="light light-(\w+)"[^<]*>.*?</header>', re.DOTALL)


@dataclass
class Part:
    """One field of a form; `label` is what stands beside a box to tick."""

    name: str
    kind: str
    value: str
    chosen: bool = True
    label: str = ""


@dataclass
class Form:
    action: str
    key: str
    method: str
    parts: list[Part] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # words, name, value

    def filled(self) -> dict[str, list[str]]:
        """What would be sent if nothing were typed."""
        found: dict[str, list[str]] = {}
        for part in self.parts:
            if part.chosen and part.kind != "file":
                found.setdefault(part.name, []).append(part.value)
        return found

    def kinds(self, name: str) -> list[Part]:
        return [part for part in self.parts if part.name == name]

    def value_of(self, name: str, typed: Any) -> Any:
        """What a form sends when somebody types this, or ticks the box that says it."""
        boxes = [part for part in self.kinds(name) if part.kind in ("radio", "checkbox", "option")]
        if any(part.value == typed for part in boxes):
            return typed
        return next((part.value for part in boxes if typed and typed in part.label), typed)

    def choices(self, name: str) -> list[str]:
        """The words beside the boxes of this name."""
        return [part.label for part in self.kinds(name)]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._label: tuple[list[Part], list[str]] | None = None
        self._said: list[str] | None = None  # within a link, a button, an option or a text area
        self._open: Any = None
        self._hidden = self._options = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        self.words.append(" ")
        if tag in ("script", "style", "template"):
            self._hidden += 1
        elif tag == "form":
            self._form = Form(given.get("action") or "", given.get("id") or "", (given.get("method") or "get").lower())
            self.forms.append(self._form)
        elif tag == "label":
            self._label = ([], [])
        elif tag == "input" and self._form is not None and given.get("name") and "form" not in given:
            self._field(given)
        elif tag == "select":
            self._open = given.get("name") or ""
            self._options = len(self._form.parts) if self._form is not None else 0
        elif tag == "a":
            self._begin(given.get("href") or "")
        elif tag == "option" and self._form is not None and isinstance(self._open, str):
            self._said = []
            self._form.parts.append(Part(self._open, "option", given.get("value") or "", "selected" in given))
        elif tag in ("button", "textarea"):
            self._begin(given)

    def _field(self, given: dict[str, str | None]) -> None:
        assert self._form is not None
        kind = given.get("type") or "text"
        ticked = kind not in ("radio", "checkbox") or "checked" in given
        part = Part(given["name"] or "", kind, given.get("value") or ("on" if kind == "checkbox" else ""), ticked)
        self._form.parts.append(part)
        if self._label is not None:
            self._label[0].append(part)

    def _begin(self, what: Any) -> None:
        self._open, self._said = what, []

    def handle_endtag(self, tag: str) -> None:
        self.words.append(" ")
        said = BLANK.sub(" ", "".join(self._said or ())).strip()
        if tag in ("script", "style", "template"):
            self._hidden -= 1
        elif tag == "form":
            self._form = None
        elif tag == "label" and self._label is not None:
            for part in self._label[0]:
                part.label = BLANK.sub(" ", "".join(self._label[1])).strip()
            self._label = None
        elif tag == "a" and isinstance(self._open, str):
            self.links.append((said, self._open))
        elif tag == "option" and self._form is not None and self._said is not None:
            self._form.parts[-1].label, self._said = said, None
        elif tag == "button" and isinstance(self._open, dict) and self._form is not None:
            self._form.buttons.append((said, self._open.get("name") or "", self._open.get("value") or ""))
        elif tag == "textarea" and isinstance(self._open, dict) and self._form is not None and self._open.get("name"):
            self._form.parts.append(Part(self._open["name"], "textarea", "".join(self._said or ()).strip()))
        elif tag == "select" and self._form is not None:
            options = self._form.parts[self._options :]
            if options and not any(each.chosen for each in options):
                options[0].chosen = True  # as a browser shows it
        if tag in ("a", "button", "textarea", "select"):
            self._open = self._said = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        for kept in (self.words, self._said, self._label and self._label[1]):
            if kept is not None:
                kept.append(data)


class Page:
    """An answer of the platform."""

    def __init__(self, address: str, status: int, html: str) -> None:
        self.address, self.status, self.html = address, status, html
        self._reader = Reader()
        self._reader.feed(html)

    @property
    def text(self) -> str:
        return BLANK.sub(" ", "".join(self._reader.words)).strip()

    @property
    def stage(self) -> str:
        """Where the case of this page stands."""
        found = STAGE.search(self.html)
        return found[1] if found else ""

    @property
    def light(self) -> str:
        found = LIGHT.search(self.html)
        return found[1] if found else ""

    @property
    def offered(self) -> list[str]:
        """The actions that the page of a case offers, by name."""
        return [re.sub(r"\W?[a-z]$", "", words) for words, address in self._reader.links if address.startswith("?act=")]

    def form(self, key: str = "", action: str = "") -> Form:
        """By its id, or by where it goes to."""
        for form in self._reader.forms:
            if (key and form.key == key) or (action and action in form.action):
                return form
        raise AssertionError(f"{self.address} has no form {key or action}: {[(each.key, each.action) for each in self._reader.forms]}")

    def forms(self) -> Iterator[Form]:
        yield from self._reader.forms

    def link(self, words: str) -> str:
        for said, address in self._reader.links:
            if words in said:
                return urljoin(self.address, address)
        raise AssertionError(f"{self.address} leads nowhere by “{words}”")

    def action(self, name: str) -> str:
        """The address of an action that is offered."""
        for said, address in self._reader.links:
            if address.startswith("?act=") and re.fullmatch(rf"{re.escape(name)}\W?[a-z]?", said):
                return urljoin(self.address, address)
        raise AssertionError(f"{self.address} does not offer {name}: {self.offered}")
