"""Who asks for English gets English: every marked text has its entry, and no screen holds a text that is not marked."""

from __future__ import annotations

import ast
import gettext
import io
import re
from collections import Counter

import pytest

from chengguan.config import messages, tables
from tests.house import source

NOT_TRANSLATED = {
    "chengguan/people/templates/people/language.html": "the switch names each language in that language",
}
"""Templates that hold bare Chinese, and why."""
NOT_WORDS_OF_THE_PROGRAM = {
    "chengguan/demo": "the sample county's own names, people and sayings, and what the terminal says while they are made",
    "chengguan/alarms/workflow.py": "why each row is there, read in the source and in the docs",
    "chengguan/cases/workflow.py": "the clocks of each row, named by their stage",
    "chengguan/standards/limits.py": "refusals of plain Python without Django, said in Chinese to whoever sets a limit",
    "chengguan/standards/shapes.py": "the same, to whoever sets anything else",
    "chengguan/standards/switches.py": "words that other towns say, offered as they are",
    "chengguan/standards/calendars.py": "the same, of working hours and calendars",
    "chengguan/standards/staging.py": "the same, of stretches",
    "chengguan/standards/identifiers.py": "the same, of a code that is malformed",
    "chengguan/subsystems/street_lights/sun.py": "names of places",
    "chengguan/places/selectors/addresses.py": "parts of Chinese addresses",
    "chengguan/places/services": "parts of Chinese addresses and names of grids",
    "chengguan/cases/selectors/named.py": "how names of townships and communities end",
    "chengguan/evaluation/selectors/elsewhere.py": "how towns and vendors call what they count",
    "chengguan/console/selectors/takeovers.py": "how other systems call their columns and stages",
    "chengguan/console/pages/takeover_form.py": "how other systems write a time",
    "chengguan/people/management/commands/create_administrator.py": "default names of a post and a centre, kept as data",
    "chengguan/people/permissions.py": "heads of a generated page",
    "chengguan/config/management/commands/load.py": "the command line's help, in both languages at once",
    "chengguan/config/settings.py": "the name of a language in that language",
    "chengguan/config/urls.py": "the name of the product",
}
"""Modules or folders with bare Chinese, and why nobody translates it."""
_placeholder = re.compile(r"%\(\w+\)[-#0 .\d]*[a-z]|%[sdgfr%]|\{\w*(?:[:!][^}]*)?\}|</?\w+[^>]*>")
_marked = re.compile(
    r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}|<!--.*?-->"
    r"|\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}"
    r"|\{%\s*trans(?:late)?\b.*?%\}"
    r"|\b_\((?:\"[^\"]*\"|'[^']*')\)",
    re.DOTALL,
)
_chinese = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture(scope="module")
def entries() -> dict[messages.Message, list[str]]:
    return messages.read_catalogue(messages.CATALOGUE.read_text("utf-8"))


def test_every_marked_text_has_its_english(entries) -> None:
    """`make messages` lists what is missing; the English is written into the .po by hand."""
    assert [message.text for message in messages.wanted() if not all(entries.get(message) or [""])] == []


def test_the_catalogue_keeps_nothing_nobody_asks_for(entries) -> None:
    assert [message.text for message in entries.keys() - set(messages.wanted())] == []


def test_the_compiled_catalogue_says_what_the_written_one_says(entries) -> None:
    assert messages.COMPILED.read_bytes() == messages.compiled(entries), "`make messages` compiles it anew"


def test_placeholders_are_the_same_on_both_sides(entries) -> None:
    wrong = [
        message.text
        for message, told in entries.items()
        for number, english in enumerate(told)
        if Counter(_placeholder.findall(english)) != Counter(_placeholder.findall(message.plural if number else message.text))
    ]
    assert wrong == []


