"""The tables of cases. A case is moved by services.act only."""

from chengguan.cases.models.awaited import Clock, Request, Task
from chengguan.cases.models.case import KINDS, SOURCES, STATE_CHOICES, Case, CaseAlarm, Dispatch, Photo, Report, Step
from chengguan.cases.models.county import CalendarDay, Change, Sequence, Setting

__all__ = [
    "KINDS",
    "SOURCES",
    "STATE_CHOICES",
    "CalendarDay",
    "Case",
    "CaseAlarm",
    "Change",
    "Clock",
    "Dispatch",
    "Photo",
    "Report",
    "Request",
    "Sequence",
    "Setting",
    "Step",
    "Task",
]
