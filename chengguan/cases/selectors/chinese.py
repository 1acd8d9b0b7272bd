"""Chinese text cut into words, for search: by jieba's dictionary, the same way whatever stands around a word.

A text keeps every dictionary word that occurs in it and every single character; a question is cut into the fewest words. So a
text that holds the question as a piece is always found, however the two would be cut by themselves (灯不亮 in 路灯不亮).
The dictionary is large: it is read when the first text is cut, never at a role's start.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_PIECE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[a-z0-9]+")
MOST_WORDS = 24
"""Of one question; what comes after is left out."""


@cache
def _dictionary() -> Any:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    found = jieba.Tokenizer()
    # read from the package itself: jieba's own cache lies in a folder that everybody on the machine may write to
    found.FREQ, found.total = found.gen_pfdict(found.get_dict_file())
    found.initialized = True
    return found


def words_in(text: str) -> set[str]:
    """All that is in the text: every word of the dictionary, every character, Latin letters and digits by their runs."""
    found: set[str] = set()
    for piece in _PIECE.findall(text.lower()):
        if piece.isascii():
            found.add(piece[:60])
            continue
        found.update(piece)
        for start, ends in _dictionary().get_DAG(piece).items():
            found.update(piece[start : end + 1] for end in ends)
    return found


def words_asked(text: str) -> list[str]:
    """The words of a question, each once, in its order."""
    found: dict[str, None] = {}
    for piece in _PIECE.findall(text.lower()):
        cut = [piece[:60]] if piece.isascii() else _dictionary().cut_for_search(piece, HMM=False)
        found.update(dict.fromkeys(cut))
    return list(found)[:MOST_WORDS]


def vector_of(**texts: str) -> str:
    """As PostgreSQL reads a tsvector; the texts' names are their weights (a b c d): a is the heaviest."""
    places: dict[str, list[str]] = {}
    for place, (weight, text) in enumerate(texts.items(), start=1):
        for word in words_in(text):
            places.setdefault(word, []).append(f"{place}{weight.upper()}")
    return " ".join(f"'{word}':{','.join(at)}" for word, at in sorted(places.items()))


def question_of(text: str) -> str:
    """As PostgreSQL reads a tsquery: all of the words; letters and digits as beginnings. Empty when there is no word."""
    return " & ".join(f"'{word}':*" if word.isascii() else f"'{word}'" for word in words_asked(text))
