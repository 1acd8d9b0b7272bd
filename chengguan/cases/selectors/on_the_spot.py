"""Guards of whoever stands before the thing itself: whose errand it is, how far away, with how many photos."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.photos import refuse_too_few
from chengguan.cases.selectors.refusals import Refused
from chengguan.places.projection import metres_between


def enough_photos(move: Move) -> None:
    refuse_too_few(move.settings, move.row.action, move.case.matter_code, len(move.given.get("photos", ())))


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


ON_THE_SPOT = (own_task, on_the_place, enough_photos)
"""Guards of the table that stand here."""
