"""The ratios of evaluation as data: which count over which, and whether more is better. Counts are named by the slugs of
evaluation/selectors/counts.py.

`confidence`: seen, in a city's or a vendor's published text; checked, it also reproduces a published figure; analogy, the
denominator is inferred from a sibling; ours, the field leaves it open (OPEN: a county says it as a setting); county, it has said so.
Never a standard's own clause.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Ratio:
    slug: str
    name: str
    over: tuple[str, ...]
    under: str
    higher_is_better: bool = True
    confidence: str = "seen"
    also_under: tuple[str, ...] = ()
    """Added to the denominator."""

    @property
    def unders(self) -> tuple[str, ...]:
        return (self.under, *self.also_under)

    def of(self, figures: Mapping[str, float | None]) -> float | None:
        """Between 0 and 1; None where the denominator is empty: neither nought nor all."""
        whole = sum(figures.get(slug) or 0 for slug in self.unders)
        if not whole:
            return None
        return sum(figures.get(slug) or 0 for slug in self.over) / whole


def _worse_up(slug: str, name: str, over: str, under: str, confidence: str = "seen") -> Ratio:
    return Ratio(slug, name, (over,), under, False, confidence)


_RATIOS: tuple[Ratio, ...] = (
    # of cases: areas and departments
    Ratio("filing", "立案率", ("filed",), "accepted", confidence="checked"),
    Ratio("filing_on_time", "按时立案率", ("file_on_time",), "filed"),
    Ratio("filing_right", "准确立案率", ("file_right",), "filed"),
    Ratio("valid_reports", "有效上报率", ("valid_reports",), "reported"),
    Ratio("accepting_on_time", "按时受理率", ("accept_on_time",), "accepted"),
    Ratio("accepting_right", "准确受理率", ("accept_right",), "accepted"),
    Ratio("dispatch_on_time", "按时派遣率", ("dispatch_on_time",), "dispatch_due"),
    Ratio("dispatch_right", "准确派遣率", ("dispatch_right",), "dispatch_due"),
    Ratio("handling", "处置率", ("handled",), "handle_due"),
    Ratio("handling_on_schedule", "按期处置率", ("handled_on_schedule",), "handle_due"),
    _worse_up("handled_late", "超期处置率", "handled_late", "handle_due", "analogy"),
    _worse_up("unhandled_late", "超期未处置率", "unhandled_late", "handle_due", "analogy"),
    Ratio("urgent_on_schedule", "急要件按期处置率", ("urgent_on_schedule",), "urgent_due", confidence="analogy"),
    Ratio("closing", "结案率", ("closed",), "close_due", confidence="checked"),
    Ratio("closing_on_schedule", "按期结案率", ("closed_on_schedule",), "close_due", confidence="checked"),
    _worse_up("closed_late", "超期结案率", "closed_late", "close_due"),
    _worse_up("unclosed", "未结案率", "unclosed", "reported"),
    _worse_up("rework", "返工率", "reworked", "close_due"),
    _worse_up("extension", "延期率", "extended", "handle_due"),
    _worse_up("suspension", "挂账率", "suspended", "filed", "memory"),
    _worse_up("found_by_public", "监督举报率", "public_confirmed", "filed"),
    _worse_up("missing", "漏报率", "missed", "filed"),
    # of posts
    Ratio("post_accepting_on_time", "按时受理率", ("post_accept_on_time",), "post_accepted"),
    Ratio("post_accepting_right", "准确受理率", ("post_accept_right",), "post_accepted"),
    Ratio("post_sending_to_confirm", "核实按时派发率", ("post_confirm_sent_on_time",), "post_confirm_sent"),
    Ratio("post_sending_to_verify", "核查按时派发率", ("post_verify_sent_on_time",), "post_verify_sent"),
    Ratio("post_filing_on_time", "按时立案率", ("post_file_on_time",), "post_filed"),
    Ratio("post_filing_right", "准确立案率", ("post_file_right",), "post_filed"),
    Ratio("post_closing_on_time", "按时结案率", ("post_close_on_time",), "post_closed"),
    Ratio("post_dispatch_on_time", "按时派遣率", ("post_dispatch_on_time",), "post_dispatched"),
    Ratio("post_dispatch_right", "准确派遣率", ("post_dispatch_right",), "post_dispatched"),
    Ratio("post_valid_reports", "有效上报率", ("post_valid_reports",), "post_reported"),
    Ratio("post_missing", "漏报率", ("post_missed",), "post_valid_reports", False, "seen in one city", ("post_missed",)),
    Ratio("post_confirming_on_time", "按时核实率", ("confirm_on_time",), "confirm_due"),
    Ratio("post_verifying_on_time", "按时核查率", ("verify_on_time",), "verify_due"),
)
_OPEN: tuple[Ratio, ...] = (
    Ratio("accepting", "受理率", ("accepted",), "accept_due", confidence="ours"),
    Ratio("dispatching", "派遣率", ("dispatched",), "dispatch_due", confidence="ours"),
    Ratio("verifying", "核查率", ("verify_done",), "verify_due", confidence="ours"),
    Ratio("rectifying", "整改率", ("closed",), "filed", confidence="ours"),
    _worse_up("reported_by_public", "公众举报率", "public_reports", "reported", "ours"),
    Ratio("satisfaction", "满意率", ("very_satisfied", "satisfied"), "followed_up", confidence="ours"),
)
OPEN: dict[str, Ratio] = {ratio.slug: ratio for ratio in _OPEN}
"""Names that are in use everywhere, each with another denominator: ours by default, the county's by the setting `ratio.<slug>`."""
RATIOS: dict[str, Ratio] = {ratio.slug: ratio for ratio in (*_RATIOS, *_OPEN)}

