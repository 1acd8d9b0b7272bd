"""The English catalogue: what is marked for translation, read from the sources themselves.

Chinese is the text in the source; config/locale/en holds the English of it. Needs no gettext programs: marked
texts are found with `ast` and Django's own template lexer, the words of plain tables (workflows, manifests)
by importing them, and the compiled catalogue is written here.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = settings.REPOSITORY / "chengguan"
CATALOGUE = settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
SKIPPED = {"tests", "migrations", "static", "node_modules", "__pycache__"}
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
"""`_` of plain Python is `registry.gettext_noop`: the text is translated where it is shown."""
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
HEADER = "\n".join(
    (
        "Project-Id-Version: Chengguan",
        "Language: en",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        "Plural-Forms: nplurals=2; plural=(n != 1);",
        "",
    )
)
_in_template = re.compile(r"""\b(gettext|_|ngettext|pgettext|npgettext)\(\s*(?=u?["'])""")
_literal = re.compile(r"""\s*,?\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)


@dataclass(frozen=True, order=True)
class Message:
    """What is looked up: text, its plural when it has one, and the context that tells two uses of a word apart."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> str:
        return f"{self.context}\x04{self.text}" if self.context else self.text


def sources(*endings: str) -> Iterator[Path]:
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in endings and not SKIPPED & set(path.relative_to(PACKAGE).parts):
            yield path


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _of_call(name: str, given: list[str]) -> Message | None:
    if name in PLAIN and given:
        return Message(given[0])
    if name in PLURAL and len(given) > 1:
        return Message(given[0], given[1])
    if name in CONTEXT and len(given) > 1:
        return Message(given[1], context=given[0])
    if name == "npgettext" and len(given) > 2:
        return Message(given[1], given[2], given[0])
    return None


def in_module(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            given = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            found = _of_call(_name(node), given)
            if found and found.text:
                yield found


def in_template(source: str) -> Iterator[Message]:
    plain = templatize(source)
    for call in _in_template.finditer(plain):
        at, given = call.end(), []
        while found := _literal.match(plain, at):
            given.append(ast.literal_eval(found[1]))
            at = found.end()
        message = _of_call(call[1], given)
        if message and message.text:
            yield message


def marked() -> set[Message]:
    """Everything marked in modules and templates."""
    found: set[Message] = set()
    for path in sources(".py"):
        found.update(in_module(path.read_text("utf-8")))
    for path in sources(".html"):
        found.update(in_template(path.read_text("utf-8")))
    return found


def wanted() -> list[Message]:
    """One message for each thing that is looked up, in the order of the catalogue."""
    from chengguan.config import tables

    found = {Message(text) for text in tables.words()}
    by_key: dict[str, Message] = {}
    for message in sorted(marked() | found):
        if message.plural or message.key not in by_key:
            by_key[message.key] = message
    return [by_key[key] for key in sorted(by_key)]


def read_catalogue(text: str) -> dict[Message, list[str]]:
    """The entries of a .po file; the header is left out."""
    entries: list[dict[str, str]] = []
    field = ""
    for line in text.splitlines():
        found = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$', line)
        if found:
            field = found[1]
            if field == "msgctxt" or (field == "msgid" and (not entries or "msgid" in entries[-1])):
                entries.append({})
            entries[-1][field] = ast.literal_eval(found[2])
        elif line.startswith('"'):
            entries[-1][field] += ast.literal_eval(line)
    return {
        Message(entry["msgid"], entry.get("msgid_plural", ""), entry.get("msgctxt", "")): [
            entry[name] for name in sorted(entry) if name.startswith("msgstr")
        ]
        for entry in entries
        if entry["msgid"]
    }


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def write_catalogue(entries: dict[Message, list[str]]) -> str:
    lines = ['msgid ""', 'msgstr ""', *(_quoted(line + "\n") for line in HEADER.splitlines()), ""]
    for message, told in entries.items():
        if message.context:
            lines.append(f"msgctxt {_quoted(message.context)}")
        lines.append(f"msgid {_quoted(message.text)}")
        if message.plural:
            lines.append(f"msgid_plural {_quoted(message.plural)}")
            lines += [f"msgstr[{n}] {_quoted(each)}" for n, each in enumerate(told)]
        else:
            lines.append(f"msgstr {_quoted(told[0])}")
        lines.append("")
    return "\n".join(lines)


def brought_up_to_date(entries: dict[Message, list[str]], now: Iterable[Message]) -> dict[Message, list[str]]:
    """What is wanted now, with the English there was; empty where there was none. Entries of no use are dropped."""
    return {message: entries.get(message) or ["", ""][: 2 if message.plural else 1] for message in now}


def compiled(entries: dict[Message, list[str]]) -> bytes:
    """The catalogue as `gettext` reads it (GNU .mo, little end first); entries without English are left out."""
    told = {"": HEADER}
    for message, texts in entries.items():
        if all(texts):
            told[message.key + (f"\0{message.plural}" if message.plural else "")] = "\0".join(texts)
    keys = sorted(told, key=str.encode)
    originals, translations = [key.encode() for key in keys], [told[key].encode() for key in keys]
    count, tables = len(keys), 28
    at = tables + 16 * count
    index: list[int] = []
    for texts_ in (originals, translations):
        for each in texts_:
            index += [len(each), at]
            at += len(each) + 1
    head = struct.pack("<7I", 0x950412DE, 0, count, tables, tables + 8 * count, 0, at)
    return head + struct.pack(f"<{len(index)}I", *index) + b"".join(each + b"\0" for each in originals + translations)
