"""One case that meets everything on its way: sent to the wrong department and returned, redirected, extended, suspended, urged,
reworked, late, appealed, archived; and what both clocks of the department say of it in the end. (M-17, M-18, M-19, M-20)"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from chengguan.cases.models import Clock
from tests.journeys.clerks import SHANGHAI, Clerk, case_of, patched

pytestmark = [pytest.mark.journey]

HOUR = 3600.0
WHOLE_WAY = [
    "register", "accept", "file", "dispatch", "receive", "ask_return", "grant_return", "dispatch", "redirect", "receive", "assign",
    "urge", "reply_urge", "ask_extend", "grant_extend", "ask_suspend", "review_suspend", "grant_suspend", "resume",
    "report_back", "forward", "send_to_verify", "verify", "rework", "urge", "reply_urge", "report_back", "forward", "send_to_verify",
    "verify", "accept_result", "close", "follow_up", "ask_appeal", "review_appeal", "grant_appeal", "archive",
]  # fmt: skip


def at(words: str) -> datetime:
    return datetime.fromisoformat(f"2026-{words}").replace(tzinfo=SHANGHAI)


def clock_of(case: str, kind: str, department: str) -> list[Clock]:
    return list(case_of(case).clocks.filter(kind=kind, department__code=department).order_by("id"))


@pytest.fixture
def clerks() -> dict[str, Clerk]:
    return {name: Clerk(name) for name in ("hotline", "accept", "shift", "dispatch", "lighting", "drainage", "crew", "inspect", "leader", "admin")}


def test_a_case_returned_extended_suspended_reworked_urged_and_appealed(town: dict[str, Any], clerks: dict[str, Clerk], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-02 09:00")  # a Monday; no holiday in the weeks that follow
    accept, shift, dispatch, lighting = (clerks[name] for name in ("accept", "shift", "dispatch", "lighting"))

    # --- to the lighting office, which has nothing to do with it, to the drainage office, and back ---
    case = clerks["hotline"].register(component=str(town["lamp"].pk), reporter_phone="13800001234", reporter_name="田先生")
    clock.to("2026-11-02 09:05")
    accept.decide(case, "受理", "待立案", matter_code="01037", condition_key="01037-03")
    clock.to("2026-11-02 09:10")
    shift.decide(case, "立案", "待派遣")
    clock.to("2026-11-02 09:15")
    dispatch.decide(case, "派遣", "待处置")
    assert case_of(case).handling_deadline == at("11-04 09:15"), "two working days"
    clock.to("2026-11-02 10:15")
    lighting.decide(case, "签收", "处置中")
    lighting.decide(case, "申请回退", "处置中", reason="检查井进水，电缆泡坏，属排水")
    assert dispatch.listed(case), "a request waits for the dispatcher"
    clock.to("2026-11-02 10:30")
    dispatch.decide(case, "同意回退", "待派遣")
    clock.to("2026-11-02 10:35")
    dispatch.refused(case, "派遣", "仍要派遣请写明意见", department="秀山县市政排水管理所")
    dispatch.decide(case, "派遣", "待处置", department="秀山县市政排水管理所", opinion="先排水")
    assert clerks["drainage"].listed(case)
    clock.to("2026-11-02 11:35")
    dispatch.decide(case, "改派", "待处置", department="秀山县路灯管理所", reason="现场看过，井里没有水")
    assert not clerks["drainage"].listed(case)
    lighting.decide(case, "签收", "处置中")
    lighting.decide(case, "指派", "处置中", crew="路灯抢修一班")
    assert case_of(case).handling_deadline == at("11-04 10:20"), "its own clock goes on where it stood at the return"

    # --- urged by a leader, extended, suspended ---
    clock.to("2026-11-03 09:00")
    clerks["leader"].decide(case, "督办", "处置中", urge_kind="领导督办", level="一级", words="学校门口，三天之内要亮")
    assert lighting.listed(case, "/urges?side=owed")
    clock.to("2026-11-03 09:30")
    lighting.decide(case, "回复督办", "处置中", words="等备件，先挂临时灯")
    assert "按时回复" in clerks["leader"].open(case).text
    clock.to("2026-11-03 16:00")
    lighting.decide(case, "申请延期", "处置中", reason="备件从重庆发货")
    lighting.cannot(case, "grant_extend")
    dispatch.cannot(case, "grant_extend")
    clock.to("2026-11-03 16:30")
    shift.decide(case, "同意延期", "处置中", opinion="同意")
    assert case_of(case).handling_deadline == at("11-06 10:20"), "once more the limit"
    clock.to("2026-11-04 09:00")
    lighting.refused(case, "申请挂账", "这个时间已经过去了", reason_code="条件不具备", until="2026-11-01T09:00", reason="等备件")
    lighting.decide(case, "申请挂账", "处置中", reason_code="条件不具备", until="2026-11-11T09:00", reason="备件 11 日到货")
    shift.cannot(case, "grant_suspend")
    clock.to("2026-11-04 09:30")
    dispatch.decide(case, "挂账初审", "处置中")
    clock.to("2026-11-04 10:00")
    shift.decide(case, "同意挂账", "挂账(缓办)")
    page = lighting.open(case)
    assert "已停表" in page.text
    assert page.light == "", "no clock runs"
    clock.to("2026-11-10 18:00")
    assert case_of(case).state == "suspended"
    clock.to("2026-11-11 09:00")
    assert case_of(case).state == "handling", "it resumes by itself at its end date"
    assert case_of(case).handling_deadline == at("11-13 09:20")

    # --- reported back, not done, reworked, late ---
    clock.to("2026-11-12 10:00")
    clerks["crew"].report_back(case, "已更换灯头")
    lighting.cannot(case, "close")
    clock.to("2026-11-12 10:05")
    dispatch.decide(case, "批转", "待发核查")
    clock.to("2026-11-12 10:10")
    accept.decide(case, "发核查", "核查中", inspector="杨秀英")
    clock.to("2026-11-12 10:40")
    clerks["inspect"].looks(case, "不通过")
    accept.cannot(case, "accept_result")
    shift.cannot(case, "close")
    clock.to("2026-11-12 10:45")
    accept.decide(case, "返工", "处置中", reason="灯还是不亮")
    assert case_of(case).handling_deadline == at("11-13 10:05"), "what was left at the report"
    clock.to("2026-11-13 10:06")
    page = lighting.open(case)
    assert page.light == "red"
    assert "超期督办" in page.text, "the platform urges what is late by itself"
    lighting.cannot(case, "ask_extend")
    lighting.decide(case, "回复督办", "处置中", words="正在现场")
    clock.to("2026-11-13 11:05")
    clerks["crew"].report_back(case, "已更换电缆")
    clock.to("2026-11-13 11:10")
    dispatch.decide(case, "批转", "待发核查")
    accept.decide(case, "发核查", "核查中", inspector="杨秀英")
    clock.to("2026-11-13 11:40")
    clerks["inspect"].looks(case, "通过")
    accept.decide(case, "核查批转", "待结案")
    clock.to("2026-11-13 11:50")
    shift.decide(case, "结案", "已结案", closing_note="灯已亮")
    clerks["hotline"].decide(case, "回访", "已结案", satisfaction="基本满意", words="慢了一点")

    # --- appealed in two reviews, then archived when nobody can appeal any more ---
    clock.to("2026-11-16 09:00")
    lighting.decide(case, "申诉", "已结案", reason="井下进水，工期不由人")
    accept.cannot(case, "grant_appeal")
    clock.to("2026-11-16 10:00")
    dispatch.decide(case, "申诉初审", "已结案", opinion="情况属实")
    assert accept.listed(case), "the second review is the supervision centre's"
    clock.to("2026-11-16 11:00")
    accept.decide(case, "申诉成立", "已结案", opinion="不计分")
    lighting.cannot(case, "ask_appeal")
    for day, state in (("19", "closed"), ("20", "closed"), ("21", "archived")):
        clock.to(f"2026-11-{day} 02:20")
        assert case_of(case).state == state, day

    told_in_full(case, shift)


def told_in_full(case: str, shift: Clerk) -> None:
    """The file holds every step; both clocks of each department say what it used."""
    file = case_of(case)
    assert [step.action for step in file.steps.all()] == WHOLE_WAY
    assert (file.return_count, file.extend_count, file.rework_count, file.urge_count) == (1, 1, 1, 2)
    assert (file.handling_overdue, file.exempt, file.satisfaction) == (True, True, "fair"), "late it was, and is not counted"

    own, = clock_of(case, "handling", "lighting")
    first, second = clock_of(case, "handling_turn", "lighting")
    assert (first.used_s, first.overdue) == (1.25 * HOUR, False)
    assert (second.used_s, second.overdue) == (31.75 * HOUR, False), "its last turn alone was in time"
    assert (own.used_s, own.overdue, own.extensions) == (first.used_s + second.used_s, True, 1)
    drainage, = clock_of(case, "handling", "drainage")
    turn, = clock_of(case, "handling_turn", "drainage")
    assert (drainage.used_s, turn.used_s, drainage.overdue) == (HOUR, HOUR, False)
    assert not file.clocks.filter(ended_at=None).exists()
    late = [step.action for step in file.steps.all() if step.overdue]
    assert late == ["urge", "reply_urge", "report_back"], "and no desk was late"

    page = shift.open(case)
    assert page.stage == "已归档"
    assert page.offered == ["重开"], "nothing else can be done with it"
    for words in ("井下进水，工期不由人", "备件从重庆发货", "缓办期满，自动恢复", "学校门口，三天之内要亮", "已更换电缆", "慢了一点"):
        assert words in page.text
