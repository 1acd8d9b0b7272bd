"""What a notice says: the county's own text of its kind, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.models import Step
from chengguan.cases.selectors.move import Move
from chengguan.cases.workflow import STATES, Row

KINDS: dict[str, tuple[str, ...]] = {
    "arrived": ("register", "self_handle"),
    "task": ("send_to_confirm", "send_to_verify"),
    "dispatched": ("dispatch", "dispatch_first", "redirect", "fix_responsibility"),
    "assigned": ("assign",),
    "back": ("send_back", "send_back_to_handling", "rework", "rework_through", "recall", "reject", "reopen"),
    "urged": ("urge",),
}
"""kind of standards.switches.NOTICES -> the actions that ring it; requests and their decisions are known by their row."""
_KIND_OF = {action: kind for kind, actions in KINDS.items() for action in actions}
BETWEEN = " · "


def kind_of(row: Row) -> str:
    if row.asks or row.action.startswith("review_"):
        return "asked"
    if row.decides:
        return "decided"
    return _KIND_OF.get(row.action, "next")


def facts_of(move: Move, step: Step) -> dict[str, str]:
    """What stands at each of standards.switches.NOTICE_FIELDS."""
    case = move.case
    return {
        "action": _(move.row.name),
        "case": str(case),
        "matter": case.matter_name or _("未分类"),
        "address": case.address,
        "state": _(STATES[case.state]),
        "who": step.who_name,
        "opinion": step.opinion,
        "department": str(case.department) if case.department else "",
        "deadline": f"{timezone.localtime(case.deadline):%m-%d %H:%M}" if case.deadline else "",
    }


def sample_facts() -> dict[str, str]:
    """For the preview of a text."""
    return {
        "action": _("派遣"),
        "case": "5002412026112700001",
        "matter": _("路灯异常"),
        "address": _("渝秀大道118号附近"),
        "state": _("待处置"),
        "who": _("张三"),
        "opinion": _("请尽快处置"),
        "department": _("路灯管理所"),
        "deadline": "11-28 18:00",
    }


def written(template: Mapping[str, Any], facts: Mapping[str, str]) -> tuple[str, str]:
    """(title, text). A part between two dots of which every named fact is empty is left out. The county's own title is nobody's
    to translate; the program's is."""
    return _filled(_(template["title"]), facts), _filled(template["text"], facts)


def _filled(text: str, facts: Mapping[str, str]) -> str:
    parts = text.split(BETWEEN)
    told = [part.format_map(facts).strip() for part in parts if any(facts[name] for name in facts if f"{{{name}}}" in part) or "{" not in part]
    return BETWEEN.join(told).strip()
