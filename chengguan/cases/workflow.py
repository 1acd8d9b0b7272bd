"""The life of a case as one table: from, action, to, 中文, who, what is required, the clocks, and why.

Nothing else moves a case. Plain Python, to be read aloud by a clerk. Roles are the posts of
people/roles.py and `system`, the platform itself. A requirement that ends in "?" is offered on the form but may stay empty. `guards` are conditions the mover checks by name before it moves; `automatic:` names the setting that must cover the matter
before the platform itself may take the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chengguan.cases.fields import FIELDS, Field

NEW = "(new)"
SAME = "(same)"
BEFORE = "(before)"
MAPPED = "(mapped)"
"""The state into which the mapping of another system's export puts a case."""

STATES: dict[str, str] = {
    "reported": "待受理",
    "confirming": "核实中",
    "awaiting_filing": "待立案",
    "awaiting_dispatch": "待派遣",
    "dispatched": "待处置",
    "handling": "处置中",
    "department_review": "待部门初审",
    "reported_back": "已反馈待批转",
    "awaiting_verification": "待发核查",
    "verifying": "核查中",
    "verified": "待核查批转",
    "awaiting_closing": "待结案",
    "suspended": "挂账(缓办)",
    "self_handled": "自处置待审核",
    "closed": "已结案",
    "archived": "已归档",
    "refused": "不予受理",
    "declined": "不予立案",
    "answered": "当即办结",
    "transferred": "转办",
    "merged": "已并案",
    "voided": "作废",
}
FINAL = ("closed", "archived", "refused", "declined", "answered", "transferred", "merged", "voided")
KEPT_STATES = tuple(state for state in FINAL if state not in ("closed", "merged"))
"""Whose file is kept for a period of its own; what is closed is archived first, what is merged belongs to the file of its main case."""
OPEN = tuple(state for state in STATES if state not in FINAL)
FILED = (
    "awaiting_dispatch", "dispatched", "handling", "department_review", "reported_back",
    "awaiting_verification", "verifying", "verified", "awaiting_closing", "suspended",
)  # fmt: skip
ON_THE_WAY = (
    "reported", "confirming", "awaiting_filing", "awaiting_dispatch", "dispatched", "handling",
    "department_review", "reported_back", "awaiting_verification", "verifying", "verified", "awaiting_closing",
)  # fmt: skip
OWN_LEVEL = ("reported", "confirming", "awaiting_filing", "awaiting_dispatch")
"""Where a township's desk does what the centre's desks do, for the matters the county gave it."""
OWN_END = ("reported_back", "awaiting_verification", "verifying", "verified", "awaiting_closing")
"""The same after handling, for the matters whose verifying and closing the county gave it too."""
WITH_DEPARTMENT = ("dispatched", "handling", "department_review")
IN_HANDLING = (*WITH_DEPARTMENT, "suspended")
"""Where handling can come late. What was reported back in time stays in time, also where the county lets the clock run on: only
when it is sent back does the deadline count again."""
FOLLOWED = ("closed", "refused", "declined", "answered", "transferred", "voided")
"""Ends that a caller who wants a reply is rung up about: what was answered at the desk, too, for by then they had hung up. Who was
answered while still on the line waits for nothing (`services/on_the_line.py`)."""

STAGES: dict[str, str] = {
    "reported": "受理", "confirming": "受理", "awaiting_filing": "立案", "awaiting_dispatch": "派遣",
    "dispatched": "处置", "handling": "处置", "department_review": "处置", "reported_back": "批转",
    "awaiting_verification": "发核查", "verifying": "发核查", "verified": "核查批转", "awaiting_closing": "结案",
    "suspended": "处置", "self_handled": "受理",
}  # fmt: skip
"""Whose stage clock a state stands on; the states of 处置 stand on the handling clock."""

