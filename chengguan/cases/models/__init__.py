"""The tables of cases. A case is moved by services.act only."""

from chengguan.cases.models.awaited import Clock, Request, Task
from chengguan.cases.models.case import KINDS, SOURCES, STATE_CHOICES, Case, CaseAlarm, Dispatch, Photo, Report, Step
from chengguan.cases.models.county import CalendarDay, Change, Sequence, Setting
from chengguan.cases.models.habits import Opened, UsedClass
from chengguan.cases.models.limits import FilingLimit, StagedLimit
from chengguan.cases.models.removals import Removal
from chengguan.cases.models.retention import Disposal, Retention
from chengguan.cases.models.taken import TakenOver, TakeoverBatch, TakeoverMapping
from chengguan.cases.models.words import CaseWords

__all__ = [
    "KINDS",
    "SOURCES",
    "STATE_CHOICES",
    "CalendarDay",
    "Case",
    "CaseAlarm",
    "CaseWords",
    "Change",
    "Clock",
    "Dispatch",
    "Disposal",
    "FilingLimit",
    "Opened",
    "Photo",
    "Removal",
    "Report",
    "Request",
    "Retention",
    "Sequence",
    "Setting",
    "StagedLimit",
    "Step",
    "TakenOver",
    "TakeoverBatch",
    "TakeoverMapping",
    "Task",
    "UsedClass",
]
