"""Verbs that change alarms and rules."""

from chengguan.alarms.services.desk import acknowledge, shelve, unshelve
from chengguan.alarms.services.due import expire_shelves, settle
from chengguan.alarms.services.ruling import change_rule, sync_rules, undo_rule
from chengguan.alarms.services.self_watch import clear_platform, judge_stream, raise_platform
from chengguan.alarms.services.transitions import apply_transitions

__all__ = [
    "acknowledge",
    "apply_transitions",
    "change_rule",
    "clear_platform",
    "expire_shelves",
    "judge_stream",
    "raise_platform",
    "settle",
    "shelve",
    "sync_rules",
    "undo_rule",
    "unshelve",
]
