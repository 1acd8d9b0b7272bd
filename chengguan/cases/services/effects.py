"""What each action writes on the case itself, beside state and clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.models import Case, Dispatch, Request, Task
from chengguan.cases.selectors.ladders import LADDERS, deciders_of
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.selectors.roles import acting_post
from chengguan.cases.services import placing, waiting
from chengguan.people.selectors import in_place_of
from chengguan.standards import codes

Effect = Callable[[Move], None]
EFFECTS: dict[str, Effect] = {}


def of(*actions: str) -> Callable[[Effect], Effect]:
    def remember(effect: Effect) -> Effect:
        EFFECTS.update(dict.fromkeys(actions, effect))
        return effect

    return remember


@of("accept")
def classify(move: Move) -> None:
    case = move.case
    case.matter_code = move.given["matter_code"]
    case.matter_name = codes.matter_name(case.matter_code)
    case.condition_key = move.given["condition_key"]
    case.kind = "component" if codes.in_force().matter(case.matter_code).component_class else "matter"
    if "place" in move.given:
        placing.place(case, move.given["place"][0])
    case.accepted_at = move.now


@of("send_to_confirm", "send_to_verify")
def send(move: Move) -> None:
    kind = "confirm" if move.row.action == "send_to_confirm" else "verify"
    stage = {"confirm": "核实", "verify": "核查"}[kind]
    asked = move.given["inspector"]
    inspector = in_place_of(asked, move.case.unit_grid)
    clock = move.clocks.start("task", stage, move.clocks.verify_limit() if kind == "verify" else move.settings.stage(stage))
    Task.objects.create(
        case=move.case, kind=kind, account=inspector, clock=clock, words=move.text("words"), sent_at=move.now, due=clock.deadline
    )
    move.case.inspector = inspector
    move.receiver = str(inspector) if inspector == asked else _("%(name)s（代%(away)s）") % {"name": inspector, "away": asked}


@of("confirm")
def confirmed(move: Move) -> None:
    _finish_task(move, "属实" if move.given["true"] == "yes" else "不属实")


@of("verify")
def verified(move: Move) -> None:
    move.case.found_done = move.given["passed"] == "yes"
    move.case.verified_at = move.now
    _finish_task(move, "通过" if move.case.found_done else "不通过")


def _finish_task(move: Move, result: str) -> None:
    assert move.task is not None
    move.task.done_at, move.task.result, move.task.reply = move.now, result, move.text("words")
    move.task.save()


@of("recall")
def recalled(move: Move) -> None:
    kind = "confirm" if move.from_state == "confirming" else "verify"
    move.case.tasks.filter(kind=kind, done_at=None).update(done_at=move.now, result="撤回")


@of("transfer")
def transferred(move: Move) -> None:
    move.receiver = move.text("receiver")
    move.case.closing_note = move.text("receiver")


@of("refuse", "decline", "answer", "reject")
def ended(move: Move) -> None:
    move.case.closing_note = move.opinion


@of("merge")
def merged(move: Move) -> None:
    into: Case = move.given["into"]
    if Case.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=into.pk, state__in=workflow.OPEN).first() is None:
        raise Refused(_("%(case)s 正被别人处理，请再试一次") % {"case": into}, "into")
    move.case.merged_into = into
    move.receiver = str(into)
    move.kept["alarms"] = list(move.case.alarms.values_list("alarm", flat=True))
    move.case.alarms.update(case=into)


@of("hand_up")
def handed_up(move: Move) -> None:
    move.case.level = "county"
    move.receiver = _("县中心")


@of("file")
def filed(move: Move) -> None:
    move.case.filed_at = move.now


@of("dispatch", "dispatch_first", "redirect")
def dispatched(move: Move) -> None:
    case, department = move.case, move.given["department"]
    _leave(move, department.pk)
    case.dispatches.filter(ended_at=None).update(ended_at=move.now)
    parts = [(department, "main")]
    parts += [(each, "helper") for each in move.given.get("helpers", ())]
    parts += [(each, "copy") for each in move.given.get("copies", ())]
    Dispatch.objects.bulk_create(
        [Dispatch(case=case, department=each, part=part, sent_at=move.now) for each, part in dict(reversed(parts)).items()]
    )
    waiting.ask(move, "help", [each for each in move.given.get("helpers", ()) if each.pk != department.pk])
    move.organisations += [each for each, part in parts if part != "main"]
    if case.department_id != department.pk:
        case.crew = None
    case.department = department
    case.dispatched_at = move.now
    case.received_at = None
    case.responsibility_open = move.row.action == "dispatch_first" or case.responsibility_open
    move.receiver = str(department)


def _leave(move: Move, to: int | None) -> None:
    """Whoever had the case hears that it went, and owes nothing here any more."""
    former = move.case.department
    if move.from_state not in workflow.WITH_DEPARTMENT or former is None:
        return
    waiting.leave(move, former.pk if former.pk != to else None)
    if former.pk != to:
        move.organisations.append(former)


@of("fix_responsibility")
def fixed(move: Move) -> None:
    move.case.responsibility_open = False
    move.receiver = str(move.given["department"])
    if move.given["department"].pk != move.case.department_id:
        dispatched(move)
        move.case.responsibility_open = False
        move.clocks.end("处置")
        move.clocks.start_handling()


@of("receive")
def received(move: Move) -> None:
    move.case.received_at = move.now
    if move.settings["handling.starts"] == "receipt" and not move.clocks.find("处置"):
        move.clocks.start_handling()


@of("assign")
def assigned(move: Move) -> None:
    move.case.crew = move.given["crew"]
    move.receiver = str(move.case.crew)


@of("report_back")
def reported_back(move: Move) -> None:
    move.case.reported_back_at = move.now
    move.case.found_done = None


@of("send_back", "send_back_to_handling")
def sent_back(move: Move) -> None:
    move.case.found_done = None


@of("rework", "rework_through")
def reworked(move: Move) -> None:
    move.case.rework_count += 1
    move.case.found_done = False if move.row.action == "rework_through" else None  # what stays undone cannot be forwarded
    move.case.proven_at = None
    if move.settings["handling.rework"] == "starts_again":
        move.clocks.end("处置")  # the row resumes it: with none open a fresh one starts


@of("skip")
def skipped(move: Move) -> None:
    move.case.proof = (move.case.proof or move.text("evidence"))[:200]


@of("close", "force_close", "approve")
def closed(move: Move) -> None:
    move.case.closed_at = move.now
    move.case.closing_note = move.text("closing_note") or move.text("reason") or move.text("opinion")
    move.case.forced = move.row.action == "force_close"


@of("archive")
def archived(move: Move) -> None:
    move.case.archived_at = move.now


@of("follow_up")
def followed_up(move: Move) -> None:
    move.case.satisfaction = move.given["satisfaction"]


@of("reopen")
def reopened(move: Move) -> None:
    case = move.case
    move.kept["closed_at"] = case.closed_at.isoformat() if case.closed_at else None
    case.closed_at = case.verified_at = case.reported_back_at = None
    case.found_done = case.proven_at = None
    case.handling_deadline = case.archived_at = None
    case.handling_overdue = False
    case.parts_done = 0


@of("resume")
def resumed(move: Move) -> None:
    move.case.suspended_until = None


@of("ask_return", "ask_extend", "ask_suspend", "ask_void", "ask_appeal", "ask_force_close")
def asked(move: Move) -> None:
    until = move.given.get("until")
    details = {"until": until.isoformat(), "reason_code": move.given["reason_code"]} if until else {}
    post = acting_post(move.who, move.role, move.case)
    request = Request(
        case=move.case,
        kind=move.row.asks,
        asked_by_id=move.who.account_id,
        organisation_id=post.organisation_id if post else None,
        asked_at=move.now,
        reason=move.text("reason"),
        details=details,
    )
    if request.kind in LADDERS:
        request.details["who"] = deciders_of(request, move.settings, move.calendar)
    request.save()
    move.request = request
    if move.row.asks == "return" and move.settings["handling.return_pauses"]:
        move.clocks.pause("处置")


@of("review_suspend", "review_appeal")
def reviewed(move: Move) -> None:
    assert move.request is not None
    move.request.reviewed_at = move.now
    move.request.save(update_fields=["reviewed_at"])


def decide(move: Move) -> None:
    """Grant or deny the request the row decides, and what a grant changes on the case."""
    request = move.request
    assert request is not None
    granted = move.row.action.startswith("grant_")
    request.state = "granted" if granted else "denied"
    request.decided_by_id, request.decided_at, request.answer = move.who.account_id, move.now, move.opinion
    request.save()
    case = move.case
    if request.kind == "return" and not granted:
        move.clocks.resume("处置")
    if not granted:
        return
    if request.kind == "return":
        case.return_count += 1
        _leave(move, None)
        case.dispatches.filter(ended_at=None).update(ended_at=move.now)
        case.department = case.crew = None
    elif request.kind == "extend":
        case.extend_count += 1
    elif request.kind == "suspend":
        case.state_before = move.from_state
        case.suspended_until = datetime.fromisoformat(request.details["until"])
    elif request.kind == "appeal":
        case.exempt = True
    elif request.kind == "void":
        case.closing_note = request.reason


@of("mark_urgent")
def marked(move: Move) -> None:
    move.case.urgent = True


@of("record_evidence")
def proven(move: Move) -> None:
    move.case.proven_at = move.now
    move.case.proof = move.text("words")[:200]


@of("join_alarm")
def joined(move: Move) -> None:
    move.case.proven_at = None
    move.case.proof = ""


LAPSES = {"receive": ("return",), "redirect": ("return", "extend", "suspend")}
"""What a move within the handling takes back: signing says that one takes the case, another department asks anew itself."""


def lapse_requests(move: Move) -> None:
    """A pending request lapses when the stage changes, and who asked hears of it."""
    lapsing = Request.objects.filter(case=move.case, state="waiting").select_related("asked_by")
    if move.row.action in LAPSES:
        lapsing = lapsing.filter(kind__in=LAPSES[move.row.action])
    for request in lapsing:
        request.state, request.decided_at = "lapsed", move.now
        request.save(update_fields=["state", "decided_at"])
        if request.asked_by:
            move.people.append(request.asked_by)
        if request.kind == "return" and move.case.state in workflow.WITH_DEPARTMENT:
            move.clocks.resume("处置")
