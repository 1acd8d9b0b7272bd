"""Tasks beside the stage: begun when a department, a post or several are asked, ended when they answer or the case leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chengguan.cases.models import Task
from chengguan.cases.selectors.asked import BESIDE
from chengguan.cases.selectors.move import Move
from chengguan.people.models import Organisation

GONE = "已转出"
OVER = "案件已结束"
UNSAID = "未答复"


def ask(move: Move, kind: str, organisations: Sequence[Organisation], words: str = "", due: datetime | None = None) -> None:
    """One open task for each of them, sent by whoever moves the case."""
    Task.objects.bulk_create(
        [
            Task(
                case=move.case, kind=kind, organisation=each, words=words, sent_at=move.now, due=due,
                sent_by_id=move.who.account_id, sent_by_name=move.who.name[:60],
            )
            for each in organisations
        ]
    )  # fmt: skip


def answered(move: Move, tasks: Sequence[Task], result: str, late: str) -> None:
    """These tasks are done; who sent them hears of it."""
    senders = {}
    for task in tasks:
        task.done_at, task.reply = move.now, move.opinion
        task.result = late if task.due is not None and move.now > task.due else result
        task.save(update_fields=["done_at", "reply", "result"])
        if task.sent_by:
            senders[task.sent_by_id] = task.sent_by
    move.people += senders.values()


def leave(move: Move, department_id: int | None) -> None:
    """The case goes to somebody else: what this department still owed here is asked of it no longer, nor of its helpers."""
    if department_id is not None:
        move.case.tasks.filter(kind="reply", organisation=department_id, done_at=None).update(done_at=move.now, result=GONE)
    move.case.tasks.filter(kind="help", done_at=None).update(done_at=move.now, result=GONE)


def end_all(move: Move) -> None:
    """The case is over: nobody owes anything beside its stage any more."""
    move.case.tasks.filter(kind__in=(*BESIDE, "consult"), done_at=None).update(done_at=move.now, result=OVER)
