"""What each action writes on the case itself, beside state and clocks."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.models import Case, Retention, Task
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services import habits, placing
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
    before = case.matter_code, case.township_id
    case.matter_code = move.given["matter_code"]
    case.matter_name = codes.matter_name(case.matter_code)
    case.condition_key = move.given["condition_key"]
    case.parts = None
    case.kind = "component" if codes.in_force().matter(case.matter_code).component_class else "matter"
    if "place" in move.given:
        placing.place(case, move.given["place"][0])
    placing.find_level_anew(move, *before)
    case.accepted_at = move.now
    habits.remember_classes(move.who, [case.matter_code], move.now)


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


@of("hand_down")
def handed_down(move: Move) -> None:
    move.case.level = "township"
    move.receiver = move.case.township.name if move.case.township else ""


@of("file")
def filed(move: Move) -> None:
    move.case.filed_at = move.now


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


@of("reopen")
def reopened(move: Move) -> None:
    case = move.case
    move.kept["closed_at"] = case.closed_at.isoformat() if case.closed_at else None
    case.closed_at = case.verified_at = case.reported_back_at = None
    case.found_done = case.proven_at = None
    case.handling_deadline = case.archived_at = None
    Retention.objects.filter(case=case).delete()
    case.handling_overdue = False
    case.parts_done, case.parts = 0, None


@of("resume")
def resumed(move: Move) -> None:
    move.case.suspended_until = None


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
