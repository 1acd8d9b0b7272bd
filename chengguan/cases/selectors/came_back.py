"""What came back to be done again, and what a department told its crew: read on the street, where nobody opens a history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from chengguan.cases.models import Case, Dispatch, Step

LOOKED_AT = ("department_review", "reported_back", "verified", "awaiting_closing")
"""Where what a crew did is looked at, and sent back from when it will not do."""


def came_back(cases: Iterable[Case]) -> dict[int, Step]:
    """By case the step that sent it back, for all at once. Nothing for a case that was sent to a department afresh since:
    it is that one's first turn."""
    sent_back = Q(to_state="handling", from_state__in=LOOKED_AT)
    newest = Step.objects.filter(sent_back | Q(to_state="dispatched"), case__in=[case.pk for case in cases])
    found = {step.case_id: step for step in newest.order_by("case_id", "-id").distinct("case_id") if step.to_state == "handling"}
    if found:  # 定责 gives it to another department and leaves it where it is
        sent = Dispatch.objects.filter(case__in=found, part="main", ended_at=None).values_list("case", "sent_at")
        afresh = {case for case, at in sent if at > found[case].acted_at}
        found = {case: step for case, step in found.items() if case not in afresh}
    return found


def found_wanting(steps: Sequence[Step], back: Step | None) -> Step | None:
    """The verification that found it not done, after which it was sent back: it says what is still wrong."""
    if back is None:
        return None
    for step in reversed([each for each in steps if each.pk < back.pk]):
        if step.action == "verify":
            return step if step.given.get("passed") == "no" else None
        if step.action in ("report_back", "submit"):
            return None
    return None


def told_the_crew(steps: Sequence[Step]) -> Step | None:
    """The last 指派 with words, of the department that has the case now."""
    for step in reversed(steps):
        if step.action == "assign":
            return step if step.opinion else None
        if step.to_state == "dispatched":
            return None
    return None
