"""An extension may be asked to a nearer time than a whole original limit, and granted shorter than asked. (M-18)"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Clock, Request, Setting
from chengguan.cases.selectors.extending import reach
from chengguan.cases.selectors.running import Running
from chengguan.cases.services.administration import open_deadlines_follow, set_calendar_day
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.selectors import SYSTEM

SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def case(world: World) -> Case:
    """Two working days from a Wednesday at 09:20: due on Friday at 09:20."""
    return world.case("handling")


def handling(case: Case) -> Clock:
    return case.clocks.get(kind="handling", ended_at=None)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Of November 2026, by the wall clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def ask(world: World, case: Case, until: datetime | None = None) -> Request:
    given = {"extended_to": until} if until else {}
    services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等配件", **given)
    return Request.objects.get(case=case, state="waiting")


def grant(world: World, case: Case, until: datetime | None = None) -> Clock:
    services.act(world.who("shift_leader"), case, "grant_extend", now=SOON, **({"extended_to": until} if until else {}))
    return handling(case)


def test_nothing_said_is_a_whole_original_limit(world: World, case: Case) -> None:
    assert handling(case).deadline == at(20, 9, 20)
    assert "extended_to" not in ask(world, case).details
    clock = grant(world, case)
    assert (clock.deadline, clock.extensions, clock.named) == (at(24, 9, 20), 1, 0)


def test_the_time_that_was_asked_for_is_when_the_clock_ends(world: World, case: Case) -> None:
    request = ask(world, case, at(20, 16))
    assert request.asked_until == at(20, 16)
    clock = grant(world, case)
    assert (clock.deadline, clock.extensions) == (at(20, 16), 1)
    assert case.clocks.get(kind="handling_turn").deadline == at(20, 16), "the department's own turn gets as much"
    case.refresh_from_db()
    assert (case.deadline, case.handling_deadline, case.extend_count) == (at(20, 16), at(20, 16), 1)
    assert datetime.fromisoformat(case.steps.get(action="grant_extend").given["extended_to"]) == at(20, 16)


def test_who_grants_may_shorten_and_never_lengthen(world: World, case: Case) -> None:
    ask(world, case, at(23, 12))
    for until in (at(23, 14), at(20, 9, 20), at(18, 10)):
        with pytest.raises(services.Refused, match=r"最晚 2026-11-23 12:00") as refused:
            grant(world, case, until)
        assert refused.value.field == "extended_to"
    assert grant(world, case, at(20, 11)).deadline == at(20, 11)


def test_nobody_asks_for_more_than_a_whole_extension_or_for_what_they_have(world: World, case: Case) -> None:
    for until in (at(24, 10), at(20, 9), NOW - timedelta(hours=1)):
        with pytest.raises(services.Refused, match=r"在 2026-11-20 09:20 之后，最晚 2026-11-24 09:20"):
            ask(world, case, until)
    Setting.objects.create(key="handling.extension_times", value=2)
    ask(world, case, at(25, 10))


def test_the_second_extension_goes_on_from_where_the_first_ended(world: World, case: Case) -> None:
    ask(world, case, at(20, 16))
    grant(world, case)
    ask(world, case)
    clock = grant(world, case)
    assert (clock.deadline, clock.extensions) == (at(24, 16), 2)


def test_between_working_times_the_clock_ends_with_the_work_before(world: World, case: Case) -> None:
    assert ask(world, case, at(22, 12)).asked_until == at(20, 18)
    assert grant(world, case).deadline == at(20, 18), "Sunday noon is Friday evening to a working clock"


def test_a_changed_calendar_moves_a_shortened_extension_too(world: World, case: Case) -> None:
    ask(world, case, at(20, 16))
    grant(world, case)
    set_calendar_day(SYSTEM, at(19, 12).date(), False, "停电")
    open_deadlines_follow()
    assert handling(case).deadline == at(23, 16)


def test_the_ladder_climbs_by_what_is_asked_for(world: World) -> None:
    Setting.objects.create(key="approval.extend", value=[{"times": 1, "days": 0, "who": ["dispatcher"]}, {"times": 1, "days": 2, "who": ["leader"]}])
    assert ask(world, world.case("handling")).details["who"] == ["leader"]
    assert ask(world, world.case("handling"), at(20, 16)).details["who"] == ["dispatcher"]


def test_the_form_says_how_far_it_goes_and_what_was_asked_for(world: World, case: Case) -> None:
    def field(role: str, slug: str) -> selectors.Field:
        action = next(each for each in selectors.actions_for(world.who(role), case, NOW) if each.slug == slug)
        return next(each for each in action.fields if each.name == "extended_to")

    asked = field("department", "ask_extend")
    assert (asked.required, asked.value) == (False, "2026-11-24T09:20")
    assert "现在的时限是 2026-11-20 09:20" in asked.why and "2026-11-24 09:20" in asked.why
    ask(world, case, at(20, 16))
    granted = field("shift_leader", "grant_extend")
    assert granted.value == "2026-11-20T16:00"
    assert "申请延到 2026-11-20 16:00" in granted.why


@pytest.mark.parametrize("until", [at(20, 18), at(22, 12), at(20, 16), at(23, 8, 1), at(20, 12)])
@pytest.mark.parametrize("began", [timedelta(microseconds=123456), timedelta(microseconds=999999), timedelta(seconds=7, microseconds=1)])
def test_a_named_time_is_met_to_the_microsecond_whenever_the_clock_began(world: World, case: Case, until: datetime, began: timedelta) -> None:
    """The end of a working day does not become the next morning, nor four o'clock a minute before."""
    Clock.objects.filter(case=case).update(started_at=at(18, 9, 20) + began)
    ask(world, case, until)
    assert grant(world, case).deadline == (at(20, 18) if until == at(22, 12) else until)


