"""The conditions the table names. Each refuses in words, or says nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _

from chengguan.cases import timing, workflow
from chengguan.cases.models import Request
from chengguan.cases.selectors import levels
from chengguan.cases.selectors.asked import ASKED
from chengguan.cases.selectors.ladders import LADDERS, deciders_of, posts_in_words
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.photos import refuse_too_few
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.selectors.seeing import visible
from chengguan.cases.words import limit_words
from chengguan.people.models import Organisation, Post
from chengguan.people.selectors import children_of, on
from chengguan.places.projection import metres_between
from chengguan.places.selectors import grid_at
from chengguan.standards import filing
from chengguan.standards.limits import Limit

RECEIVES = {Organisation.Kind.DEPARTMENT, Organisation.Kind.TOWNSHIP, Organisation.Kind.ENTERPRISE}


def own_level(move: Move) -> None:
    """A township's desk does the centre's work for the matters it was given, in its own area, within itself."""
    if move.role != "township":
        return
    if move.case.level != "township":
        raise Refused(_("这件由县中心受理、立案、派遣"))
    matter = move.given.get("matter_code")
    if matter is not None and not levels.given_to_townships(matter, move.settings):
        raise Refused(_("这类事项不归镇街受理，请上交县中心"), "matter_code")
    codes = tuple(post.area_code for post in move.who.posts if post.role == "township" and post.area_code)
    grid = grid_at(move.given["place"][0]) if "place" in move.given else None
    if grid is not None and not grid.community.code.startswith(codes):
        raise Refused(_("位置不在本镇街辖区，请上交县中心"), "place")
    own = frozenset().union(*(post.organisation_ids for post in move.who.posts if post.role == "township"))
    sent = [move.given[name] for name in ("department",) if name in move.given]
    sent += [each for name in ("helpers", "copies") for each in move.given.get(name, ())]
    if any(each.pk not in own for each in sent):
        raise Refused(_("镇街只能派给本单位和下属单位，别的单位请上交县中心派遣"), "department")


def place_in_grid(move: Move) -> None:
    if move.case.point is None and "place" not in move.given:
        raise Refused(_("还没有事发位置，请在地图上点出来"), "place")
    found = grid_at(move.given["place"][0]) if "place" in move.given else move.case.unit_grid_id
    if found is None:
        raise Refused(_("事发位置不在任何单元网格内，请改正位置"), "place")


def confirm_wanted(move: Move) -> None:
    if move.settings.covers("confirm.never", move.case.matter_code):
        raise Refused(_("按设置，这类事项不必核实，请直接受理或不予受理"))


def enough_photos(move: Move) -> None:
    refuse_too_few(move.settings, move.row.action, move.case.matter_code, len(move.given.get("photos", ())))


def on_the_ladder(move: Move) -> None:
    """The county's ladder says which of the row's posts decides this request."""
    if move.request is None or move.row.decides not in LADDERS:
        return
    deciders = move.request.details.get("who") or deciders_of(move.request, move.settings, move.calendar)
    held = next((role for role in move.row.who if role in deciders and move.who.has(role)), None)
    if held is None:
        raise Refused(_("这项申请由%(posts)s审批") % {"posts": posts_in_words(deciders)})
    move.role = held


def reviewer_or_on_the_ladder(move: Move) -> None:
    """Who reviews first may say no already."""
    if not move.who.has("dispatcher"):
        on_the_ladder(move)


def condition_met(move: Move) -> None:
    if not move.case.condition_key or not move.case.matter_code:
        raise Refused(_("没有选定立案条件，不能立案"), "condition_key")


def own_task(move: Move) -> None:
    kind = {"confirm": "confirm", "verify": "verify"}[move.row.action]
    move.task = move.case.tasks.filter(kind=kind, done_at=None).last()
    if move.task is None or move.task.account_id not in move.who.task_accounts:
        raise Refused(_("这项任务不是派给您的"))


def on_the_place(move: Move) -> None:
    position, accuracy = move.given["position"]
    if move.case.point is None:
        return
    away = metres_between(position, move.case.point)
    allowance = min(accuracy or 0, move.settings["verify.accuracy_metres"])
    reach = move.settings["verify.metres"]
    move.kept["metres"] = round(away, 1)
    if away - allowance > reach:
        words = _("您离事发位置还有 %(away)d 米，请走到 %(reach)d 米以内再提交")
        raise Refused(words % {"away": round(away), "reach": reach}, "position")


def other_case(move: Move) -> None:
    into = move.given["into"]
    if move.role == "township" and not visible(move.who).filter(pk=into.pk).exists():
        raise Refused(_("没有找到所选的%(what)s") % {"what": _("并入案件")}, "into")
    if into.pk == move.case.pk:
        raise Refused(_("不能并入自己"), "into")
    if into.state not in workflow.OPEN:
        words = _("%(case)s 已经结束（%(state)s），不能并入；请并入还在办理的案件，或另行受理")
        raise Refused(words % {"case": into, "state": into.get_state_display()}, "into")


def department_with_right(move: Move) -> None:
    may_receive(move)
    department = move.given["department"]
    if move.row.action == "redirect" and department.pk == move.case.department_id:
        raise Refused(_("已经在%(name)s, 请选另一家") % {"name": department}, "department")
    prefixes = [move.case.matter_code[:length] for length in range(1, 6)]
    answers = department.responsibilities.filter(on(), matter_code__in=prefixes).exists()
    if not answers and not move.text("opinion") and not move.text("reason"):
        raise Refused(_("责任表里%(name)s不管这类事项，仍要派遣请写明意见") % {"name": department}, "opinion")


def urgent_case(move: Move) -> None:
    condition = next((each for each in filing.conditions(move.case.matter_code) if each.key == move.case.condition_key), None)
    if not move.case.urgent and not (condition and condition.urgent):
        raise Refused(_("只有急要件或紧急时限的案件可以先行派遣"))
    if "department" in move.given:
        may_receive(move)


def return_window(move: Move) -> None:
    sent = move.case.dispatched_at
    end = timing.deadline(sent, move.settings.limit("window.return"), move.calendar) if sent else None
    if end is None or move.now > end:
        limit = move.settings.limit("window.return")
        raise Refused(_("派遣后 %(limit)s内才能申请回退") % {"limit": limit_words(limit.value, limit.clock)})


def no_request(move: Move) -> None:
    waiting = move.case.requests.filter(state="waiting").first()
    if waiting is not None:
        raise Refused(_("已有一项%(kind)s申请在等审批") % {"kind": waiting.get_kind_display()})


def not_overdue(move: Move) -> None:
    clock = move.clocks.current("handling")
    if clock is None or clock.overdue or (clock.deadline is not None and move.now > clock.deadline):
        raise Refused(_("已经超期，不能再申请延期"))


def extensions_left(move: Move) -> None:
    clock = move.clocks.current("handling")
    if clock is not None and clock.extensions >= move.settings["handling.extensions"]:
        raise Refused(_("最多延期 %(times)d 次") % {"times": move.settings["handling.extensions"]})


def crews_of(department_id: int) -> QuerySet[Organisation]:
    """Who may be sent to do this department's work: its own crews and contractors, then contractors that keep a crew and
    stand below nobody who handles. A company that only collects reports is none of them."""
    below = children_of(department_id) - {department_id}
    own = Q(pk__in=below, kind__in=(Organisation.Kind.CREW, Organisation.Kind.CONTRACTOR))
    with_crew = Post.objects.filter(role="crew").values("organisation")
    hired = Q(kind=Organisation.Kind.CONTRACTOR, pk__in=with_crew) & ~Q(parent__kind__in=RECEIVES)
    rank = Case(When(pk__in=below, then=0), default=1)
    return Organisation.objects.filter(own | hired, enabled=True).order_by(rank, "code")


def own_crew(move: Move) -> None:
    crew = move.given["crew"]
    if not move.case.department_id or not crews_of(move.case.department_id).filter(pk=crew.pk).exists():
        raise Refused(_("%(name)s不是本单位的班组或养护公司") % {"name": crew}, "crew")


def within_a_year(move: Move) -> None:
    days = move.settings["handling.suspend_days"]
    if not move.now < move.given["until"] <= move.now + timedelta(days=days):
        raise Refused(_("缓办截止时间应在今天之后、%(days)d 天之内") % {"days": days}, "until")


def own_case(move: Move) -> None:
    if move.case.crew_id not in move.who.organisation_ids:
        raise Refused(_("这件活不是派给您的班组的"))


def _reviewed_matter(move: Move) -> bool:
    return move.settings.covers("handling.crew_review", move.case.matter_code)


def _verification_can_be_skipped(move: Move) -> bool:
    return any(move.settings.covers(key, move.case.matter_code) for key in ("verify.skip", "verify.automatic"))


def review_wanted(move: Move) -> None:
    if not _reviewed_matter(move):
        raise Refused(_("这类事项不经单位初审，请直接反馈"))


def no_review_of_the_crew(move: Move) -> None:
    if move.role == "crew" and _reviewed_matter(move):
        raise Refused(_("这类事项要单位先看一遍，请提交初审"))


def _proven(move: Move) -> bool:
    """The devices' own readings say it is done, and the county takes their word for a visit."""
    return move.case.proven_at is not None and bool(move.settings["verify.by_reading"])