DESK_OF: dict[str, str] = {
    "reported": "acceptor", "awaiting_filing": "shift_leader", "awaiting_dispatch": "dispatcher", "reported_back": "dispatcher",
    "awaiting_verification": "acceptor", "verified": "acceptor", "awaiting_closing": "shift_leader", "self_handled": "acceptor",
}  # fmt: skip
"""Whose desk at the centre a state waits on: whom the bell calls, and whom a list names."""
ANSWERS: dict[str, str] = DESK_OF | {"confirming": "acceptor", "verifying": "acceptor"}
"""Which post answers a notice 督办 in a state that is not a department's."""

SIX_STEPS = ("上报", "受理立案", "派遣", "处置", "核查", "结案")
STEP_OF: dict[str, int] = {
    "reported": 1, "confirming": 1, "awaiting_filing": 1, "awaiting_dispatch": 2, "dispatched": 3, "handling": 3,
    "department_review": 3, "suspended": 3, "reported_back": 3, "awaiting_verification": 4, "verifying": 4,
    "verified": 4, "awaiting_closing": 5, "self_handled": 1, "closed": 6, "archived": 6,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    frm: tuple[str, ...]
    action: str
    to: str
    name: str
    who: tuple[str, ...]
    requires: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    clock: tuple[str, ...] = ()
    why: str = ""
    main: bool = False  # the ordinary next step, offered first
    asks: str = ""  # opens a request of this kind beside the stage
    decides: str = ""  # decides a waiting request of this kind
    anywhere: bool = False  # also where the case is not theirs: the guard finds who was asked


DESK = ("acceptor", "hotline_operator")
ANYONE = ("inspector", "acceptor", "hotline_operator", "duty_officer", "dispatcher", "shift_leader", "overseer",
          "leader", "township", "department", "crew", "trade_engineer", "contractor_lead", "citizen", "system")  # fmt: skip

TABLE: tuple[Row, ...] = (
    # --- 信息收集 ---
    Row((NEW,), "register", "reported", "登记", ANYONE, ("words?", "matter_code?", "place?", "photos?"), ("place_or_words",),
        ("start:受理",), "每一条来源都先登记，才谈得上受理与否。", main=True),
    Row((NEW,), "self_handle", "self_handled", "自行处置", ("inspector",), ("matter_code", "place", "photos_before", "photos_after", "words?"), (),
        (), "举手之劳当场解决，只记一笔，不占部门时限。"),
    Row(("self_handled",), "approve", "closed", "审核通过", ("acceptor", "shift_leader"), ("opinion?",), (),
        ("end:all",), "计入自行处置，不计入部门的各项率。", main=True),
    Row(("self_handled",), "reject", "refused", "审核退回", ("acceptor", "shift_leader"), ("reason",), (),
        ("end:all",), "照片看不出已解决的，不算数。"),
    Row((NEW,), "take_over", MAPPED, "接管登记", ("system",), (), (),
        (), "别的系统办过的，只记它知道的，不补编步骤；没办完的从这里接着办。"),
    # --- 案卷建立 ---
    Row(("reported",), "accept", "awaiting_filing", "受理", ("acceptor", "township"), ("matter_code", "condition_key", "place?", "opinion?"), ("own_level", "place_in_grid"),
        ("end:受理", "start:立案"), "类别、立案条件、所在网格齐了才能往下走。", main=True),
    Row(("reported",), "send_to_confirm", "confirming", "发核实", ("acceptor", "township"), ("inspector", "words?"), ("own_level", "confirm_wanted"),
        ("judge:发核实", "pause:受理", "task:核实"), "真假不明，请网格里的采集员去看一眼；受理时钟停着等。"),
    Row(("confirming",), "confirm", "reported", "核实", ("inspector",), ("true", "photos", "position", "words?"), ("own_task", "on_the_place", "says_what_is_wrong"),
        ("endtask:核实", "resume:受理"), "到了现场、拍了照片才算核实。", main=True),
    Row(("confirming",), "recall", "reported", "撤回核实", ("acceptor", "township", "system"), ("reason",), ("own_level",),
        ("endtask:核实", "resume:受理"), "采集员逾期未去，受理员不能一直等。"),
    Row(("reported",), "refuse", "refused", "不予受理", ("acceptor", "township"), ("reason",), ("own_level",),
        ("end:all",), "不属城市管理或不属实，要说明理由。"),
    Row(("reported",), "answer", "answered", "当即办结", (*DESK, "township"), ("answer",), ("own_level",),
        ("end:all",), "只是一问，当场答复。"),
    Row(("reported",), "transfer", "transferred", "转办", (*DESK, "township"), ("receiver", "reason?"), ("own_level",),
        ("end:all",), "属于别的系统，转出并留痕。"),
    Row(("reported", "awaiting_filing"), "merge", "merged", "并案", ("acceptor", "shift_leader", "township"), ("into", "reason?"), ("own_level", "other_case"),
        ("end:all",), "同一处同一件事，只派一次工。"),
    Row(("awaiting_filing",), "file", "awaiting_dispatch", "立案", ("shift_leader", "township", "system"), ("opinion?",), ("own_level", "condition_met"),
        ("end:立案", "number", "start:派遣"), "够立案条件才立案，有了案件号才叫案件。", main=True),
    Row(("awaiting_filing",), "decline", "declined", "不予立案", ("shift_leader", "township"), ("reason",), ("own_level",),
        ("end:all",), "够不上立案条件，要说明理由。"),
    Row(("awaiting_filing",), "send_back", "reported", "退回受理", ("shift_leader", "township"), ("reason",), ("own_level",),
        ("end:立案", "start:受理"), "类别或位置有误，退给受理员改。"),
    Row((*OWN_LEVEL, *OWN_END), "hand_up", SAME, "上交县中心", ("township",), ("reason",), ("own_level",),
        (), "镇街办不了、不该镇街办的，写明理由交给县中心。"),
    Row(OWN_LEVEL, "hand_down", SAME, "交镇街办", ("acceptor", "shift_leader", "dispatcher"), ("reason",), ("township_with_desk",),
        (), "镇街自己能办的，县中心写明理由交给事发地的镇街。"),
    # --- 任务派遣 ---
    Row(("awaiting_dispatch",), "dispatch", "dispatched", "派遣", ("dispatcher", "township", "system"), ("department", "helpers?", "copies?", "opinion?"), ("automatic:dispatch.automatic", "own_level", "department_with_right"),
        ("end:派遣", "handling"), "处置时限从派遣起算（可设为立案或签收）。", main=True),
    Row(("awaiting_dispatch",), "dispatch_first", "dispatched", "先行派遣", ("dispatcher",), ("department", "reason", "helpers?", "copies?"), ("urgent_case",),
        ("end:派遣", "handling"), "人命关天，先派人去，责任后定；定责前不计分。"),
    Row(("awaiting_dispatch",), "send_back", "awaiting_filing", "退回监督中心", ("dispatcher",), ("reason",), (),
        ("end:派遣", "start:立案"), "立案有误，派不出去。"),
    # --- 任务处理 ---
    Row(("dispatched",), "receive", "handling", "签收", ("department", "system"), ("opinion?",), ("automatic:receive.automatic",),
        (), "签收前的时间也算部门的。", main=True),
    Row(("dispatched", "handling"), "ask_return", SAME, "申请回退", ("department",), ("reason",), ("return_window", "no_request"),
        (), "不是本单位的事，四个工作时之内说。", asks="return"),
    Row(("dispatched", "handling"), "grant_return", "awaiting_dispatch", "同意回退", ("dispatcher",), ("opinion?",), ("request:return",),
        ("end:处置", "start:派遣"), "换一家单位，给新的时限。", decides="return"),
    Row(("dispatched", "handling"), "deny_return", SAME, "不同意回退", ("dispatcher",), ("reason",), ("request:return",),
        (), "还是这家单位的事，时钟没有停过。", decides="return"),
    Row(("dispatched", "handling"), "redirect", "dispatched", "改派", ("dispatcher", "township"), ("department", "reason", "helpers?", "copies?"), ("own_level", "department_with_right"),
        ("end:处置", "handling"), "派错了由派遣员改，新单位用新时限。"),
    Row(FILED[1:], "fix_responsibility", SAME, "定责", ("dispatcher",), ("department", "reason?"), ("responsibility_open", "may_receive", "done_by_whom_it_is"),
        (), "先行派遣之后把责任定下来，从此计分；活干得快的，反馈之后、结案之前还能补定。"),
    Row(("handling",), "assign", SAME, "指派", ("department",), ("crew", "opinion?"), ("own_crew",),
        (), "单位把活交给班组或养护公司。"),
    Row(("handling",), "ask_extend", SAME, "申请延期", ("department",), ("extended_to?", "reason"), ("not_overdue", "extensions_left", "no_request", "extension_in_reach"),
        (), "超期之后再申请就晚了；最多两次。要延到什么时候自己写，空着就是一个原时限。", asks="extend"),
    Row(("handling",), "grant_extend", SAME, "同意延期", ("shift_leader", "dispatcher", "leader"), ("extended_to?", "opinion?"), ("request:extend", "on_the_ladder", "extension_in_reach"),
        ("extend",), "每次最多加一个原时限；审批的人看得到申请延到什么时候，可以缩短。", decides="extend"),
    Row(("handling",), "deny_extend", SAME, "不同意延期", ("shift_leader", "dispatcher", "leader"), ("reason",), ("request:extend", "on_the_ladder"),
        (), "不同意的不计次数。", decides="extend"),
    Row(("dispatched", "handling"), "ask_suspend", SAME, "申请挂账", ("department",), ("reason_code", "until", "reason"), ("within_a_year", "no_request"),
        (), "季节、资金、条件不具备，一年之内定个日子。", asks="suspend"),
    Row(("dispatched", "handling"), "review_suspend", SAME, "挂账初审", ("dispatcher",), ("opinion?",), ("request:suspend", "not_reviewed"),
        (), "两级审批的第一级。"),
    Row(("dispatched", "handling"), "grant_suspend", "suspended", "同意挂账", ("shift_leader", "dispatcher", "leader"), ("opinion?",), ("request:suspend", "reviewed", "on_the_ladder"),
        ("pause:处置",), "处置时钟停到约定的日子。", decides="suspend"),
    Row(("dispatched", "handling"), "deny_suspend", SAME, "不同意挂账", ("dispatcher", "shift_leader", "leader"), ("reason",), ("request:suspend", "reviewer_or_on_the_ladder"),
        (), "照常处置。", decides="suspend"),
    Row(("suspended",), "resume", BEFORE, "恢复", ("dispatcher", "system"), ("reason?",), (),
        ("resume:处置",), "到期自动恢复，时钟接着走。", main=True),
    Row(("handling",), "finish_stage", SAME, "完成分段", ("department", "crew"), ("done", "photos", "position?", "far?"), ("another_stage", "enough_photos", "far_is_meant"),
        ("next_stage",), "分段限时的案件，一段做完拍照为证，下一段从此起算；每一段各算各的超期。要单位初审的，最后一段做完再提交。"),
    Row(("awaiting_dispatch", "dispatched", "handling"), "set_stages", SAME, "设定分段", ("dispatcher",), ("stages?", "reason"), ("stages_make_sense",),
        ("restage",), "这一件要几段做完、每段多久，派遣员说了算；做完的段不改，超期的段不补时间。"),
    Row(("handling",), "submit", "department_review", "提交初审", ("crew",), ("done", "photos", "position?", "far?"), ("own_case", "review_wanted", "stages_finished", "enough_photos", "far_is_meant"),
        (), "单位要先看一遍的事项，班组干完交单位初审；时钟不停。", main=True),
    Row(("department_review",), "send_back", "handling", "初审退回", ("department",), ("reason",), (),
        (), "活没干好，单位自己退给班组。"),
    # --- 处理反馈 ---
    Row(("handling",), "report_back", "reported_back", "反馈", ("department", "crew"), ("done", "photos", "position?", "far?"), ("no_review_of_the_crew", "stages_finished", "enough_photos", "far_is_meant"),
        ("pause:处置", "start:批转"), "说清做了什么，拍照为证；好没好由别人看，干活的不能自己结案。", main=True),
    Row(WITH_DEPARTMENT, "report_help", SAME, "协办反馈", ("department",), ("done", "photos?"), ("helping",),
        (), "协办单位做完自己那一份，告诉主办单位；主办的时限照走。", anywhere=True),
    Row(("department_review",), "report_back", "reported_back", "反馈", ("department",), ("done?", "photos?"), (),
        ("pause:处置", "start:批转"), "班组交来的话和照片就是单位的，看过了可以直接反馈。", main=True),
    Row(("reported_back",), "send_back", "handling", "退回处置", ("dispatcher", "township"), ("reason",), ("own_level",),
        ("end:批转", "resume:处置"), "一看就没做完的，不必劳动采集员。"),
    Row(("reported_back",), "forward", "awaiting_verification", "批转", ("dispatcher", "township", "system"), ("opinion?",), ("automatic:forward.automatic", "own_level", "nothing_to_redo"),
        ("end:批转", "start:发核查"), "看过反馈，交去核查。", main=True),
    # --- 核查结案 ---
    Row(("awaiting_verification",), "send_to_verify", "verifying", "发核查", ("acceptor", "township"), ("inspector", "words?"), ("own_level",),
        ("pause:发核查", "task:核查"), "派人去现场看；发核查的时钟停着等。", main=True),
    Row(("awaiting_verification",), "skip", "awaiting_closing", "免核查", ("acceptor", "township", "system"), ("evidence",), ("own_level", "evidence_stands"),
        ("end:发核查", "start:结案"), "设备自己的读数已经证明的，不必再跑一趟。"),
    Row(("verifying",), "verify", "verified", "核查", ("inspector",), ("passed", "photos", "position", "words?"), ("own_task", "on_the_place", "enough_photos", "says_what_is_wrong"),
        ("endtask:核查", "end:发核查", "start:核查批转"), "同一个角度再拍一张，好与不好一看便知。", main=True),
    Row(("verifying",), "recall", "awaiting_verification", "撤回核查", ("acceptor", "township", "system"), ("reason",), ("own_level",),
        ("endtask:核查", "resume:发核查"), "采集员逾期未去，另派别人。"),
    Row(("verified",), "accept_result", "awaiting_closing", "核查批转", ("acceptor", "township"), ("opinion?",), ("own_level", "found_done"),
        ("end:核查批转", "start:结案"), "采集员说好了，才送去结案。", main=True),
    Row(("verified",), "rework", "handling", "返工", ("acceptor", "shift_leader", "township"), ("reason",), ("own_level", "straight_rework"),
        ("end:核查批转", "resume:处置"), "没做好，还是原单位；时钟接着走。"),
    Row(("verified",), "rework_through", "reported_back", "返工(经派遣员)", ("acceptor", "shift_leader", "township"), ("reason",), ("own_level", "rework_through_dispatcher"),
        ("end:核查批转", "start:批转"), "县里规定返工要经派遣员的，先交派遣员，由派遣员退回原单位。"),
    Row(("awaiting_closing",), "close", "closed", "结案", ("shift_leader", "township"), ("closing_note?",), ("own_level", "never_the_department", "verified_or_proven", "alarm_gone"),
        ("end:all",), "值班长结案，处置的单位不能自己结；县里交给镇街结案的，核查过才结，由没有反馈过的人结。", main=True),
    Row(("awaiting_closing",), "send_back", "awaiting_verification", "退回核查", ("shift_leader", "township"), ("reason",), ("own_level",),
        ("end:结案", "start:发核查"), "核查看不清楚，再看一次。"),
    Row(("awaiting_closing",), "send_back_to_handling", "handling", "退回处置", ("shift_leader", "township"), ("reason",), ("own_level",),
        ("end:结案", "resume:处置"), "没到结案条件，回去接着做。"),
    Row(("reported_back", "awaiting_verification", "verified", "awaiting_closing"), "ask_force_close", SAME, "申请强制结案", ("shift_leader",), ("reason",), ("no_request", "not_approved_yet"),
        (), "强制结案要领导点头。", asks="force_close"),
    Row(("reported_back", "awaiting_verification", "verified", "awaiting_closing"), "grant_force_close", SAME, "同意强制结案", ("leader",), ("opinion?",), ("request:force_close",),
        (), "领导同意，值班长去做。", decides="force_close"),
    Row(("reported_back", "awaiting_verification", "verified", "awaiting_closing"), "deny_force_close", SAME, "不同意强制结案", ("leader",), ("reason",), ("request:force_close",),
        (), "照常走完。", decides="force_close"),
    Row(("reported_back", "awaiting_verification", "verified", "awaiting_closing"), "force_close", "closed", "强制结案", ("shift_leader",), ("reason",), ("never_the_department", "leader_approved"),
        ("end:all",), "没有核查就结案，永远带着这个记号。"),
    # --- 作废, 结案之后 ---
    Row(FILED, "ask_void", SAME, "申请作废", ("acceptor", "dispatcher"), ("reason",), ("no_request",),
        (), "立错了案的才作废。", asks="void"),
    Row(FILED, "grant_void", "voided", "同意作废", ("shift_leader", "dispatcher", "leader"), ("opinion?",), ("request:void", "on_the_ladder"),
        ("end:all",), "不进部门的各项率，计入作废数。", decides="void"),
    Row(FILED, "deny_void", SAME, "不同意作废", ("shift_leader", "dispatcher", "leader"), ("reason",), ("request:void", "on_the_ladder"),
        (), "照常走完。", decides="void"),
    Row((*FOLLOWED, "archived"), "follow_up", SAME, "回访", DESK, ("satisfaction", "words?", "linked?"), ("somebody_to_call", "linked_when_unsatisfied"),
        (), "告诉来电人结果，问一句满不满意；不满意的另立关联案件，旧结果不动。", main=True),
    Row(("closed",), "ask_appeal", SAME, "申诉", ("department",), ("reason",), ("was_overdue", "appeal_window", "first_appeal"),
        (), "只有超期的可以申诉，一案一次。", asks="appeal"),
    Row(("closed",), "review_appeal", SAME, "申诉初审", ("dispatcher",), ("opinion?",), ("request:appeal", "not_reviewed"),
        (), "两级审批的第一级。"),
    Row(("closed",), "grant_appeal", SAME, "申诉成立", ("acceptor",), ("opinion?",), ("request:appeal", "reviewed"),
        (), "超期的事实还在，只是不计分。", decides="appeal"),
    Row(("closed",), "deny_appeal", SAME, "申诉不成立", ("dispatcher", "acceptor"), ("reason",), ("request:appeal",),
        (), "照常计分。", decides="appeal"),
    Row(("closed", "archived"), "reopen", "awaiting_dispatch", "重开", ("shift_leader",), ("reason",), ("reopen_window",),
        ("start:派遣",), "又坏了，给新时限，旧结果留着。"),
    Row(("closed",), "archive", "archived", "归档", ("system",), (), ("appeal_over",),
        (), "申诉期过了自动归档。"),
    # --- 旁路: 不改变阶段 ---
    Row(ON_THE_WAY, "urge", SAME, "督办", ("dispatcher", "overseer", "leader", "system"), ("urge_kind", "level", "words", "until?"), ("due_ahead",),
        ("task:督办回复",), "案件在谁手里由谁回复，回复另有时限；一级督办同时告知领导和值班长，二级告知值班长。"),
    Row(ON_THE_WAY, "reply_urge", SAME, "回复督办", ("department", "township", "dispatcher", "acceptor", "shift_leader"), ("words",), ("urge_waiting",),
        ("endtask:督办回复",), "督办要有回音；一次回复答的是本案所有等您回复的督办。", anywhere=True),
    Row(ON_THE_WAY, "instruct", SAME, "批示", ("leader",), ("words",), (), (), "领导的话记在案上。"),
    Row(ON_THE_WAY, "consult", SAME, "会商", ("leader", "dispatcher"), ("participants", "words", "until?"), ("no_consultation", "due_ahead"),
        (), "几家的事几家商量：请到的单位各写意见，召集人写下结论才算会商完。"),
    Row(ON_THE_WAY, "answer_consult", SAME, "会商意见", ("department",), ("words", "photos?"), ("opinion_waiting",),
        (), "请到的单位写下自己的意见。", anywhere=True),
    Row(ON_THE_WAY, "end_consult", SAME, "结束会商", ("leader", "dispatcher"), ("conclusion",), ("consulting",),
        (), "写下结论，告诉参加的各家。"),
    Row(ON_THE_WAY, "mark_urgent", SAME, "标为急要件", ("leader", "dispatcher", "acceptor", "duty_officer"), ("reason",), ("not_urgent_yet",),
        (), "危及人身财产安全的，单独打上记号。"),
    Row(ON_THE_WAY, "unmark_urgent", SAME, "取消急要件", ("leader", "dispatcher", "shift_leader"), ("reason",), ("is_urgent",),
        (), "险情解除或标错了的，说明理由取下记号。"),
    Row(ON_THE_WAY, "mark_important", SAME, "列为重点", ("leader", "overseer", "shift_leader"), ("reason",), ("not_important_yet",),
        (), "领导和群众都盯着的，列为重点，单独统计；时限不变。"),
    Row(ON_THE_WAY, "unmark_important", SAME, "取消重点", ("leader", "overseer", "shift_leader"), ("reason",), ("is_important",),
        (), "不再是重点的，说明理由取下记号。"),
    Row((*OPEN, "closed"), "record_evidence", SAME, "记录佐证", ("system",), ("words",), (),
        (), "设备自己的读数记在案上，作核查与结案的依据。"),
    Row(OPEN, "join_alarm", SAME, "并入告警", ("system",), ("words",), (),
        (), "同一处又有告警，并进来，不另立一案；先前的佐证作废。"),
    Row(("closed", "archived"), "recur", SAME, "再次发生", ("system",), ("words",), (),
        (), "结案后还在重开期里又告警，记在原案上，值班长看该不该重开。"),
)  # fmt: skip

RESULTS = ("按时回复", "逾期回复", "已答复", "逾期答复", "未答复", "已反馈", "已转出", "案件已结束", "已回访", "联系不上", "案件重开")
"""How what was owed beside the stage came out: a notice answered, an opinion said or not, a helper's part, a call back, or the case gone first."""

_BY_MOVE: dict[tuple[str, str], Row] = {(state, row.action): row for row in TABLE for state in row.frm}
ACTIONS: dict[str, str] = {row.action: row.name for row in reversed(TABLE)} | {"send_back": "退回", "recall": "撤回"}
"""What an action is called where nobody says from which state: these two have a name of their own in each."""


def row_for(state: str, action: str) -> Row | None:
    """The row that lets `action` happen in `state`, or None: then it is forbidden."""
    return _BY_MOVE.get((state, action))


def name_of(state: str, action: str) -> str:
    """What an action is called in this state."""
    row = row_for(state, action)
    return row.name if row else ACTIONS.get(action, action)


def rows_from(state: str) -> Iterator[Row]:
    """Every row that starts in `state`, in the order of the table."""
    return (row for row in TABLE if state in row.frm)


def must(row: Row) -> tuple[str, ...]:
    return tuple(name for name in row.requires if not name.endswith("?"))


def offered(row: Row) -> Iterator[tuple[Field, bool]]:
    """(field, required) in the order the form shows them."""
    for name in row.requires:
        yield FIELDS[name.rstrip("?")], not name.endswith("?")
