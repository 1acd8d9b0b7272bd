"""What the public door says no with, in the words of who reports."""

from __future__ import annotations

from collections.abc import Sequence

from chengguan.portal.models import Partner


class Rejected(Exception):
    """The report was not taken; `reasons` say why. `fields` names what to mend, where one field is at fault: {field: words}."""

    def __init__(self, reasons: Sequence[str], fields: dict[str, str] | None = None) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)
        self.fields = fields or {}


class Unreadable(Rejected):
    """What was sent is no report at all: neither an object nor a form."""


class TooMany(Rejected):
    """Nothing is wrong with the report but that too many came before it: later it is taken."""


class UnknownKey(Rejected):
    """The key is none, or not any more; `partner`: whose it is, where it was only disabled."""

    def __init__(self, reasons: Sequence[str], partner: Partner | None = None) -> None:
        super().__init__(reasons)
        self.partner = partner
