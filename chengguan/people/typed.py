"""What a form, an address or a program says, read: a whole number, a moment, a telephone number, a text. None for what is none or beyond what
can be stored."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

MOST_DIGITS = 15
YEARS = range(1950, 2200)
NO_TELEPHONE = _("电话号码好像不对：手机是 11 位；固定电话带区号，如 023-76881234，分机写在后面，如 023-76881234-801；也可以是 12345、400 这样的号码。前面可带 +86。")
"""What is said to who typed a number that `telephone` does not know."""
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_CHINA = re.compile(r"(?:\+86|0086|86(?=1[3-9]\d{9}$))-?", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d\d))-?(\d{7,8})(?:(?:-|\u8f6c|#)(\d{1,6}))?", re.ASCII)
_OTHERS = re.compile(r"[48]00-?\d{3}-?\d{4}|[2-8]\d{6,7}(?:-\d{1,6})?|\+(?!86)\d{7,15}", re.ASCII)
"""Of a company (400, 800), of this town without its area code, of another country."""
_SHORT = re.compile(r"1\d{2,4}|9\d{4,5}", re.ASCII)


def whole_number(text: object) -> int | None:
    """Of plain digits; a sign, a fraction or a figure of another script is none."""
    digits = str(text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else None


def can_be_stored(value: Any) -> bool:
    """Of what was read from JSON: whether no text in it has a NUL or half a character, which no database takes."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(can_be_stored(key) and can_be_stored(each) for key, each in value.items())
    return all(can_be_stored(each) for each in value) if isinstance(value, list) else True


def moment(text: object) -> datetime | None:
    """Local time where no offset is named."""
    try:
        found = parse_datetime(str(text or "").strip())
    except ValueError:
        return None
    if found is None or found.year not in YEARS:
        return None
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def day(text: object) -> date | None:
    try:
        found = date.fromisoformat(str(text or "").strip())
    except ValueError:
        return None
    return found if found.year in YEARS else None


def telephone(text: object, *, short: bool = True) -> str | None:
    """A telephone number as it is kept, so that one written in two ways is the same caller: 13800001234, 023-76881234-801, 12345. "" for
    nothing; None for what is no number. Full-width figures, blanks, brackets and +86 are understood.
    `short`: also 110, 12345, 95598, which nobody has at home."""
    said = _DASHES.sub("-", unicodedata.normalize("NFKC", str(text or "")))
    plain = re.sub(r"[\s()]", "", said)
    bare = _CHINA.sub("", plain, count=1) if _CHINA.match(plain) else plain
    if not bare:
        return "" if not plain else None
    if _MOBILE.fullmatch(bare.replace("-", "")):
        return bare.replace("-", "")
    landline = _LANDLINE.fullmatch(bare) or (_LANDLINE.fullmatch(f"0{bare}") if bare != plain else None)
    if landline:
        return "-".join(part for part in landline.groups() if part)
    return bare if _OTHERS.fullmatch(bare) or (short and _SHORT.fullmatch(bare)) else None
