"""Those who reported the same thing hear of its end, each by the door they came through.

Staff get a notice; a citizen reads the progress of the main case under the own code. Nobody learns who else reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.models import Report
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.reporters import below
from chengguan.people.models import Account
from chengguan.people.services import Bell


def bells(move: Move) -> Iterator[Bell]:
    """At a merge: to who reported what is merged. At the end of a case: to who reported it or anything merged into it."""
    if move.row.action == "merge":
        yield from _merged(move)
    elif move.case.state in workflow.FINAL and move.from_state not in workflow.FINAL:
        yield from _ended(move)


def _merged(move: Move) -> Iterator[Bell]:
    case, into = move.case, move.given["into"]
    people = [each for each in _staff([case.pk, *below([case.pk])]) if each.pk != move.who.account_id]
    if people:
        title = _("您上报的已并入正在办理的同一件事：%(matter)s") % {"matter": into.matter_name or case.matter_name}
        yield Bell(people, title, _("%(case)s 并入 %(into)s，办结时再通知您") % {"case": case, "into": into}, "", "case")


def _ended(move: Move) -> Iterator[Bell]:
    case = move.case
    merged = below([case.pk])
    if not merged:
        return
    people = [each for each in _staff([case.pk, *merged]) if each.pk != move.who.account_id]
    if people:
        title = _("您上报的已有结果：%(matter)s %(state)s") % {"matter": case.matter_name, "state": case.get_state_display()}
        yield Bell(people, title, f"{case} · {case.closing_note}" if case.closing_note else str(case), "", "case")


def _staff(cases: list[int]) -> list[Account]:
    reported = Report.objects.filter(case__in=cases, reporter__isnull=False).values("reporter")
    return list(Account.objects.filter(pk__in=reported, is_active=True))
