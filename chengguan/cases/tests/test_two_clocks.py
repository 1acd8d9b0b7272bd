"""A department's own turn and all its turns together: through return, redirection, coming back, suspension and extension. (M-18)

Two working days, 08:00-12:00 and 14:00-18:00; it begins on Wednesday 18 November 2026.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chengguan.cases import services
from chengguan.cases.models import Case, Clock
from chengguan.cases.services import rounds
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.selectors import Who, who_is
from chengguan.standards.calendars import SHANGHAI

HOUR = 3600.0


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


class Sent:
    """A case that goes from department to department, as the dispatcher and the departments move it."""

    def __init__(self, world: World) -> None:
        self.world, self.case = world, world.case("awaiting_dispatch", now=at(18, 10))
        self.drainage = who_is(world.person("drain", "department", world.drainage))

    def act(self, who: Who, action: str, now: datetime, **given: Any) -> None:
        services.act(who, self.case, action, now=now, **given)
        self.case.refresh_from_db()

    def dispatch(self, now: datetime, department: Any) -> None:
        self.act(self.world.who("dispatcher"), "dispatch", now, department=department, opinion="请处理")

    def redirect(self, now: datetime, department: Any) -> None:
        self.act(self.world.who("dispatcher"), "redirect", now, department=department, reason="不归他们")

    def returned(self, asked: datetime, granted: datetime, who: Who | None = None) -> None:
        self.act(who or self.world.who("department"), "ask_return", asked, reason="不是我们的")
        self.act(self.world.who("dispatcher"), "grant_return", granted)

    def receive(self, now: datetime) -> None:
        self.act(self.world.who("department"), "receive", now)

    def suspended(self, since: datetime, until: datetime) -> None:
        self.act(self.world.who("department"), "ask_suspend", since, reason_code="season", until=until, reason="等天气")
        self.act(self.world.who("dispatcher"), "review_suspend", since)
        self.act(self.world.who("shift_leader"), "grant_suspend", since)

    def clock(self, kind: str) -> Clock:
        """The one that runs."""
        return self.case.clocks.get(kind=kind, ended_at=None)

    def deadlines(self) -> tuple[datetime | None, datetime | None]:
        """Of the turn, and of all turns together."""
        return self.clock("handling_turn").deadline, self.clock("handling").deadline


@pytest.fixture
def sent(world: World) -> Sent:
    return Sent(world)


def test_a_redirected_case_gives_another_department_a_new_limit_of_both_kinds(sent: Sent, world: World) -> None:
    sent.dispatch(at(18, 10), world.lighting)
    assert sent.deadlines() == (at(20, 10), at(20, 10))
    sent.redirect(at(18, 11), world.drainage)
    assert sent.deadlines() == (at(20, 11), at(20, 11))
    assert (sent.clock("handling").department, sent.case.deadline) == (world.drainage, at(20, 11))
    ended = sent.case.clocks.exclude(ended_at=None).filter(stage="处置")
    assert set(ended.values_list("kind", "used_s")) == {("handling", HOUR), ("handling_turn", HOUR)}


def test_what_comes_back_to_the_first_department_begins_a_turn_anew_and_goes_on_with_the_whole(sent: Sent, world: World) -> None:
    sent.dispatch(at(18, 10), world.lighting)
    sent.redirect(at(18, 11), world.drainage)
    sent.redirect(at(18, 15), world.lighting)
    assert sent.deadlines() == (at(20, 15), at(20, 12)), "fifteen hours of sixteen are left of the whole"
    assert sent.case.deadline == sent.case.handling_deadline == at(20, 12), "the whole is the one that counts"
    assert sent.clock("handling").started_at == at(18, 10)
    assert sent.clock("handling_turn").started_at == at(18, 15)
    assert sent.case.clocks.filter(kind="handling").count() == 2
    assert sent.case.clocks.filter(kind="handling_turn").count() == 3
    away = sent.case.clocks.get(kind="handling", department=world.drainage)
    assert away.used_s == 2 * HOUR, "noon does not count"


def test_a_returned_case_stands_with_nobody_until_it_is_sent_again(sent: Sent, world: World) -> None:
    sent.dispatch(at(18, 10), world.lighting)
    sent.returned(at(18, 11), at(18, 11, 30))
    assert not sent.case.clocks.filter(stage="处置", ended_at=None).exists()
    sent.dispatch(at(18, 14, 30), world.drainage)
    assert sent.deadlines() == (at(20, 14, 30), at(20, 14, 30))
    sent.returned(at(18, 15), at(18, 15), sent.drainage)
    sent.dispatch(at(18, 16), world.lighting)
    assert sent.deadlines() == (at(20, 16), at(20, 14, 30)), "an hour and a half was used before it went away"
    assert sent.case.return_count == 2


def test_a_whole_that_ended_while_a_return_stopped_it_goes_on_when_it_comes_back(sent: Sent, world: World) -> None:
    services.set_setting(world.who("administrator"), "handling.return_pauses", True)
    sent.dispatch(at(18, 10), world.lighting)
    sent.returned(at(18, 11), at(18, 12))
    sent.dispatch(at(18, 14), world.drainage)
    sent.act(sent.drainage, "ask_return", at(18, 15), reason="也不是我们的")
    sent.redirect(at(18, 16), world.lighting)
    assert sent.deadlines() == (at(20, 16), at(20, 15)), "one hour was used before the first return was asked for"
    assert sent.case.clocks.get(kind="handling", department=world.drainage).used_s == HOUR
    sent.redirect(at(18, 17), world.drainage)
    assert sent.deadlines() == (at(20, 17), at(20, 16))


def test_a_suspension_in_between_stands_still_for_both(sent: Sent, world: World) -> None:
    sent.dispatch(at(18, 10), world.lighting)
    sent.suspended(at(18, 11), at(19, 8))
    assert sent.case.deadline is None
    assert sent.deadlines() == (None, None)
    assert rounds.resume_suspended(at(19, 8)) == 1
    assert sent.deadlines() == (at(20, 17), at(20, 17))
    sent.redirect(at(19, 9), world.drainage)
    sent.redirect(at(19, 10), world.lighting)
    assert sent.deadlines() == (at(23, 10), at(20, 18)), "two hours were used; the turn passes the weekend"


def test_an_extension_stays_with_the_whole_and_not_with_the_next_turn(sent: Sent, world: World) -> None:
    sent.dispatch(at(18, 10), world.lighting)
    sent.receive(at(18, 10))
    sent.act(world.who("department"), "ask_extend", at(18, 10, 30), reason="等配件")
    sent.act(world.who("shift_leader"), "grant_extend", at(18, 10, 30))
    assert sent.deadlines() == (at(24, 10), at(24, 10))
    sent.redirect(at(18, 11), world.drainage)
    assert sent.deadlines() == (at(20, 11), at(20, 11)), "what was granted to one is not granted to the other"
    sent.redirect(at(18, 14), world.lighting)
    assert sent.deadlines() == (at(20, 12), at(24, 11))
    assert sent.case.extend_count == 1


def test_the_whole_is_overdue_before_a_turn_that_began_later_and_each_is_marked_by_itself(sent: Sent, world: World) -> None:
    sent.dispatch(at(18, 10), world.lighting)
    sent.redirect(at(18, 11), world.drainage)
    sent.redirect(at(18, 15), world.lighting)
    rounds.mark_overdue(at(20, 14))
    sent.case.refresh_from_db()
    assert sent.case.handling_overdue
    assert (sent.clock("handling_turn").overdue, sent.clock("handling").overdue) == (False, True)
    rounds.mark_overdue(at(20, 16))
    assert sent.clock("handling_turn").overdue


def test_counted_from_filing_only_the_first_department_pays_for_the_time_before(sent: Sent, world: World) -> None:
    services.set_setting(world.who("administrator"), "handling.starts", "filing")
    Case.objects.filter(pk=sent.case.pk).update(filed_at=at(18, 9))
    sent.dispatch(at(18, 10), world.lighting)
    assert sent.deadlines() == (at(20, 9), at(20, 9))
    sent.redirect(at(18, 11), world.drainage)
    assert sent.deadlines() == (at(20, 11), at(20, 11))


def test_a_case_opened_again_is_not_counted_from_the_filing_of_long_ago(world: World) -> None:
    services.set_setting(world.who("administrator"), "handling.starts", "filing")
    case = world.case("closed", filed_at=at(2, 9), closed_at=at(17, 9))
    case.clocks.create(kind="handling", stage="处置", department=world.lighting, started_at=at(2, 9), ended_at=at(17, 9), limit_value=2, limit_clock="work_day")
    services.act(world.who("shift_leader"), case, "reopen", now=at(18, 9), reason="又坏了")
    services.act(world.who("dispatcher"), case, "dispatch", now=at(18, 10), department=world.lighting)
    case.refresh_from_db()
    assert case.deadline == at(20, 10)


def test_counted_from_receipt_no_answer_to_a_return_starts_the_clock(sent: Sent, world: World) -> None:
    services.set_setting(world.who("administrator"), "handling.starts", "receipt")
    sent.dispatch(at(18, 10), world.lighting)
    sent.act(world.who("department"), "ask_return", at(18, 10, 30), reason="不是我们的")
    sent.act(world.who("dispatcher"), "deny_return", at(18, 11), reason="是你们的")
    assert sent.case.deadline is None
    sent.receive(at(18, 14))
    assert sent.deadlines() == (at(20, 12), at(20, 12))


def test_a_desks_clock_that_is_added_up_goes_on_also_when_it_ended_while_a_task_was_out(world: World) -> None:
    services.set_setting(world.who("administrator"), "stage.entered_twice", "added_up")
    case = world.case("awaiting_verification")
    later = NOW + timedelta(hours=1)
    services.act(world.who("acceptor"), case, "send_to_verify", now=NOW, inspector=world.accounts["inspector"])
    services.act(world.who("inspector"), case, "verify", now=later, passed="yes", photos=[world.photo], position=(HERE.x, HERE.y, 5))
    services.act(world.who("acceptor"), case, "accept_result", now=later)
    services.act(world.who("shift_leader"), case, "send_back", now=later, reason="看不清")
    case.refresh_from_db()
    assert case.deadline == later + timedelta(minutes=10), "five of fifteen minutes were used before the inspector was sent"
