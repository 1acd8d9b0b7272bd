"""What ends while the caller is still on the line: a question that is answered, a matter that is somebody else's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.moving import act
from chengguan.cases.services.registering import register
from chengguan.people.selectors import Who

ON_THE_LINE = ("answer", "transfer")


@transaction.atomic
def register_and_end(who: Who, action: str, given: dict[str, Any], *, now: datetime | None = None, **told: Any) -> Case:
    """登记 and at once 当即办结 or 转办: both or neither. `told` is what `register` takes. The same source_key twice is one
    case, ended once. Who is answered now waits for no call."""
    if action not in ON_THE_LINE:
        raise Refused(_("“%(action)s”不能在登记时办") % {"action": _(workflow.ACTIONS.get(action, action))})
    if words := answered_and_awaited(action, told.get("reply_wanted", False)):
        raise Refused(words, "reply_wanted")
    now = now or timezone.now()
    case = register(who, now=now, **told)
    if case.state == "reported":
        act(who, case, action, now=now, **given)
        case.refresh_from_db()
    return case


def answered_and_awaited(action: str, reply_wanted: bool) -> str:
    """Why 当即办结 and 需要回复 do not go together, or "": either the caller has heard it, or it is not done yet."""
    if action != "answer" or not reply_wanted:
        return ""
    return _("“当即办结”就是已经在电话里答复了，不会再给来电人回话：说清楚了的，请去掉“需要回复”；还要再回话的，请改选“登记受理”。")
