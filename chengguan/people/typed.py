"""What a form or an address says, read: a whole number, a moment. None for what is none or beyond what can be stored."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

MOST_DIGITS = 15
YEARS = range(1950, 2200)


def whole_number(text: object) -> int | None:
    """Of plain digits; a sign, a fraction or a figure of another script is none."""
    digits = str(text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else None


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