def evidence_stands(move: Move) -> None:
    simple = _verification_can_be_skipped(move)
    if not simple and not _proven(move):
        raise Refused(_("没有设备读数可以证明，也不在免核查的事项里，请发核查"))
    if not simple:
        no_alarm_stands(move)


def no_alarm_stands(move: Move) -> None:
    if move.case.alarms.filter(alarm__active=True).exists():
        raise Refused(_("告警还没有恢复"))


def found_done(move: Move) -> None:
    if not move.case.found_done:
        raise Refused(_("核查没有通过，只能返工或强制结案"))


def verified_or_proven(move: Move) -> None:
    if not move.case.found_done and not _proven(move) and not _verification_can_be_skipped(move):
        raise Refused(_("没有核查过的案件不能结案"))


def alarm_gone(move: Move) -> None:
    if not move.text("closing_note") and move.case.alarms.filter(alarm__active=True).exists():
        raise Refused(_("告警还没有恢复，仍要结案请写明理由"), "closing_note")


def never_the_department(move: Move) -> None:
    handled = {move.case.department_id, move.case.crew_id} - {None}
    if not move.who.is_system and any(
        post.role in ("department", "crew", "township") and handled & post.organisation_ids for post in move.who.posts
    ):
        raise Refused(_("处置的单位不能自己结案"))


