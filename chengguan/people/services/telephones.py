"""A telephone number of an account or an organisation, as it is kept."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from chengguan.people.typed import NO_TELEPHONE, telephone


def kept_telephone(typed: str) -> str:
    """ValidationError, at its field, for what is no number."""
    found = telephone(typed)
    if found is None:
        raise ValidationError({"phone": NO_TELEPHONE})
    return found
