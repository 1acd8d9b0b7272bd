"""Who is asked for something beside the stage: an answer to a notice 督办, an opinion at a consultation, a helper's part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from chengguan.cases import timing, workflow
from chengguan.cases.models import Case, Clock, Task
from chengguan.cases.selectors.follow_ups import anybody_left_a_number
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.own_limits import handling_limit
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.selectors.running import extra_of, pauses_of
from chengguan.cases.selectors.stages import left_of, parts_for
from chengguan.people.selectors import Who
from chengguan.standards import staging
from chengguan.standards.staging import Part

BESIDE = ("reply", "opinion", "help")
"""Kinds of tasks an organisation or a post owes while the case goes its way."""


def asked_of(role: str, organisations: Iterable[int]) -> Q:
    """Open tasks that this post owes: those of its organisation, or of the post itself."""
    owed = Q(organisation__in=list(organisations)) if role in ("department", "township") else Q(organisation=None, role=role)
    late_help = Q(kind="help") & ~Q(case__state__in=workflow.WITH_DEPARTMENT)
    return owed & Q(kind__in=BESIDE, done_at=None, case__state__in=workflow.OPEN) & ~late_help


def owed_by(who: Who, case: Case, kind: str) -> QuerySet[Task]:
    """What this person owes at one case, the oldest first."""
    mine = Q(organisation__in=_answers_for(who)) | Q(organisation=None, role__in=who.roles)
    return case.tasks.filter(mine, kind=kind, done_at=None).order_by("id")


def _answers_for(who: Who) -> frozenset[int]:
    return frozenset().union(*(post.organisation_ids for post in who.posts if post.role in ("department", "township")))


def owed_among(who: Who, tasks: Iterable[Task]) -> list[Task]:
    """The same for every kind, of the tasks of one case that were read already."""
    here, open_ones = _answers_for(who), [task for task in tasks if task.done_at is None]
    mine = [task for task in open_ones if (task.role in who.roles if task.organisation_id is None else task.organisation_id in here)]
    return [task for kind in BESIDE for task in mine if task.kind == kind]


def _owed(move: Move, kind: str, words: str) -> None:
    move.task = owed_by(move.who, move.case, kind).first()
    if move.task is None:
        raise Refused(words)


def urge_waiting(move: Move) -> None:
    _owed(move, "reply", _("没有等您回复的督办"))


def opinion_waiting(move: Move) -> None:
    _owed(move, "opinion", _("没有请您单位会商"))


def helping(move: Move) -> None:
    _owed(move, "help", _("没有请您单位协办，或已经反馈过了"))


def due_ahead(move: Move) -> None:
    until = move.given.get("until")
    if until is not None and until <= move.now:
        raise Refused(_("要求答复的时间应在现在之后"), "until")


def no_consultation(move: Move) -> None:
    if move.case.tasks.filter(kind="consult", done_at=None).exists():
        raise Refused(_("会商还没有结束，请先写下结论"))


def consulting(move: Move) -> None:
    move.task = move.case.tasks.filter(kind="consult", done_at=None).first()
    if move.task is None:
        raise Refused(_("没有正在进行的会商"))


def is_urgent(move: Move) -> None:
    if not move.case.urgent:
        raise Refused(_("本来就不是急要件"))


def is_important(move: Move) -> None:
    if not move.case.important:
        raise Refused(_("本来就不是重点案件"))


def not_important_yet(move: Move) -> None:
    if move.case.important:
        raise Refused(_("已经是重点案件"))


def linked_when_unsatisfied(move: Move) -> None:
    if move.given.get("linked") == "yes" and move.given.get("satisfaction") != "unsatisfied":
        raise Refused(_("回访不满意的才另立关联案件"), "linked")


def somebody_to_call(move: Move) -> None:
    """Whoever called may always be asked once it is closed; how something else ended is told to those who wait for it."""
    closed = move.case.state == "closed"
    if closed and anybody_left_a_number(move.case):
        return
    if not move.case.tasks.filter(kind="follow_up", done_at=None).exists():
        raise Refused(_("没有人留下号码，没有人可以回访") if closed else _("没有人在等这件的回话"))


def another_stage(move: Move) -> None:
    left = stages_left(move.case)
    if not left:
        raise Refused(_("这件案件不分段，或已到最后一段，请直接反馈"))


def stages_finished(move: Move) -> None:
    left = stages_left(move.case)
    if left:
        parts = parts_for(move.case)
        now, after = parts[move.case.parts_done].name, "、".join(part.name for part in left)
        raise Refused(_("现在是“%(now)s”段，后面还有：%(after)s。请先完成分段") % {"now": now, "after": after})


def stages_left(case: Case) -> list[staging.Part]:
    """What comes after the stretch that runs now."""
    return list(left_of(case)[1:])


def stages_make_sense(move: Move) -> None:
    """What is finished stays; a stretch that is overdue keeps its limit, for its time was given and used."""
    given = staging.read(move.given.get("stages", ()))
    done, left = parts_for(move.case)[: move.case.parts_done], left_of(move.case)
    if done and not given:
        raise Refused(_("已有做完的段，不能改成不分段"), "stages")
    if len(given) == 1 and not done:
        raise Refused(_("分段至少两段；不分段就都空着"), "stages")
    wrong = staging.wrong_with([*done, *given])
    if wrong:
        raise Refused(wrong, "stages")
    if staging.kept(given) == staging.kept(left):
        raise Refused(_("分段没有改动"), "stages")
    clock = move.clocks.current(move.case.state)
    late = clock is not None and (clock.overdue or (clock.deadline is not None and move.now > clock.deadline))
    if late and move.case.state in workflow.WITH_DEPARTMENT and (not given or not left or given[0] != Part(left[0].name, left[0].limit)):
        raise Refused(_("现在这一段已经超期，只能改后面的段"), "stages")
    if clock is not None and not late and move.case.state in workflow.WITH_DEPARTMENT and _over_already(move, clock, given):
        raise Refused(_("现在这一段已用的时间比新的时限还长，请给长一些"), "stages")


def _over_already(move: Move, clock: Clock, given: Sequence[Part]) -> bool:
    """Whether the running clock would be past its deadline at once: nobody comes late by somebody else's pen."""
    limit = given[0].limit if given else handling_limit(move.case, clock.started_at, move.settings)
    extra = extra_of(clock, move.calendar, move.settings, limit)
    _yellow, deadline = timing.moments(clock.started_at, limit, move.calendar, pauses_of(clock), extra, move.settings["lights.yellow"])
    return deadline is not None and deadline < move.now


def straight_rework(move: Move) -> None:
    if move.settings["handling.rework_through_dispatcher"]:
        raise Refused(_("本县规定返工要经派遣员"))


def rework_through_dispatcher(move: Move) -> None:
    if not move.settings["handling.rework_through_dispatcher"]:
        raise Refused(_("本县的返工直接退回原单位"))


def nothing_to_redo(move: Move) -> None:
    if move.case.found_done is False:
        raise Refused(_("核查没有通过，请退回处置"))


ASKED = (
    urge_waiting, opinion_waiting, helping, due_ahead, no_consultation, consulting, is_urgent, is_important, not_important_yet,
    linked_when_unsatisfied, somebody_to_call, another_stage, stages_finished, stages_make_sense,
    straight_rework, rework_through_dispatcher, nothing_to_redo,
)  # fmt: skip
"""Guards of the table that stand here."""