def test_what_the_form_suggests_is_a_whole_extension_to_the_second(world: World, case: Case) -> None:
    """The form tells minutes; the clock began at some second of one."""
    Clock.objects.filter(case=case).update(started_at=at(18, 9, 20) + timedelta(seconds=42))
    clock = handling(case)
    clock.refresh_from_db()
    found = reach(Running(case, NOW, selectors.settings(), selectors.calendar(), [clock]))
    assert found is not None and found.latest == at(24, 9, 20)
    request = ask(world, case, found.latest)
    assert "extended_to" not in request.details
    assert grant(world, case, found.latest).named == 0


def test_what_was_granted_stays_when_the_limit_or_the_setting_changes(world: World, case: Case) -> None:
    ask(world, case, at(20, 10, 20))
    assert grant(world, case).deadline == at(20, 10, 20), "an hour more"
    Setting.objects.create(key="handling.extension_times", value=2)
    open_deadlines_follow()
    assert handling(case).deadline == at(20, 10, 20)
    stage = [["抢修", 4, "work_hour"], ["恢复", 1, "work_day"]]
    services.act(world.who("dispatcher"), case, "set_stages", now=SOON, stages=stage, reason="分段")
    assert handling(case).deadline == at(18, 16, 20), "four working hours and the hour"


def test_a_time_that_has_passed_is_not_granted_any_more(world: World, case: Case) -> None:
    ask(world, case, at(20, 10, 20))
    late = at(20, 11)
    action = next(each for each in selectors.actions_for(world.who("shift_leader"), case, late) if each.slug == "grant_extend")
    assert next(each for each in action.fields if each.name == "extended_to").value == ""
    for given in ({}, {"extended_to": at(20, 12)}):
        with pytest.raises(services.Refused, match="2026-11-20 10:20 已过"):
            services.act(world.who("shift_leader"), case, "grant_extend", now=late, **given)
    services.act(world.who("shift_leader"), case, "deny_extend", now=late, reason="时间过了")
    case.refresh_from_db()
    assert case.extend_count == 0
