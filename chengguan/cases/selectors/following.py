"""What a citizen may know of an own report: by its code, without names of others."""

from __future__ import annotations

from typing import Any

from chengguan.cases import workflow
from chengguan.cases.models import Case

CITIZEN_WORDS = {
    1: "已收到, 正在核对", 2: "已立案, 正在安排单位", 3: "正在处理", 4: "已处理, 正在检查", 5: "检查完毕, 即将办结", 6: "已办结",
}  # fmt: skip
ENDED = {
    "refused": "未能受理", "declined": "未能立案", "answered": "已答复", "transferred": "已转有关单位",
    "merged": "已有相同问题在处理", "voided": "已撤销",
}  # fmt: skip


def follow(code: str) -> dict[str, Any] | None:
    """state in the citizen's words, the steps passed, what was answered; None for an unknown code. A merged report
    follows the case it was merged into."""
    case = Case.objects.filter(follow_code=code.strip().upper()).select_related("merged_into").first()
    if case is None or not code.strip():
        return None
    seen = case.merged_into if case.state == "merged" and case.merged_into else case
    words = ENDED.get(seen.state) or CITIZEN_WORDS.get(workflow.STEP_OF.get(seen.state, 1), "")
    if seen.state == "handling" and seen.rework_count:
        words = "正在重新处理"
    return {
        "case": case,
        "words": words,
        "step": workflow.STEP_OF.get(seen.state, 0),
        "merged": case.state == "merged",
        "answer": case.closing_note if case.state in ("refused", "declined", "answered", "transferred") else "",
        "reported_at": case.reported_at,
        "closed_at": seen.closed_at,
        "ended": seen.state in workflow.FINAL,
    }