COUNTABLE: dict[str, dict[str, str]] = {
    "case": {
        "reported": "上报数", "valid_reports": "有效上报数", "public_reports": "公众举报数", "public_valid": "公众有效上报数", "public_confirmed": "监督举报核实数",
        "repeated": "重复上报数", "answered": "当即办理数", "transferred": "转办数", "accept_due": "应受理数", "accepted": "受理数", "accept_on_time": "按时受理数",
        "accept_right": "准确受理数", "refused": "不予受理数", "filed": "立案数", "file_on_time": "按时立案数", "file_right": "准确立案数", "dispatch_due": "应派遣数",
        "dispatched": "派遣数", "dispatch_on_time": "按时派遣数", "dispatch_right": "准确派遣数", "handle_due": "应处置数", "handled": "处置数",
        "handled_on_schedule": "按期处置数", "handled_late": "超期处置数", "handled_twice": "超时一倍以上数", "unhandled": "未处置数", "unhandled_late": "超期未处置数", "check_due": "应督查数",
        "send_to_verify_due": "应发核查数", "sent_to_verify": "发核查数", "close_due": "应结案数", "closed": "结案数", "closed_on_schedule": "按期结案数",
        "closed_late": "超期结案数", "forced": "强制结案数", "unclosed": "未结案数", "unclosed_late": "超期未结案数", "reworked": "返工数", "returned": "回退数",
        "extended": "延期数", "suspended": "挂账(缓办)数", "urged": "督办数", "voided": "作废数", "self_handled": "自行处置数", "missed": "漏报数",
        "followed_up": "有效回访数", "very_satisfied": "非常满意数", "satisfied": "满意数", "unsatisfied": "不满意数",
    },
    "inspector": {
        "post_reported": "上报数", "post_valid_reports": "有效上报数", "post_self_handled": "自行处置数", "confirm_due": "应核实数", "confirm_done": "核实数",
        "confirm_on_time": "按时核实数", "verify_due": "应核查数", "verify_done": "核查数", "verify_on_time": "按时核查数", "verify_undone": "超时未核查数",
        "checked": "被抽查数", "check_overturned": "无效核查数",
    },
}  # fmt: skip
"""Of what an open ratio may be made, under the names that evaluation gives them: of cases, or of what an inspector did. The two are
never divided by one another."""


def by_county(slug: str, value: Mapping[str, Any]) -> Ratio:
    """An open ratio as a county's setting has it; ours where that is what it says."""
    under, *more = value["under"]
    said = replace(OPEN[slug], over=tuple(value["over"]), under=under, also_under=tuple(more))
    return said if said == OPEN[slug] else replace(said, confidence="county")
