"""A move that may not happen."""

from __future__ import annotations

from collections.abc import Sequence


class Refused(Exception):
    """`words` tells the person why; `field` names the field at fault, or "". When several things stand against it, `every`
    has each of them and `words` says them all; `field` is the first one's."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = str(words)
        self.field = field
        self.every: list[Refused] = [self]

    @classmethod
    def together(cls, every: Sequence[Refused]) -> Refused:
        """One refusal that tells all of these, so that nobody mends a form one fault at a time."""
        if len(every) == 1:
            return every[0]
        whole = cls("；".join(each.words for each in every), every[0].field)
        whole.every = list(every)
        return whole


class Stale(Refused):
    """Somebody else moved the case since this page was read."""
