"""Pinyin of names, for search by sound and by initials. Plain Python."""

from __future__ import annotations

import re

from pypinyin import lazy_pinyin

_OTHER = re.compile(r"[^a-z0-9]")


def pinyin_of(text: str) -> str:
    """渝秀大道118号 -> yuxiudadao118hao"""
    return _OTHER.sub("", "".join(lazy_pinyin(text)).lower())


def initials_of(text: str) -> str:
    """渝秀大道118号 -> yxdd118h; numbers are kept whole."""
    parts = lazy_pinyin(text)
    return _OTHER.sub("", "".join(part if part.isdigit() or part[:1].isdigit() else part[:1] for part in parts).lower())
