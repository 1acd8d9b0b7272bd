"""Facts that alarms announce to the stages below."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AlarmRaised:
    alarm_id: int


@dataclass(frozen=True)
class AlarmReturned:
    alarm_id: int


@dataclass(frozen=True)
class AlarmDue:
    """The alarm stood through its settling time (or is of the first rank): its policy wants a report of it."""

    alarm_id: int


@dataclass(frozen=True)
class AlarmFolded:
    """The alarm turned out to be part of a greater cause."""

    alarm_id: int
    into_id: int
