"""A leader's yes to closing without verification: the shift leader's to use, until the case is reported back once more."""

from __future__ import annotations

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from chengguan.cases import workflow
from chengguan.cases.models import Case, Request

FROM = next(row.frm for row in workflow.TABLE if row.action == "force_close")
_THIS_ROUND = Coalesce(F("case__reported_back_at"), F("case__reported_at"))
"""A case that was taken over may not know when it was last reported back."""
APPROVED = Q(kind="force_close", state="granted", decided_at__gte=_THIS_ROUND, case__state__in=FROM)


def approval_of(case: Case) -> Request | None:
    return case.requests.filter(APPROVED).order_by("-id").first()


def is_approval(request: Request, case: Case) -> bool:
    """The same of a request and a case that are read already."""
    if (request.kind, request.state) != ("force_close", "granted") or request.decided_at is None:
        return False
    return case.state in FROM and request.decided_at >= (case.reported_back_at or case.reported_at)
