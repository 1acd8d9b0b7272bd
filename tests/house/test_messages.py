"""Who asks for English gets English: every marked text has its entry, and no screen holds a text that is not marked."""

from __future__ import annotations

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


def test_no_template_holds_chinese_outside_a_mark() -> None:
    bare = {}
    for path in messages.sources(".html"):
        found = _chinese.findall(_marked.sub("", path.read_text("utf-8")))
        if found:
            bare[source.named(path)] = found
    assert {name: words for name, words in bare.items() if name not in NOT_TRANSLATED} == {}
    assert bare.keys() >= NOT_TRANSLATED.keys(), "no longer needed in the list"
