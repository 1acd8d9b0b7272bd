"""Guards of whoever stands before the thing itself: whose errand it is, how far away, with how many photos."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengguan.cases.selectors.distance import Distance, distance_of, spoken
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.photos import refuse_too_few
from chengguan.cases.selectors.refusals import Refused


def enough_photos(move: Move) -> None:
    refuse_too_few(move.settings, move.row.action, move.case.matter_code, len(move.given.get("photos", ())))


def own_task(move: Move) -> None:
    kind = {"confirm": "confirm", "verify": "verify"}[move.row.action]
    move.task = move.case.tasks.filter(kind=kind, done_at=None).last()
    if move.task is None or move.task.account_id not in move.who.task_accounts:
        raise Refused(_("这项任务不是派给您的"))


def on_the_place(move: Move) -> None:
    away = _measured(move)
    if away is not None and away.too_far:
        words = _("您离事发位置还有 %(away)d 米，请走到 %(reach)d 米以内再提交")
        raise Refused(words % {"away": round(away.metres), "reach": away.reach}, "position")


def far_is_meant(move: Move) -> None:
    """A crew that reports back from elsewhere is asked whether it means it: the step keeps how far, and that it said so."""
    away = _measured(move) if move.role == "crew" and "position" in move.given else None
    if away is not None and away.too_far and move.given.get("far") != "yes":
        words = _("您离事发位置还有 %(away)s，像是不在现场。确实已经干完了，请勾选“不在现场也报回”再发。")
        raise Refused(words % {"away": spoken(away.metres)}, "far")


def says_what_is_wrong(move: Move) -> None:
    """Whoever has to do it again, or has to refuse the report, goes by what was seen."""
    if move.text("words"):
        return
    if move.given.get("passed") == "no":
        raise Refused(_("核查不通过的，请写明哪里不行：单位照着返工"), "words")
    if move.given.get("true") == "no":
        raise Refused(_("不属实的，请写明在现场看到了什么"), "words")


def _measured(move: Move) -> Distance | None:
    """How far from the case, kept with the step; None when the case has no place."""
    if move.case.point is None:
        return None
    position, accuracy = move.given["position"]
    found = distance_of(position, accuracy, move.case.point, move.settings)
    move.kept["metres"] = round(found.metres, 1)
    return found


ON_THE_SPOT = (own_task, on_the_place, far_is_meant, enough_photos, says_what_is_wrong)
"""Guards of the table that stand here."""
