"""How a case travels, who decides, what is asked for, what notices and screens say: the settings beside limits and windows.

Each is (key, name, default, source, shape); `shapes.py` checks a value by its shape. An empty list of matters means: none.
"""

from __future__ import annotations

from typing import Any

DECIDERS = ("dispatcher", "shift_leader", "leader")
"""Who may stand on a ladder of approval: the frame that the state table gives to granting and denying."""

_SHIFT_LEADER = [{"times": 1, "days": 0, "who": ["shift_leader"]}]

NOTICE_FIELDS: dict[str, str] = {
    "action": "办了什么",
    "case": "案件号",
    "matter": "类别",
    "address": "位置",
    "state": "现在的环节",
    "who": "谁办的",
    "opinion": "意见",
    "department": "责任单位",
    "deadline": "时限",
}
"""What a text of a notice may name in braces, and what stands there then."""

NOTICES: dict[str, str] = {
    "arrived": "新登记的案件",
    "task": "派给采集员的核实、核查",
    "dispatched": "派遣、改派给单位",
    "assigned": "指派给班组",
    "back": "退回、返工、撤回",
    "asked": "等审批的申请",
    "decided": "申请的审批结果",
    "urged": "督办",
    "next": "其余：轮到您办",
}
NOTICE = {"on": True, "title": "{action}：{matter} {address}", "text": "{case} · {who} · {opinion}"}

WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "word.department": (("责任单位",), ("专业部门", "网络单位", "处置单位")),
    "word.inspector": (("信息采集员", "采集员"), ("监督员", "采集员", "网格员")),
    "word.hotline_operator": (("坐席员",), ("接线员", "话务员")),
    "word.overseer": (("督查员",), ("督办员",)),
    "word.township": (("镇街",), ("乡镇（街道）", "街道")),
    "word.urgent": (("急要件",), ("紧急案件", "特急件")),
    "word.suspend": (("挂账(缓办)", "挂账", "缓办"), ("挂账", "缓办")),
    "word.force_close": (("强制结案",), ("强结",)),
}
"""The few words that differ by town: what the screens say by default (the first) with its short forms, and what is said elsewhere."""

_MATTERS: tuple[tuple[str, str], ...] = (
    ("confirm.never", "不必核实的事项(代码前缀)"),
    ("dispatch.automatic", "自动派遣的事项(代码前缀)"),
    ("receive.automatic", "自动签收的事项(代码前缀)"),
    ("forward.automatic", "自动批转的事项(代码前缀)"),
    ("verify.automatic", "自动免核查的事项(代码前缀)"),
)
_PHOTOS: tuple[tuple[str, str], ...] = (
    ("photos.register", "采集员上报的照片数(按事项)"),
    ("photos.report_back", "反馈的照片数(按事项)"),
    ("photos.verify", "核查的照片数(按事项)"),
)
_LADDERS: tuple[tuple[str, str], ...] = (
    ("approval.extend", "延期由谁审批"),
    ("approval.suspend", "挂账由谁审批"),
    ("approval.void", "作废由谁审批"),
)

SWITCHES: tuple[tuple[str, str, Any, str, str], ...] = (
    *((key, name, [], "ours", "matters") for key, name in _MATTERS),
    ("handling.crew_review_own", "单位自己另定的初审事项", {}, "ours", "by_department"),
    *((key, name, {}, "ours", "numbers") for key, name in _PHOTOS),
    *((key, name, _SHIFT_LEADER, "ours", "ladder") for key, name in _LADDERS),
    *((f"notice.{kind}", f"通知：{name}", NOTICE, "ours", "notice") for kind, name in NOTICES.items()),
    *((key, f"用语：{said[0]}", said[0], "seen as a choice", "word") for key, (said, _others) in WORDS.items()),
)
