"""How counts and ratios are called elsewhere where we say otherwise, and what others count that we do not, each with its reason."""

from __future__ import annotations

ALSO: dict[str, str] = {
    "按期核实数": "confirm_on_time", "按期核查数": "verify_on_time", "超期待处置数": "unhandled_late", "挂账数": "suspended", "急要件": "urgent", "重点案件": "important", "回访数": "followed_up", "非常满意": "very_satisfied",
    "满意": "satisfied", "不满意": "unsatisfied", "按期处置的急要件数": "urgent_on_schedule",
}  # fmt: skip
"""Another name -> our count."""
SENT_BY_CHOICE: dict[str, str] = {"应发核实数": "post_confirm_sent", "应发核查数": "post_verify_sent"}
"""Of an acceptor what should be sent out is what was sent: whether to send is the acceptor's to say."""
ALSO_RATIOS: dict[str, str] = {"超期待处置率": "unhandled_late", "按时结案率 (值班长 post)": "post_closing_on_time"}
"""Another name -> our ratio."""
SAME: dict[str, str] = {"立案数-作废数": "准确立案数"}
"""A sum that is written out elsewhere -> the count that it is here."""
MEANS: dict[str, str] = {"平均处置时长": "handle_s", "平均受理时长": "accept_s", "处置超时倍数": "handle_times"}
"""No ratios of two counts: means over the cases, beside the ratios."""
ASIDE: dict[str, str] = {
    "在岗/轨迹覆盖率": "needs rosters and tracks of inspectors, which the platform does not keep yet",
    "系统评价": "how the platform itself runs is no count of cases; the page of operations shows it",
    "督办案件按时完成": "a line of one city's scheme; notices with a due time are counted on their own page (督办)",
    "组织保障、基础工作、专项考核、重大活动保障": "points that a person gives, no figure of a case; they belong to a scoring scheme",
}
"""Seen among what others score, and not built."""
