"""The verbs of a case. `act` is the single mover; `register` and `self_handle` begin one."""

from chengguan.cases.selectors.refusals import Refused, Stale
from chengguan.cases.services.administration import set_calendar_day, set_setting, set_settings, undo
from chengguan.cases.services.again import may_be_reopened
from chengguan.cases.services.alarms import add_evidence, register_alarm, register_alarms, withdraw_evidence
from chengguan.cases.services.habits import mark_opened
from chengguan.cases.services.moving import act, objections
from chengguan.cases.services.on_the_line import ON_THE_LINE, answered_and_awaited, register_and_end
from chengguan.cases.services.registering import known_by, link_case, register, self_handle
from chengguan.cases.services.takeover import take_over
from chengguan.cases.services.takeover_mapping import BadMapping, read_mapping
from chengguan.cases.services.takeover_report import Takeover
from chengguan.cases.services.takeover_saved import save_mapping
from chengguan.cases.services.telling import link, quietly

__all__ = [
    "ON_THE_LINE",
    "BadMapping",
    "Refused",
    "Stale",
    "Takeover",
    "act",
    "add_evidence",
    "answered_and_awaited",
    "known_by",
    "link",
    "link_case",
    "mark_opened",
    "may_be_reopened",
    "objections",
    "quietly",
    "read_mapping",
    "register",
    "register_alarm",
    "register_alarms",
    "register_and_end",
    "save_mapping",
    "self_handle",
    "set_calendar_day",
    "set_setting",
    "set_settings",
    "take_over",
    "undo",
    "withdraw_evidence",
]
