"""What happens beside the stage: notices 督办 and their answers, consultations, helpers, stretches of a staged limit."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengguan.cases import timing, workflow
from chengguan.cases.models import Task
from chengguan.cases.selectors.asked import owed_by
from chengguan.cases.selectors.levels import desks_of
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.stages import in_words, parts_for
from chengguan.cases.services import waiting
from chengguan.cases.services.effects import of
from chengguan.people.roles import name_of
from chengguan.standards import staging


@of("urge")
def urged(move: Move) -> None:
    """Whoever has the case owes the answer: the department, the township, or the post on whose desk it lies."""
    case = move.case
    due = move.given.get("until") or timing.deadline(move.now, move.settings.stage("督办回复"), move.calendar)
    department = case.department if case.state in workflow.WITH_DEPARTMENT else next(iter(desks_of(case, move.settings)), None)
    role = "" if department else workflow.ANSWERS.get(case.state, "dispatcher")
    case.urge_count += 1
    Task.objects.create(
        case=case, kind="reply", organisation=department, role=role, words=move.text("words"), level=move.given["level"],
        urge_kind=move.given["urge_kind"], sent_at=move.now, due=due, sent_by_id=move.who.account_id, sent_by_name=move.who.name[:60],
    )  # fmt: skip
    move.receiver = str(department or name_of(role))
    move.kept["due"] = due.isoformat() if due else None


@of("reply_urge")
def replied(move: Move) -> None:
    owed = list(owed_by(move.who, move.case, "reply").select_related("sent_by"))
    waiting.answered(move, owed, "按时回复", "逾期回复")
    move.receiver = "、".join(dict.fromkeys(task.sent_by_name or _("系统") for task in owed))
    move.kept["late"] = any(task.result == "逾期回复" for task in owed)


@of("consult")
def consulted(move: Move) -> None:
    due = move.given.get("until")
    asked = move.given["participants"]
    Task.objects.create(
        case=move.case, kind="consult", account_id=move.who.account_id, words=move.text("words"), sent_at=move.now, due=due,
        sent_by_id=move.who.account_id, sent_by_name=move.who.name[:60],
    )  # fmt: skip
    waiting.ask(move, "opinion", asked, move.text("words"), due)
    move.organisations += asked
    move.receiver = "、".join(str(each) for each in asked)


@of("answer_consult")
def opined(move: Move) -> None:
    owed = list(owed_by(move.who, move.case, "opinion").select_related("sent_by"))
    waiting.answered(move, owed, "已答复", "逾期答复")
    move.receiver = "、".join(dict.fromkeys(task.sent_by_name for task in owed))


@of("end_consult")
def concluded(move: Move) -> None:
    assert move.task is not None
    asked = move.case.tasks.filter(kind="opinion", sent_at=move.task.sent_at).select_related("organisation")
    move.organisations += [task.organisation for task in asked if task.organisation]
    asked.filter(done_at=None).update(done_at=move.now, result=waiting.UNSAID)
    move.task.done_at, move.task.reply, move.task.result = move.now, move.text("conclusion"), "已结束"
    move.task.save(update_fields=["done_at", "reply", "result"])


@of("report_help")
def helped(move: Move) -> None:
    waiting.answered(move, list(owed_by(move.who, move.case, "help").select_related("sent_by")), "已反馈", "已反馈")
    if move.case.department:
        move.organisations.append(move.case.department)
        move.receiver = str(move.case.department)


@of("finish_stage")
def part_finished(move: Move) -> None:
    parts = parts_for(move.case)
    move.kept["part"] = parts[move.case.parts_done].name
    move.case.parts_done += 1
    move.kept["next_part"] = parts[move.case.parts_done].name


@of("set_stages")
def staged(move: Move) -> None:
    before = parts_for(move.case)
    move.case.parts = [*staging.kept(before[: move.case.parts_done]), *move.given.get("stages", ())]
    move.kept["before"], move.kept["after"] = (in_words(parts) or _("不分段") for parts in (before, parts_for(move.case)))


@of("unmark_urgent")
def unmarked(move: Move) -> None:
    move.case.urgent = False


@of("mark_important", "unmark_important")
def important_or_not(move: Move) -> None:
    move.case.important = move.row.action == "mark_important"


@of("recur")
def recurred(move: Move) -> None:
    """Only the words: the old result stays, and whether to open the case again is the shift leader's."""
