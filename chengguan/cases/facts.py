"""What is announced to the stages below."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CaseRegistered:
    case_id: int


@dataclass(frozen=True)
class CaseMoved:
    case_id: int
    from_state: str
    action: str
    to_state: str


@dataclass(frozen=True)
class CaseClosed:
    case_id: int


@dataclass(frozen=True)
class DeadlinesMoved:
    """Without a step: the calendar or a setting changed."""

    case_id: int


@dataclass(frozen=True)
class ReporterHidden:
    """Who reported it may not be named any more: what repeats `words`, the names and telephones, of this case elsewhere hides them too."""

    case_id: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class CaseEmptied:
    """Past its time and granted: its words and photos are gone, what is kept beside it elsewhere goes too. `names`: what who reported it
    was called and rung up by, which the case does not know any more."""

    case_id: int
    names: tuple[str, ...] = ()
