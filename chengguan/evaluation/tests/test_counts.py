"""Each count with one small history that counts and one that does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chengguan.evaluation.selectors import COUNTS, cases_behind, figures
from chengguan.evaluation.selectors.figures import KEYS, rows_of
from chengguan.evaluation.tests.conftest import LATE, ON_TIME, World, history, month
from chengguan.people.selectors import SYSTEM

HOUR = timedelta(hours=1)
Story = tuple[tuple[Any, ...], dict[str, Any]]


def story(*steps: Any, **facts: Any) -> Story:
    return steps, facts


def overdue_clock(state: str = "handling") -> Story:
    return story(state, handling_deadline_in=-HOUR)


REPORTED, FILED, CLOSED, VOIDED = story("reported"), story("awaiting_dispatch"), story("closed"), story("voided")
SELF = story("self_handled", "self_handle")
BACK = story("reported_back", ("report_back", ON_TIME))
BACK_LATE = story("reported_back", ("report_back", LATE))
CLOSED_LATE = story("closed", ("report_back", LATE))
SUSPENDED = story("suspended")
URGENT_BACK = story("reported_back", ("report_back", ON_TIME), urgent=True)
from_citizen = {"source": "citizen"}
accepted = {"accepted_at": "reported_at"}


def said(state: str, satisfaction: str) -> Story:
    return story(state, satisfaction=satisfaction)


def task(kind: str, **more: Any) -> Story:
    return story("reported", task={"kind": kind, **more})


EXAMPLES: dict[str, tuple[Story, Story]] = {
    "reported": (REPORTED, SELF),
    "valid_reports": (VOIDED, REPORTED),
    "public_reports": (story("reported", **from_citizen), REPORTED),
    "public_valid": (story("awaiting_dispatch", **from_citizen), story("reported", **from_citizen)),
    "public_confirmed": (
        story("reported", ("confirm", {"given": {"true": "yes"}}), **from_citizen),
        story("reported", ("confirm", {"given": {"true": "yes"}}), ("confirm", {"given": {"true": "no"}}), **from_citizen),
    ),
    "repeated": (story("merged"), REPORTED),
    "answered": (story("answered"), REPORTED),
    "transferred": (story("transferred"), REPORTED),
    "accept_due": (REPORTED, SELF),
    "accepted": (story("awaiting_filing", **accepted), REPORTED),
    "accept_on_time": (story("awaiting_filing", ("accept", ON_TIME), **accepted), story("awaiting_filing", ("accept", ON_TIME), ("accept", LATE), **accepted)),
    "accept_late": (story("awaiting_filing", ("accept", LATE), **accepted), story("awaiting_filing", ("accept", ON_TIME), **accepted)),
    "accept_right": (story("awaiting_filing", **accepted), story("declined", **accepted)),
    "accept_wrong": (story("voided", **accepted), story("awaiting_filing", **accepted)),
    "refused": (story("refused"), story("refused", "self_handle")),
    "filed": (VOIDED, REPORTED),
    "file_on_time": (story("awaiting_dispatch", ("file", ON_TIME)), story("awaiting_dispatch", ("file", LATE))),
    "file_right": (FILED, VOIDED),
    "dispatch_due": (FILED, REPORTED),
    "dispatched": (story("dispatched"), FILED),
    "dispatch_on_time": (story("dispatched", ("dispatch", ON_TIME)), story("dispatched", ("dispatch", LATE))),
    "dispatch_late": (story("dispatched", ("dispatch", LATE)), story("dispatched", ("dispatch", ON_TIME))),
    "dispatch_right": (story("closed", sent=("lighting",)), story("closed", sent=("drainage", "lighting"))),
    "dispatch_wrong": (story("handling", sent=("drainage", "lighting")), story("handling", sent=("lighting",))),
    "handle_due": (overdue_clock(), story("handling", handling_deadline_in=HOUR)),
    "handled": (BACK, story("handling")),
    "handled_on_schedule": (BACK, BACK_LATE),
    "handled_late": (BACK_LATE, story("reported_back", ("report_back", LATE), ("rework", {}), ("report_back", ON_TIME))),
    "handled_twice": (story("reported_back", ("report_back", {"used_s": 201, "whole_s": 100})), story("reported_back", ("report_back", {"used_s": 200, "whole_s": 100}))),
    "unhandled": (SUSPENDED, BACK),
    "unhandled_in_time": (story("handling", handling_deadline_in=HOUR), overdue_clock()),
    "unhandled_late": (overdue_clock(), SUSPENDED),
    "urgent": (story("handling", urgent=True), story("handling")),
    "urgent_due": (URGENT_BACK, BACK),
    "urgent_on_schedule": (URGENT_BACK, story("reported_back", ("report_back", LATE), urgent=True)),
    "important": (story("handling", important=True), story("handling")),
    "important_on_schedule": (story("reported_back", ("report_back", ON_TIME), important=True), story("reported_back", ("report_back", LATE), important=True)),
    "missed": (story("awaiting_dispatch", missed="missed", **from_citizen), story("awaiting_dispatch", missed="not_missed", **from_citizen)),
    "check_due": (BACK, story("handling")),
    "post_missed": (story("awaiting_dispatch", missed="missed", **from_citizen), story("awaiting_dispatch", missed="not_missed", **from_citizen)),
    "sent_to_verify": (story("verifying", "send_to_verify"), story("awaiting_verification")),
    "send_to_verify_due": (story("awaiting_verification"), BACK),
    "close_due": (BACK_LATE, BACK),
    "closed": (story("archived", closed_at="reported_at"), BACK),
    "closed_on_schedule": (CLOSED, CLOSED_LATE),
    "closed_late": (CLOSED_LATE, story("closed", ("report_back", ON_TIME))),
    "closed_at_desk_on_time": (story("closed", ("close", ON_TIME)), story("closed", ("close", LATE))),
    "forced": (story("closed", forced=True), CLOSED),
    "unclosed": (REPORTED, VOIDED),
    "unclosed_in_time": (story("handling", handling_deadline_in=HOUR), overdue_clock()),
    "unclosed_late": (overdue_clock(), CLOSED_LATE),
    "reworked": (story("handling", "rework", "rework"), story("handling")),
    "rework_times": (story("handling", "rework", "rework"), story("voided", "rework")),
    "returned": (story("dispatched", "grant_return"), story("dispatched", "deny_return")),
    "extended": (story("handling", "grant_extend"), story("handling", "deny_extend")),
    "suspended": (SUSPENDED, story("handling", "grant_suspend")),
    "ever_suspended": (story("handling", "grant_suspend"), story("handling", "deny_suspend")),
    "urged": (story("handling", ("urge", {"from_state": "handling"})), story("verifying", ("urge", {"from_state": "awaiting_verification"}))),
    "voided": (VOIDED, CLOSED),
    "exempt": (story("closed", ("report_back", LATE), exempt=True), CLOSED_LATE),
    "unfixed": (story("handling", responsibility_open=True), story("handling")),
    "self_handled": (SELF, REPORTED),
    "self_waiting": (SELF, story("closed", "self_handle")),
    "self_closed": (story("closed", "self_handle"), CLOSED),
    "self_refused": (story("refused", "self_handle"), story("refused")),
    "followed_up": (said("closed", "fair"), CLOSED),
    "very_satisfied": (said("closed", "very"), said("closed", "satisfied")),
    "satisfied": (said("closed", "satisfied"), said("closed", "fair")),
    "unsatisfied": (said("closed", "unsatisfied"), said("closed", "fair")),
    "overturned": (story("closed", verdict="overturned"), story("closed", verdict="stands")),
    "now_reported": (REPORTED, FILED),
    "now_reported_late": (story("reported", column_deadline_in=-HOUR), story("reported", column_deadline_in=HOUR)),
    "now_filing": (story("awaiting_filing"), REPORTED),
    "now_dispatch": (FILED, REPORTED),
    "now_dispatch_late": (story("awaiting_dispatch", column_deadline_in=-HOUR), story("awaiting_dispatch", column_deadline_in=HOUR)),
    "now_feedback": (BACK, story("handling")),
    "now_verifying": (story("verifying"), BACK),
    "now_closing": (story("awaiting_closing"), CLOSED),
    "turn_returned": (story("dispatched", "grant_return", sent=("drainage", "lighting")), story("dispatched", sent=("lighting",))),
    "turn_denied": (story("handling", "deny_return", sent=("lighting",)), story("handling", "deny_extend", sent=("lighting",))),
    "turn_reworked": (story("handling", "rework", sent=("lighting",)), story("handling", sent=("lighting",))),
    "turn_rework_times": (story("handling", "rework", "rework", sent=("lighting",)), story("handling", sent=("lighting",))),
    "turn_extended": (story("handling", "grant_extend", sent=("lighting",)), story("handling", "deny_extend", sent=("lighting",))),
    "turn_suspended": (story("handling", "grant_suspend", sent=("lighting",)), story("handling", sent=("lighting",))),
    "post_accept_right": (story("awaiting_filing", "accept"), story("declined", "accept")),
    "post_file_right": (story("awaiting_dispatch", "file"), story("voided", "file")),
    "post_dispatch_right": (story("closed", "dispatch", sent=("lighting",)), story("closed", "dispatch", sent=("drainage", "lighting"))),
    "post_dispatch_wrong": (story("handling", "dispatch", sent=("drainage", "lighting")), story("handling", "dispatch", sent=("lighting",))),
    "post_valid_reports": (story("voided", "register"), story("declined", "register")),
    "post_checked": (story("handling", ("send_back", {"from_state": "reported_back", "role": "dispatcher"})), story("awaiting_filing", ("send_back", {"from_state": "awaiting_dispatch", "role": "dispatcher"}))),
    "post_checked_on_time": (story("awaiting_verification", ("forward", {"from_state": "reported_back"})), story("awaiting_verification", ("forward", {"from_state": "reported_back", **LATE}))),
    "post_reported": (story("reported", "register"), story("reported", ("register", {"role": "hotline_operator"}))),
    "post_taken_down": (story("reported", ("register", {"role": "hotline_operator"})), story("reported", "register")),
    "post_answered": (story("answered", ("answer", {"role": "hotline_operator"})), story("answered", ("answer", {"role": "acceptor"}))),
    "post_self_handled": (SELF, story("reported", "register")),
    "checked": (story("closed", verdict="stands"), story("closed", verdict="waits")),
    "check_overturned": (story("closed", verdict="overturned"), story("closed", verdict="stands")),
}  # fmt: skip
for _slug, _action in {
    "accepted": "accept", "confirm_sent": "send_to_confirm", "verify_sent": "send_to_verify", "result_passed": "accept_result",
    "filed": "file", "closed": "close", "dispatched": "dispatch", "refused": "refuse",
}.items():  # fmt: skip
    EXAMPLES[f"post_{_slug}"] = (story("reported", _action), story("reported", "urge"))
for _slug, _action in {
    "accept": "accept", "confirm_sent": "send_to_confirm", "verify_sent": "send_to_verify", "result": "accept_result",
    "file": "file", "close": "close", "dispatch": "dispatch",
}.items():  # fmt: skip
    EXAMPLES[f"post_{_slug}_on_time"] = (story("reported", (_action, ON_TIME)), story("reported", (_action, LATE)))
for _kind in ("confirm", "verify"):
    in_time, too_late = {"done_at": -HOUR, "result": "属实"}, {"done_at": HOUR, "result": "属实"}
    recalled = task(_kind, done_at=HOUR, result="撤回")
    EXAMPLES |= {
        f"{_kind}_due": (recalled, task(_kind, due=HOUR)),
        f"{_kind}_done": (task(_kind, **too_late), recalled),
        f"{_kind}_on_time": (task(_kind, **in_time), task(_kind, **too_late)),
        f"{_kind}_late": (task(_kind, **too_late), task(_kind, **in_time)),
        f"{_kind}_undone": (task(_kind, due=-HOUR), task(_kind, done_at=-2 * HOUR, result="撤回")),
    }


def tell(world: World, told: Story) -> Any:
    from chengguan.cases.models import Case
    from chengguan.evaluation.tests.conftest import NOW

    (state, *steps), facts = told
    facts = dict(facts)
    facts["sent"] = tuple(getattr(world, name) for name in facts.get("sent", ()))
    for name in ("accepted_at", "closed_at"):
        if name in facts:
            facts[name] = NOW - HOUR
    if "task" in facts:
        facts["task"] = {name: NOW + value if isinstance(value, timedelta) else value for name, value in facts["task"].items()}
    late = facts.pop("column_deadline_in", None)
    case = history(world, state, *steps, **facts)
    if late is not None:
        Case.objects.filter(pk=case.pk).update(deadline=NOW + late)
    return case


def test_every_count_has_its_two_histories() -> None:
    assert sorted(COUNTS) == sorted(EXAMPLES)


@pytest.mark.parametrize("slug", sorted(EXAMPLES))
def test_count_takes_what_it_means_and_nothing_else(world: World, slug: str) -> None:
    yes, no = EXAMPLES[slug]
    tell(world, no)
    assert rows_of(SYSTEM, COUNTS[slug], month()).count() == 0
    counted = tell(world, yes)
    assert [row.case_id if hasattr(row, "case_id") else row.fact_id for row in rows_of(SYSTEM, COUNTS[slug], month())] == [counted.pk]


def test_every_figure_opens_to_exactly_its_cases(world: World) -> None:
    for yes, no in EXAMPLES.values():
        tell(world, yes)
        tell(world, no)
    for by in sorted(KEYS):
        seen = 0
        for key, one in figures(SYSTEM, by, month()).items():
            for slug, n in one.counts.items():
                cases = cases_behind(SYSTEM, slug, month(), by, key)
                rows = rows_of(SYSTEM, COUNTS[slug], month()).filter(**{KEYS[by][COUNTS[slug].of]: key} if KEYS[by][COUNTS[slug].of] else {})
                assert set(cases.values_list("pk", flat=True)) == {getattr(row, "case_id", None) or row.fact_id for row in rows}, (by, slug)
                assert n == rows.count() if not COUNTS[slug].times else n >= rows.count(), (by, slug)
                seen += n
        assert seen > 10, by


def test_rework_is_counted_by_cases_and_by_times(world: World) -> None:
    tell(world, EXAMPLES["rework_times"][0])
    counts = figures(SYSTEM, "all", month())[""].counts
    assert (counts["reworked"], counts["rework_times"]) == (1, 2)


def test_what_a_department_gave_back_is_its_return_and_the_next_ones_case(world: World) -> None:
    tell(world, EXAMPLES["turn_returned"][0])
    found = figures(SYSTEM, "department", month())
    assert found[world.drainage.pk].counts["turn_returned"] == 1
    assert found[world.lighting.pk].counts["turn_returned"] == 0
    assert found[world.lighting.pk].counts["unhandled"] == 1