def test_what_is_compiled_is_read_by_gettext() -> None:
    one, many = messages.Message("甲"), messages.Message("%(n)s 件", "%(n)s 件")
    read = gettext.GNUTranslations(
        io.BytesIO(messages.compiled({one: ["A"], many: ["%(n)s case", "%(n)s cases"], messages.Message("甲", context="乙"): ["B"]}))
    )
    assert read.gettext("甲") == "A"
    assert read.pgettext("乙", "甲") == "B"
    assert [read.ngettext("%(n)s 件", "%(n)s 件", n) for n in (1, 2)] == ["%(n)s case", "%(n)s cases"]
    assert read.gettext("丙") == "丙"


def test_a_catalogue_survives_being_written_and_read() -> None:
    known = {messages.Message('说"话"\n', context="甲"): ['say "it"\n'], messages.Message("件", "件"): ["one", "many"]}
    assert messages.read_catalogue(messages.write_catalogue(known)) == known


def test_marks_are_found_in_modules_and_templates() -> None:
    module = 'from x import gettext as _\n_("一" "二")\npgettext("c", "三")\nngettext("四", "五", n)\nother("六")\n'
    assert set(messages.in_module(module)) == {
        messages.Message("一二"), messages.Message("三", context="c"), messages.Message("四", "五"),
    }  # fmt: skip
    template = (
        '{% load i18n %}{% translate "一" %}{{ x|default:_("二") }}{% translate "三" context "c" %}'
        "{% blocktranslate with n=3 %}四 {{ n }}{% endblocktranslate %}六"
    )
    assert set(messages.in_template(template)) == {
        messages.Message("一"), messages.Message("二"), messages.Message("三", context="c"), messages.Message("四 %(n)s"),
    }  # fmt: skip


def test_states_and_actions_of_a_case_are_among_the_words_of_tables() -> None:
    assert {"待受理", "立案", "强制结案"} <= tables.words()


def _docstrings(tree: ast.Module) -> set[int]:
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}


def test_no_module_holds_chinese_that_nobody_translates() -> None:
    """Every literal is marked where it stands, or is a text of the catalogue: a table's word, or the name of a column."""
    known = {message.text for message in messages.wanted()}
    bare: dict[str, list[str]] = {}
    for path in source.modules():
        tree = ast.parse(path.read_text("utf-8"))
        silent = _docstrings(tree)
        said = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in silent]
        if found := [text for text in said if isinstance(text, str) and _chinese.search(text) and text not in known]:
            bare[source.named(path)] = found
    allowed = {name for name in bare for each in NOT_WORDS_OF_THE_PROGRAM if name == each or name.startswith(f"{each}/")}
    assert {name: words for name, words in bare.items() if name not in allowed} == {}
    idle = [each for each in NOT_WORDS_OF_THE_PROGRAM if not any(name == each or name.startswith(f"{each}/") for name in bare)]
    assert idle == [], "no longer needed in the list"


def test_the_front_end_says_chinese_in_its_table_of_words_only() -> None:
    comment = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)
    files = [*(source.REPOSITORY / "frontend" / "src").rglob("*.ts"), *(source.REPOSITORY / "frontend" / "src").rglob("*.css")]
    files += [path for folder in source.PACKAGE.glob("*/static") for path in folder.rglob("*") if path.suffix in (".js", ".css") and "build" not in path.parts]
    bare = {source.named(path): _chinese.findall(comment.sub("", path.read_text("utf-8"))) for path in files}
    assert {name for name, words in bare.items() if words} == {"frontend/src/words.ts"}


def test_no_template_holds_chinese_outside_a_mark() -> None:
    bare = {}
    for path in messages.sources(".html"):
        found = _chinese.findall(_marked.sub("", path.read_text("utf-8")))
        if found:
            bare[source.named(path)] = found
    assert {name: words for name, words in bare.items() if name not in NOT_TRANSLATED} == {}
    assert bare.keys() >= NOT_TRANSLATED.keys(), "no longer needed in the list"
