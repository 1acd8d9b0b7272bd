"""Guards of what is asked for and granted: windows, how often, and whose word it takes."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from chengguan.cases import timing
from chengguan.cases.selectors.approved import approval_of
from chengguan.cases.selectors.extending import extension_in_reach
from chengguan.cases.selectors.ladders import LADDERS, deciders_of, posts_in_words
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.words import limit_words


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
    if move.settings["handling.extend_overdue"]:
        return
    clock = move.clocks.current("handling")
    if clock is None or clock.overdue or (clock.deadline is not None and move.now > clock.deadline):
        raise Refused(_("已经超期，不能再申请延期"))


def extensions_left(move: Move) -> None:
    clock = move.clocks.current("handling")
    if clock is not None and clock.extensions >= move.settings["handling.extensions"]:
        raise Refused(_("最多延期 %(times)d 次") % {"times": move.settings["handling.extensions"]})


def within_a_year(move: Move) -> None:
    days = move.settings["handling.suspend_days"]
    if not move.now < move.given["until"] <= move.now + timedelta(days=days):
        raise Refused(_("缓办截止时间应在今天之后、%(days)d 天之内") % {"days": days}, "until")


def leader_approved(move: Move) -> None:
    if approval_of(move.case) is None:
        raise Refused(_("强制结案要先有领导同意"))


def not_approved_yet(move: Move) -> None:
    if approval_of(move.case) is not None:
        raise Refused(_("领导已同意，可以直接强制结案"))


def reviewed(move: Move) -> None:
    if move.request is None or move.request.reviewed_at is None:
        raise Refused(_("还没有经过初审"))


def not_reviewed(move: Move) -> None:
    if move.request is None or move.request.reviewed_at is not None:
        raise Refused(_("已经初审过了"))


REQUESTS = (
    on_the_ladder, reviewer_or_on_the_ladder, return_window, no_request, not_overdue, extensions_left,
    within_a_year, leader_approved, not_approved_yet, reviewed, not_reviewed, extension_in_reach,
)  # fmt: skip
"""Guards of the table that stand here."""
