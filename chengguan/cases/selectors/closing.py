"""Guards of the end of verification, of closing, and of what may still come after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from chengguan.cases import timing
from chengguan.cases.models import Case, Request, Step
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.refusals import Refused
from chengguan.people.selectors import Who
from chengguan.standards.limits import Limit


def _verification_can_be_skipped(move: Move) -> bool:
    return any(move.settings.covers(key, move.case.matter_code) for key in ("verify.skip", "verify.automatic"))


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
    """A township's desk, as the second level, closes what its own office or units handled: never whoever reported it back."""
    handled = {move.case.department_id, move.case.crew_id} - {None}
    roles = ("department", "crew") if move.role == "township" else ("department", "crew", "township")
    if not move.who.is_system and any(post.role in roles and handled & post.organisation_ids for post in move.who.posts):
        raise Refused(_("处置的单位不能自己结案"))
    if move.role == "township" and reported_by(move.who, move.case.steps.filter(action__in=("reopen", "submit", "report_back"))):
        raise Refused(another_closes())


def reported_by(who: Who, steps: Iterable[Step]) -> bool:
    """Whether this person reported it done, in any round since it was opened."""
    told = False
    for step in steps:
        told = step.action != "reopen" and (told or (step.action in ("submit", "report_back") and step.who_id == who.account_id))
    return told


def another_closes() -> str:
    return _("反馈是您做的，要由另一个人结案；镇街只有您一人经办的，请上交县中心")


def why_not_closed(who: Who, case: Case, steps: Iterable[Step], offered: Collection[str]) -> str:
    """Why a township's desk that has the case before its end is not offered to close it."""
    asked = case.state == "awaiting_closing" and case.level == "township" and "close" not in offered and "hand_up" in offered
    return another_closes() if asked and reported_by(who, steps) else ""


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


CLOSING = (
    evidence_stands, found_done, verified_or_proven, alarm_gone, never_the_department, was_overdue, appeal_window,
    reopen_window, first_appeal, appeal_over,
)  # fmt: skip
"""Guards of the table that stand here."""
