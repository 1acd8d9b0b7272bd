"""A move that may not happen."""


class Refused(Exception):
    """`words` tells the person why; `field` names the field at fault, or ""."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.words = str(words)
        self.field = field


class Stale(Refused):
    """Somebody else moved the case since this page was read."""
