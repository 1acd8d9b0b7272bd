"""What a form, an address or a program says, read: a whole number, a moment, a text. None for what is none or beyond what can be stored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

MOST_DIGITS = 15
YEARS = range(1950, 2200)


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