def leader_approved(move: Move) -> None:
    granted = move.case.requests.filter(kind="force_close", state="granted", decided_at__gte=move.case.reported_back_at)
    if not granted.exists():
        raise Refused(_("强制结案要先有领导同意"))


def reviewed(move: Move) -> None:
    if move.request is None or move.request.reviewed_at is None:
        raise Refused(_("还没有经过初审"))


def not_reviewed(move: Move) -> None:
    if move.request is None or move.request.reviewed_at is not None:
        raise Refused(_("已经初审过了"))


def was_overdue(move: Move) -> None:
    if not move.case.handling_overdue:
        raise Refused(_("没有超期的案件不必申诉"))


def _within(move: Move, key: str, words: str) -> None:
    closed = move.case.closed_at
    end = timing.deadline(closed, move.settings.limit(key), move.calendar) if closed else None
    if end is None or move.now > end:
        raise Refused(words)


def appeal_window(move: Move) -> None:
    _within(move, "window.appeal", _("申诉期已过"))


def reopen_window(move: Move) -> None:
    _within(move, "window.reopen", _("重开期已过"))


def first_appeal(move: Move) -> None:
    if move.case.requests.filter(kind="appeal").exists():
        raise Refused(_("一件案件只能申诉一次"))


def appeal_over(move: Move) -> None:
    window: Limit = move.settings.limit("window.appeal")
    end = timing.deadline(move.case.closed_at, window, move.calendar) if move.case.closed_at else None
    if end is None or move.now <= end or Request.objects.filter(case=move.case, state="waiting").exists():
        raise Refused(_("申诉期未满，暂不归档"))


def may_receive(move: Move) -> None:
    department = move.given["department"]
    if not department.enabled or department.kind not in RECEIVES:
        raise Refused(_("%(name)s不是可以派遣的责任单位") % {"name": department}, "department")


def responsibility_open(move: Move) -> None:
    if not move.case.responsibility_open:
        raise Refused(_("责任已经明确"))


def not_urgent_yet(move: Move) -> None:
    if move.case.urgent:
        raise Refused(_("已经是急要件"))


def place_or_words(move: Move) -> None:
    """Checked by the registration itself."""


GUARDS: dict[str, Callable[[Move], None]] = {
    guard.__name__: guard
    for guard in (
        own_level, place_in_grid, condition_met, own_task, on_the_place, other_case, department_with_right, urgent_case,
        return_window, no_request, not_overdue, extensions_left, own_crew, within_a_year, own_case, review_wanted,
        no_review_of_the_crew, evidence_stands,
        found_done, verified_or_proven, alarm_gone, never_the_department, leader_approved, reviewed, not_reviewed,
        was_overdue, appeal_window, reopen_window, first_appeal, appeal_over, responsibility_open, may_receive, *ASKED,
        not_urgent_yet, place_or_words, confirm_wanted, enough_photos, on_the_ladder, reviewer_or_on_the_ladder,
    )
}  # fmt: skip


NEEDS_AN_ANSWER = {"place_in_grid", "on_the_place", "other_case", "department_with_right", "own_crew", "within_a_year", "alarm_gone",
                    "enough_photos", "may_receive", "due_ahead", "linked_when_unsatisfied"}  # fmt: skip
"""Guards that look at what the person fills in; the others can be asked before the form is shown."""


def stands_open(move: Move) -> bool:
    """Whether every guard that needs no answer lets the row pass: only then is the action offered."""
    try:
        check(move, NEEDS_AN_ANSWER)
    except Refused:
        return False
    return True


def check(move: Move, leave_out: Collection[str] = ()) -> None:
    """Every guard of the row, in order; `request:<kind>` finds the waiting request the row decides."""
    for name in move.row.guards:
        if name in leave_out:
            continue
        if name.startswith("request:"):
            kind = name.partition(":")[2]
            move.request = move.case.requests.filter(kind=kind, state="waiting").last()
            if move.request is None:
                raise Refused(_("没有在等审批的%(kind)s申请") % {"kind": dict(Request.KINDS)[kind]})
        elif name.startswith("automatic:"):
            if move.who.is_system and not move.settings.covers(name.partition(":")[2], move.case.matter_code):
                raise Refused(_("“%(action)s”没有设为由系统办理") % {"action": _(move.row.name)})
        else:
            GUARDS[name](move)
