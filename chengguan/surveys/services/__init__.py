"""Verbs of 专项普查: the centre opens it, inspectors walk it, the desk decides what becomes of each finding, the centre closes it."""

from chengguan.cases.selectors.refusals import Refused
from chengguan.surveys.services.closing import close_survey, empty_finding, hide_in_finding
from chengguan.surveys.services.deciding import Decided, decide, decide_each
from chengguan.surveys.services.opening import open_survey, prolong, set_walkers
from chengguan.surveys.services.taking_back import take_back
from chengguan.surveys.services.walking import finish_patch, look_at, report_finding

__all__ = [
    "Decided",
    "Refused",
    "close_survey",
    "decide",
    "decide_each",
    "empty_finding",
    "finish_patch",
    "hide_in_finding",
    "look_at",
    "open_survey",
    "prolong",
    "report_finding",
    "set_walkers",
    "take_back",
]
