"""Staged limits inside one case: each stretch has its own clock, deadline and overdue. (M-18, M-22)"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Setting
from chengguan.cases.selectors import guards
from chengguan.cases.services import limits, rounds
from chengguan.cases.services.following import limits_follow
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.selectors import SYSTEM
from chengguan.standards import filing, staging
from chengguan.standards.limits import Limit

HOUR = timedelta(hours=1)
DONE: dict[str, Any] = {"done": "做完了"}


@pytest.fixture
def burst(world: World) -> Case:
    """A burst main that its department has just been sent."""
    case = world.case("awaiting_dispatch", matter_code="10999", matter_name="供水管道破裂", condition_key="10999-01")
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting, opinion="水司")
    services.act(world.who("department"), case, "receive", now=NOW)
    case.refresh_from_db()
    return case


def finish(world: World, case: Case, at: datetime) -> None:
    services.act(world.who("department"), case, "finish_stage", now=at, done="做完了", photos=[world.photo])
    case.refresh_from_db()


def drawn(case: Case, at: datetime) -> list[tuple[str, str, bool]]:
    return [(each.part.name, each.state, each.late) for each in selectors.case_file(SYSTEM, case.pk, at)["stretches"]]


def test_every_staged_condition_is_a_filing_condition_with_two_stretches_or_more() -> None:
    staged = [key for key in ("10999-01", "10998-01", "06001-01") if staging.parts_of(key)]
    assert len(staged) == 3
    for key in staged:
        assert filing.condition(key).matter == key[:5]
        assert len(staging.parts_of(key)) >= 2
    assert staging.parts_of("01037-03") == ()


def test_each_stretch_runs_by_its_own_limit_from_where_the_one_before_ended(world: World, burst: Case) -> None:
    assert burst.deadline == NOW + 3 * HOUR
    finish(world, burst, NOW + 2 * HOUR)
    assert burst.deadline == burst.handling_deadline == NOW + 10 * HOUR, "8 hours on end to repair it"
    finish(world, burst, NOW + 6 * HOUR)  # Wednesday 16:00
    calendar = selectors.calendar()
    assert burst.deadline is not None
    assert calendar.seconds_between(NOW + 6 * HOUR, burst.deadline) == 5 * 8 * 3600
    assert drawn(burst, NOW + 7 * HOUR) == [("围护", "done", False), ("修复", "done", False), ("恢复原状", "now", False)]
    used = [each.clock.used_s for each in selectors.case_file(SYSTEM, burst.pk, NOW + 7 * HOUR)["stretches"]]
    assert used == [2 * 3600, 4 * 3600, 3600]


def test_a_late_stretch_is_counted_as_itself_and_the_next_begins_green(world: World, burst: Case) -> None:
    rounds.mark_overdue(NOW + 4 * HOUR)
    assert next(step.opinion for step in burst.steps.filter(action="urge")).startswith("“围护”段处置时限")
    finish(world, burst, NOW + 5 * HOUR)
    assert drawn(burst, NOW + 5 * HOUR) == [("围护", "done", True), ("修复", "now", False), ("恢复原状", "ahead", False)]
    assert burst.handling_overdue
    assert selectors.light_of(burst, NOW + 5 * HOUR) == "green"
    step = burst.steps.get(action="finish_stage")
    assert (step.overdue, step.given["part"], step.given["next_part"], step.photos.count()) == (True, "围护", "修复", 1)
    rounds.mark_overdue(NOW + 14 * HOUR)
    assert burst.clocks.filter(kind="handling", overdue=True).count() == 2


def test_the_whole_is_reported_back_only_from_the_last_stretch(world: World, burst: Case) -> None:
    with pytest.raises(services.Refused, match="修复、恢复原状"):
        services.act(world.who("department"), burst, "report_back", now=NOW, photos=[world.photo], **DONE)
    finish(world, burst, NOW + HOUR)
    finish(world, burst, NOW + 2 * HOUR)
    with pytest.raises(services.Refused, match="最后一段"):
        finish(world, burst, NOW + 3 * HOUR)
    offered = {action.slug for action in selectors.actions_for(world.who("department"), burst, NOW + 3 * HOUR)}
    assert ("report_back" in offered, "finish_stage" in offered) == (True, False)
    assert services.act(world.who("department"), burst, "report_back", now=NOW + 3 * HOUR, photos=[world.photo], **DONE).to_state == "reported_back"


def test_rework_goes_on_in_the_last_stretch_with_what_was_left_of_it(world: World, burst: Case) -> None:
    finish(world, burst, NOW + HOUR)
    finish(world, burst, NOW + 2 * HOUR)
    services.act(world.who("department"), burst, "report_back", now=NOW + 3 * HOUR, photos=[world.photo], **DONE)
    Case.objects.filter(pk=burst.pk).update(state="verified", found_done=False)
    services.act(world.who("acceptor"), burst, "rework", now=NOW + 24 * HOUR, reason="路面没恢复")
    burst.refresh_from_db()
    clock = burst.clocks.get(kind="handling", ended_at=None)
    assert (clock.part, burst.parts_done) == ("恢复原状", 2)
    calendar = selectors.calendar()
    assert burst.deadline is not None
    left = calendar.seconds_between(NOW + 24 * HOUR, burst.deadline)
    assert left == 5 * 8 * 3600 - calendar.seconds_between(NOW + 2 * HOUR, NOW + 3 * HOUR)


def test_an_extension_adds_the_limit_of_the_stretch_that_runs(world: World, burst: Case) -> None:
    finish(world, burst, NOW + HOUR)
    services.act(world.who("department"), burst, "ask_extend", now=NOW + HOUR, reason="等管件")
    services.act(world.who("shift_leader"), burst, "grant_extend", now=NOW + HOUR)
    burst.refresh_from_db()
    assert burst.deadline == NOW + 17 * HOUR
    finish(world, burst, NOW + 12 * HOUR)
    assert burst.clocks.get(kind="handling", part="修复").extensions == 1
    assert burst.clocks.get(kind="handling", part="恢复原状").extensions == 0


def test_a_suspension_stops_the_stretch_that_runs_and_another_department_goes_on_with_it(world: World, burst: Case) -> None:
    finish(world, burst, NOW + HOUR)
    services.act(world.who("department"), burst, "ask_suspend", now=NOW + 2 * HOUR, reason="等枯水", reason_code="season", until=NOW + 100 * HOUR)
    services.act(world.who("dispatcher"), burst, "review_suspend", now=NOW + 2 * HOUR)
    services.act(world.who("shift_leader"), burst, "grant_suspend", now=NOW + 2 * HOUR)
    rounds.resume_suspended(NOW + 100 * HOUR)
    burst.refresh_from_db()
    assert burst.deadline == NOW + 107 * HOUR
    services.act(world.who("dispatcher"), burst, "redirect", now=NOW + 101 * HOUR, department=world.drainage, reason="水司人手不足")
    burst.refresh_from_db()
    assert (burst.deadline, burst.parts_done) == (NOW + 109 * HOUR, 1)
    assert drawn(burst, NOW + 101 * HOUR)[0] == ("围护", "done", False)


def test_a_case_opened_again_begins_with_the_first_stretch(world: World) -> None:
    case = world.case("closed", matter_code="10999", condition_key="10999-01", parts_done=2)
    services.act(world.who("shift_leader"), case, "reopen", now=NOW, reason="又漏了")
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting, opinion="水司")
    case.refresh_from_db()
    assert (case.parts_done, case.deadline) == (0, NOW + 3 * HOUR)


def test_a_county_that_starts_the_clock_at_receipt_still_starts_the_next_stretch_where_the_last_ended(world: World) -> None:
    Setting.objects.create(key="handling.starts", value="receipt")
    case = world.case("awaiting_dispatch", matter_code="10999", condition_key="10999-01")
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting, opinion="水司")
    services.act(world.who("department"), case, "receive", now=NOW + HOUR)
    finish(world, case, NOW + 2 * HOUR)
    assert case.deadline == NOW + 10 * HOUR


def test_a_countys_own_limit_for_the_condition_leaves_its_stretches_as_they_are(world: World, burst: Case) -> None:
    limits.set_limit(world.who("administrator"), "10999-01", "", NOW.date() - timedelta(days=1), Limit(9, "work_day"))
    limits_follow(selectors.settings())
    assert burst.clocks.get(kind="handling").limit_words == "3 紧急工作时"
    finish(world, burst, NOW + HOUR)
    assert burst.deadline == NOW + 9 * HOUR


def test_what_has_one_limit_has_no_stretches(world: World) -> None:
    case = world.case("handling")
    assert guards.GUARDS["another_stage"]
    assert "finish_stage" not in {action.slug for action in selectors.actions_for(world.who("department"), case, NOW)}
    assert selectors.case_file(SYSTEM, case.pk, NOW)["stretches"] == []


OTHER = [["警戒", 2, "urgent_hour"], ["修复", 8, "urgent_hour"]]


def restage(world: World, case: Case, at: datetime, stages: list[list[Any]]) -> None:
    services.act(world.who("dispatcher"), case, "set_stages", now=at, stages=stages, reason="现场情况变了")
    case.refresh_from_db()


def test_the_stretch_that_runs_is_counted_anew_from_where_it_began(world: World, burst: Case) -> None:
    restage(world, burst, NOW + HOUR, OTHER)
    clock = burst.clocks.get(kind="handling", ended_at=None)
    assert (clock.part, clock.started_at, burst.deadline) == ("警戒", NOW, NOW + 2 * HOUR)


def test_a_case_with_one_limit_may_be_staged_and_unstaged_while_it_is_handled(world: World) -> None:
    case = world.case("handling")
    whole = case.deadline
    restage(world, case, NOW, OTHER)
    assert case.deadline == NOW - timedelta(minutes=40) + 2 * HOUR
    restage(world, case, NOW, [])
    assert (case.deadline, case.parts) == (whole, [])


def test_what_is_finished_stays_and_what_is_overdue_gets_no_more_time(world: World, burst: Case) -> None:
    finish(world, burst, NOW + HOUR)
    restage(world, burst, NOW + 2 * HOUR, [["修复", 4, "urgent_hour"], ["恢复原状", 9, "work_day"]])
    assert drawn(burst, NOW + 2 * HOUR)[0] == ("围护", "done", False)
    assert burst.deadline == NOW + 5 * HOUR
    with pytest.raises(services.Refused, match="已有做完的段"):
        restage(world, burst, NOW + 3 * HOUR, [])
    with pytest.raises(services.Refused, match="已经超期"):
        restage(world, burst, NOW + 6 * HOUR, [["修复", 40, "urgent_hour"], ["恢复原状", 9, "work_day"]])
    restage(world, burst, NOW + 6 * HOUR, [["修复", 4, "urgent_hour"], ["恢复原状", 12, "work_day"]])
    assert burst.deadline == NOW + 5 * HOUR


def test_a_crew_finishes_a_stretch(world: World, burst: Case) -> None:
    services.act(world.who("department"), burst, "assign", now=NOW, crew=world.crew)
    step = services.act(world.who("crew"), burst, "finish_stage", now=NOW + HOUR, done="围好了", photos=[world.photo])
    assert (step.role, step.given["part"]) == ("crew", "围护")


def test_another_matter_or_a_new_beginning_takes_what_holds_then(world: World) -> None:
    case = world.case("reported", condition_key="", parts=[["甲", 1, "work_day"], ["乙", 1, "work_day"]])
    services.act(world.who("acceptor"), case, "accept", now=NOW, matter_code="01037", condition_key="01037-03")
    case.refresh_from_db()
    assert case.parts is None


def test_a_crew_finishes_a_stretch_by_the_rules_of_reporting_back(world: World, burst: Case) -> None:
    services.act(world.who("department"), burst, "assign", now=NOW, crew=world.crew)
    with pytest.raises(services.Refused, match="不在现场") as refused:
        services.act(world.who("crew"), burst, "finish_stage", now=NOW, photos=[world.photo], position=(109.05, 28.45, 5), **DONE)
    assert refused.value.field == "far"
    Setting.objects.create(key="photos.report_back", value={"": 2})
    with pytest.raises(services.Refused, match="至少要 2 张"):
        services.act(world.who("crew"), burst, "finish_stage", now=NOW, photos=[world.photo], **DONE)


def test_where_the_unit_looks_first_the_crew_finishes_its_stretches_and_submits_the_whole(world: World, burst: Case) -> None:
    Setting.objects.create(key="handling.crew_review", value=["10999"])
    services.act(world.who("department"), burst, "assign", now=NOW, crew=world.crew)
    burst.refresh_from_db()
    for stretch in ("围护", "修复"):
        offered = {action.slug for action in selectors.actions_for(world.who("crew"), burst, NOW)}
        assert ("finish_stage" in offered, "submit" in offered) == (True, False), stretch
        services.act(world.who("crew"), burst, "finish_stage", now=NOW, photos=[world.photo], **DONE)
        burst.refresh_from_db()
    offered = {action.slug for action in selectors.actions_for(world.who("crew"), burst, NOW)}
    assert ("finish_stage" in offered, "submit" in offered, "report_back" in offered) == (False, True, False)
    assert services.act(world.who("crew"), burst, "submit", now=NOW, photos=[world.photo], **DONE).to_state == "department_review"
