"""Every count, once: slug, 中文, what it means, and the condition by which a row counts. Figures and the list of cases behind
a figure use this same condition.

`of` says what is counted: case (CaseFact), turn (TurnFact, a department's share in a case), step and task (what a post did),
check (a spot check), miss (a judged 漏报). A self-handled case counts only in its own counts; a voided one is out of the departments' figures. What is
`scored` leaves out of the ratios what an appeal exempted and what was sent out first with the responsibility still open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chengguan.cases import workflow

CLOSING_DUE: dict[str, Any] = {
    "overdue": _("已结案 + 超期未结案"),
    "waiting": _("已结案 + 待结案"),
    "reported_back": _("已反馈及以后"),
}
"""The definitions of 应结案数 in use; the first is the default."""


@dataclass(frozen=True)
class Ask:
    """Against what the conditions are held: the moment, and the definition of 应结案数. `horizon`: handling limits up to
    then have fallen due. `suspended_due`: what is suspended is due as well (by the county's setting), else it is taken out."""

    now: datetime
    horizon: datetime
    closing_due: str = "overdue"
    suspended_due: bool = False


Condition = Callable[[Ask], Q]


@dataclass(frozen=True)
class Count:
    slug: str
    name: Any
    of: str
    where: Condition
    meaning: Any = ""
    scored: bool = False
    times: str = ""  # adds up this column instead of counting rows
    backlog: bool = False  # as things stand now, whatever the period

    @property
    def by_times(self) -> bool:
        """Whether one case can be counted more than once: what a post did, looking again, what is added up."""
        return bool(self.times) or self.of in ("step", "task", "check")


OWN = Q(self_handled=False)
RATED = OWN & ~Q(state="voided")
FILED = OWN & Q(filed_at__isnull=False)
ENDED = Q(state__in=workflow.FINAL)
UNHANDLED = RATED & Q(state__in=(*workflow.WITH_DEPARTMENT, "suspended"))
HANDLED = RATED & Q(handled_at__isnull=False)
CLOSED = RATED & Q(closed_at__isnull=False)
OPEN_FILED = RATED & FILED & Q(state__in=workflow.OPEN)
PUBLIC = Q(source__in=("citizen", "hotline"))
SCORED = Q(exempt=False, unfixed=False)
SUSPENDED = Q(state="suspended")


def unless_taken_out(ask: Ask) -> Q:
    """A suspended case that is not due cannot be overdue either, even where its clock runs on."""
    return Q() if ask.suspended_due else ~SUSPENDED


def handle_due(ask: Ask) -> Q:
    due = Q(due_at__lte=ask.horizon)
    return HANDLED | (UNHANDLED & (due | SUSPENDED if ask.suspended_due else due & ~SUSPENDED))


def late_with_the_department(ask: Ask) -> Q:
    return Q(due_at__isnull=False, due_at__lt=ask.now) & unless_taken_out(ask)


def unhandled_late(ask: Ask) -> Q:
    return UNHANDLED & late_with_the_department(ask)


def overdue_open(ask: Ask) -> Q:
    late = Q(handled_at__isnull=False, handled_late=True) | Q(handled_at__isnull=True, due_at__lt=ask.now)
    return OPEN_FILED & late & unless_taken_out(ask)


def close_due(ask: Ask) -> Q:
    """What is suspended is due to be closed by the one definition that reaches cases still with a department."""
    overdue = overdue_open(ask)
    more = {
        "overdue": overdue | (RATED & SUSPENDED) if ask.suspended_due else overdue,
        "waiting": RATED & Q(state="awaiting_closing"),
        "reported_back": HANDLED,
    }
    return CLOSED | more[ask.closing_due]


def at_desk(*states: str) -> Condition:
    return lambda ask: OWN & Q(state__in=states)


def late_at_desk(*states: str) -> Condition:
    return lambda ask: OWN & Q(state__in=states, case__deadline__lt=ask.now)


def case(slug: str, name: Any, where: Q | Condition, meaning: Any = "", **more: Any) -> Count:
    return Count(slug, name, "case", where if callable(where) else lambda ask: where, meaning, **more)


CASES: tuple[Count, ...] = (
    case("reported", _("上报数"), OWN, _("登记的每一件；自行处置另计")),
    case("valid_reports", _("有效上报数"), FILED, _("上报后立了案的，后来作废的也在内")),
    case("public_reports", _("公众举报数"), OWN & PUBLIC, _("市民与热线")),
    case("public_valid", _("公众有效上报数"), FILED & PUBLIC, _("市民与热线上报后立了案的")),
    case("public_confirmed", _("监督举报核实数"), OWN & PUBLIC & Q(confirmed_true=True), _("市民与热线上报、采集员核实属实的")),
    case("repeated", _("重复上报数"), OWN & Q(state="merged"), _("并入别的案件的")),
    case("answered", _("当即办理数"), Q(state="answered"), _("当场答复，没有立案")),
    case("transferred", _("转办数"), Q(state="transferred"), _("转往别的平台")),
    case("accept_due", _("应受理数"), OWN, _("登记的每一件都应决定受理与否")),
    case("accepted", _("受理数"), OWN & Q(accepted_at__isnull=False)),
    case("accept_on_time", _("按时受理数"), OWN & Q(accepted_at__isnull=False, accept_on_time=True), _("每次受理都在受理时限之内")),
    case("accept_late", _("超时受理数"), OWN & Q(accepted_at__isnull=False, accept_on_time=False)),
    case("accept_right", _("准确受理数"), OWN & Q(accepted_at__isnull=False) & ~Q(state__in=("refused", "declined", "voided")), _("受理后没有不予受理、不予立案、作废的")),
    case("accept_wrong", _("错误受理数"), OWN & Q(accepted_at__isnull=False, state__in=("refused", "declined", "voided"))),
    case("refused", _("不予受理数"), OWN & Q(state="refused")),
    case("filed", _("立案数"), FILED),
    case("file_on_time", _("按时立案数"), FILED & Q(file_on_time=True), _("每次立案都在立案时限之内")),
    case("file_right", _("准确立案数"), FILED & ~Q(state="voided"), _("立案数减去作废数")),
    case("dispatch_due", _("应派遣数"), FILED & (Q(dispatched_at__isnull=False) | Q(state="awaiting_dispatch")), _("已派遣的和待派遣的")),
    case("dispatched", _("派遣数"), FILED & Q(dispatched_at__isnull=False)),
    case("dispatch_on_time", _("按时派遣数"), FILED & Q(dispatched_at__isnull=False, dispatch_on_time=True), _("每次派遣都在派遣时限之内")),
    case("dispatch_late", _("超时派遣数"), FILED & Q(dispatched_at__isnull=False, dispatch_on_time=False)),
    case("dispatch_right", _("准确派遣数"), CLOSED & Q(departments=1), _("已结案，没有换过责任单位")),
    case("dispatch_wrong", _("错误派遣数"), FILED & Q(departments__gt=1), _("后来换过责任单位的")),
    case("handle_due", _("应处置数"), handle_due, _("已处置的，加上处置时限已到期的；不等于本期立案；挂账的按设置"), scored=True),
    case("handled", _("处置数"), HANDLED, _("责任单位已反馈"), scored=True),
    case("handled_on_schedule", _("按期处置数"), HANDLED & Q(handled_late=False), _("在处置时限之内反馈"), scored=True),
    case("handled_late", _("超期处置数"), HANDLED & Q(handled_late=True), scored=True),
    case("handled_twice", _("超时一倍以上数"), HANDLED & Q(handle_times__gt=2), _("处置用时超过时限的两倍；处置超时倍数 = 处置用时 ÷ 处置时限")),
    case("unhandled", _("未处置数"), UNHANDLED, _("还在责任单位，挂账的在内")),
    case("unhandled_in_time", _("按期待处置数"), lambda ask: UNHANDLED & ~late_with_the_department(ask)),
    case("unhandled_late", _("超期未处置数"), unhandled_late, _("时限已过，还没有反馈；即超期待处置数"), scored=True),
    case("urgent", _("急要件数"), FILED & Q(urgent=True)),
    case("urgent_due", _("应处置急要件数"), lambda ask: handle_due(ask) & Q(urgent=True), scored=True),
    case("urgent_on_schedule", _("按期处置急要件数"), HANDLED & Q(urgent=True, handled_late=False), scored=True),
    case("important", _("重点案件数"), FILED & Q(important=True)),
    case("important_on_schedule", _("按期处置重点案件数"), HANDLED & Q(important=True, handled_late=False), scored=True),
    case("missed", _("漏报数"), FILED & Q(missed=True), _("别人先报、责任网格里有采集员当班，判为漏报的")),
    case("check_due", _("应督查数"), RATED & Q(handled_at__isnull=False), _("单位已反馈、派遣员应看过的")),
    case("sent_to_verify", _("发核查数"), RATED & Q(sent_to_verify=True)),
    case("send_to_verify_due", _("应发核查数"), RATED & (Q(sent_to_verify=True) | Q(state="awaiting_verification"))),
    case("close_due", _("应结案数"), close_due, _("定义见页首，三种可选；挂账的按设置"), scored=True),
    case("closed", _("结案数"), CLOSED, scored=True),
    case("closed_on_schedule", _("按期结案数"), CLOSED & Q(handled_late=False), _("已结案，处置没有超期"), scored=True),
    case("closed_late", _("超期结案数"), CLOSED & Q(handled_late=True), _("已结案，处置超期；申诉成立的仍在此数，不计分"), scored=True),
    case("closed_at_desk_on_time", _("按时结案数"), CLOSED & Q(close_on_time=True), _("值班长在结案环节时限之内结的")),
    case("forced", _("强制结案数"), CLOSED & Q(forced=True)),
    case("unclosed", _("未结案数"), OWN & ~ENDED, _("上报了、还没有办完的")),
    case("unclosed_in_time", _("按期未结案数"), lambda ask: OPEN_FILED & ~overdue_open(ask)),
    case("unclosed_late", _("超期未结案数"), overdue_open, _("已立案未结，处置超了期"), scored=True),
    case("reworked", _("返工数"), RATED & Q(reworks__gt=0), _("返过工的案件"), scored=True),
    case("rework_times", _("返工次数"), RATED & Q(reworks__gt=0), _("一件返两次工算两次"), times="reworks"),
    case("returned", _("回退数"), RATED & Q(returns__gt=0), _("有单位回退成功的案件")),
    case("extended", _("延期数"), RATED & Q(extensions__gt=0), _("批准过延期的案件"), scored=True),
    case("suspended", _("挂账(缓办)数"), RATED & Q(state="suspended"), _("现在挂账的")),
    case("ever_suspended", _("历史挂账数"), RATED & Q(suspensions__gt=0), _("挂过账的")),
    case("urged", _("督办数"), RATED & Q(urges__gt=0), _("承办单位被督办过的案件；督办中心各岗位的不算")),
    case("voided", _("作废数"), OWN & Q(state="voided"), _("立错了案的；不进单位的各项率")),
    case("exempt", _("申诉成立数"), CLOSED & Q(exempt=True), _("超期的事实保留，不计分")),
    case("unfixed", _("先行派遣待定责数"), RATED & Q(unfixed=True), _("定责之前不计分")),
    case("self_handled", _("自行处置数"), Q(self_handled=True), _("采集员当场解决，不进单位的各项率")),
    case("self_waiting", _("自处置待审核数"), Q(self_handled=True, state="self_handled")),
    case("self_closed", _("自处置结案数"), Q(self_handled=True, state__in=("closed", "archived"))),
    case("self_refused", _("自处置作废数"), Q(self_handled=True, state="refused"), _("审核没有通过的")),
    case("followed_up", _("有效回访数"), CLOSED & ~Q(satisfaction="")),
    case("very_satisfied", _("非常满意数"), CLOSED & Q(satisfaction="very")),
    case("satisfied", _("满意数"), CLOSED & Q(satisfaction="satisfied")),
    case("unsatisfied", _("不满意数"), CLOSED & Q(satisfaction="unsatisfied")),
    case("overturned", _("无效核查数"), OWN & Q(overturned=True), _("被抽查推翻的核查")),
    case("now_reported", _("待受理数"), at_desk("reported", "confirming"), backlog=True),
    case("now_reported_late", _("超时待受理数"), late_at_desk("reported"), backlog=True),
    case("now_filing", _("待立案数"), at_desk("awaiting_filing"), backlog=True),
    case("now_dispatch", _("待派遣数"), at_desk("awaiting_dispatch"), backlog=True),
    case("now_dispatch_late", _("超时未派遣数"), late_at_desk("awaiting_dispatch"), backlog=True),
    case("now_feedback", _("待督查数"), at_desk("reported_back"), _("已反馈、待派遣员批转"), backlog=True),
    case("now_verifying", _("待核查数"), at_desk("awaiting_verification", "verifying"), backlog=True),
    case("now_closing", _("待结案数"), at_desk("awaiting_closing"), backlog=True),
)


def turn(slug: str, name: Any, column: str, meaning: Any = "", times: bool = False) -> Count:
    return Count(slug, name, "turn", lambda ask: Q(**{f"{column}__gt": 0}), meaning, times=column if times else "")


TURNS: tuple[Count, ...] = (
    turn("turn_returned", _("回退数"), "returns", _("本单位回退成功的，案件后来归谁都算")),
    turn("turn_denied", _("推诿数"), "denials", _("申请回退被驳回的")),
    turn("turn_reworked", _("返工数"), "reworks", _("在本单位手里返过工的")),
    turn("turn_rework_times", _("返工次数"), "reworks", _("一件返两次工算两次"), times=True),
    turn("turn_extended", _("延期数"), "extensions", _("本单位获批延期的")),
    turn("turn_suspended", _("历史挂账数"), "suspensions", _("本单位获批挂账的")),
)


def step(slug: str, name: Any, actions: tuple[str, ...], role: str, meaning: Any = "", more: Q | None = None) -> Count:
    where = Q(action__in=actions, role=role) & (more or Q())
    return Count(slug, name, "step", lambda ask: where, meaning)


ON_TIME = Q(overdue=False)
SENT = ("dispatch", "dispatch_first", "redirect")
STEPS: tuple[Count, ...] = (
    step("post_accepted", _("受理数"), ("accept",), "acceptor"),
    step("post_accept_on_time", _("按时受理数"), ("accept",), "acceptor", more=ON_TIME),
    step("post_accept_right", _("准确受理数"), ("accept",), "acceptor", _("受理后没有不予受理、不予立案、作废的"), ~Q(case__fact__state__in=("refused", "declined", "voided"))),
    step("post_refused", _("不予受理数"), ("refuse",), "acceptor"),
    step("post_confirm_sent", _("发核实数"), ("send_to_confirm",), "acceptor", _("应发核实数同此：发与不发由受理员定")),
    step("post_confirm_sent_on_time", _("按时发核实数"), ("send_to_confirm",), "acceptor", more=ON_TIME),
    step("post_verify_sent", _("发核查数"), ("send_to_verify",), "acceptor"),
    step("post_verify_sent_on_time", _("按时发核查数"), ("send_to_verify",), "acceptor", more=ON_TIME),
    step("post_result_passed", _("核查批转数"), ("accept_result",), "acceptor"),
    step("post_result_on_time", _("按时核查批转数"), ("accept_result",), "acceptor", more=ON_TIME),
    step("post_filed", _("立案数"), ("file",), "shift_leader"),
    step("post_file_on_time", _("按时立案数"), ("file",), "shift_leader", more=ON_TIME),
    step("post_file_right", _("准确立案数"), ("file",), "shift_leader", _("立案后没有作废的"), ~Q(case__fact__state="voided")),
    step("post_closed", _("结案数"), ("close", "force_close"), "shift_leader"),
    step("post_close_on_time", _("按时结案数"), ("close", "force_close"), "shift_leader", _("在结案环节时限之内"), ON_TIME),
    step("post_dispatched", _("派遣数"), SENT[:2], "dispatcher"),
    step("post_dispatch_on_time", _("按时派遣数"), SENT[:2], "dispatcher", more=ON_TIME),
    step("post_dispatch_right", _("准确派遣数"), SENT[:2], "dispatcher", _("已结案，没有换过责任单位"), Q(case__fact__closed_at__isnull=False, case__fact__departments=1)),
    step("post_dispatch_wrong", _("错误派遣数"), SENT[:2], "dispatcher", _("后来换过责任单位的"), Q(case__fact__departments__gt=1)),
    step("post_checked", _("督查数"), ("forward", "send_back"), "dispatcher", _("看过单位反馈，批转或退回"), Q(from_state="reported_back")),
    step("post_checked_on_time", _("按时督查数"), ("forward", "send_back"), "dispatcher", more=Q(from_state="reported_back") & ON_TIME),
    step("post_reported", _("上报数"), ("register",), "inspector"),
    step("post_valid_reports", _("有效上报数"), ("register",), "inspector", _("上报后立了案的，后来作废的也在内"), Q(case__fact__filed_at__isnull=False)),
    step("post_self_handled", _("自行处置数"), ("self_handle",), "inspector"),
    step("post_taken_down", _("登记数"), ("register",), "hotline_operator"),
    step("post_answered", _("当即办理数"), ("answer",), "hotline_operator"),
)


def task(slug: str, name: Any, kind: str, where: Condition, meaning: Any = "") -> Count:
    return Count(slug, name, "task", lambda ask: Q(kind=kind) & where(ask), meaning)


RECALLED = "撤回"
"""How cases keep it with a task."""
DONE = Q(done_at__isnull=False) & ~Q(result=RECALLED)
UNDONE_LATE = Q(done_at__gt=F("due"), result=RECALLED)


def _undone(ask: Ask) -> Q:
    return Q(done_at=None, due__lt=ask.now) | UNDONE_LATE


TASKS: tuple[Count, ...] = tuple(
    count
    for kind, due, done, on_time, late, undone in (
        ("confirm", _("应核实数"), _("核实数"), _("按时核实数"), _("超时核实数"), _("超时未核实数")),
        ("verify", _("应核查数"), _("核查数"), _("按时核查数"), _("超时核查数"), _("超时未核查数")),
    )
    for count in (
        task(f"{kind}_due", due, kind, lambda ask: DONE | _undone(ask), _("已完成的，加上到期没有完成的")),
        task(f"{kind}_done", done, kind, lambda ask: DONE),
        task(f"{kind}_on_time", on_time, kind, lambda ask: DONE & Q(done_at__lte=F("due"))),
        task(f"{kind}_late", late, kind, lambda ask: DONE & Q(done_at__gt=F("due"))),
        task(f"{kind}_undone", undone, kind, _undone, _("逾期被撤回的在内")),
    )
)
CHECKS: tuple[Count, ...] = (
    Count("checked", _("被抽查数"), "check", lambda ask: ~Q(verdict="")),
    Count("check_overturned", _("无效核查数"), "check", lambda ask: Q(verdict="overturned"), _("被抽查推翻的核查")),
)
MISSES: tuple[Count, ...] = (Count("post_missed", _("漏报数"), "miss", lambda ask: Q(verdict="missed"), _("在本人当班的责任网格里，判为漏报的")),)
COUNTS: dict[str, Count] = {count.slug: count for count in (*CASES, *TURNS, *STEPS, *TASKS, *CHECKS, *MISSES)}
