"""Cases while somebody is on leave: the stand-in's lists, marks and tasks. (M-01, M-18)"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chengguan.cases import selectors, services
from chengguan.cases.tests.conftest import NOW, SINCE, World
from chengguan.people.models import Account, GridDuty, Leave
from chengguan.people.selectors import Who, who_is


def away(account: Account, stand_in: Account | None) -> None:
    today = timezone.localdate()
    leave = Leave.objects.create(account=account, stand_in=stand_in, valid_from=today, valid_to=today + timedelta(days=3))
    leave.posts.set([holding.post for holding in account.holdings.all()] if stand_in else [])


def test_the_stand_in_sees_the_list_and_every_step_is_marked(world: World) -> None:
    away(world.accounts["dispatcher"], world.accounts["acceptor"])
    case, who = world.case("awaiting_dispatch"), world.who("acceptor")
    assert case in selectors.worklist(who, post="dispatcher").cases
    step = services.act(who, case, "dispatch", now=NOW, department=world.lighting)
    assert step.who_id == world.accounts["acceptor"].pk
    assert step.who_name.endswith(f"（代{world.accounts['dispatcher']}）")
    assert step.given["for"] == world.accounts["dispatcher"].pk


def test_with_the_own_post_nothing_is_marked(world: World) -> None:
    away(world.accounts["dispatcher"], world.accounts["acceptor"])
    step = services.act(world.who("acceptor"), world.case("reported"), "refuse", now=NOW, reason="不属实")
    assert "代" not in step.who_name
    assert "for" not in step.given


def test_of_two_departments_the_step_names_the_one_of_the_case(world: World) -> None:
    other = world.person("drain", "department", world.drainage)
    away(world.accounts["department"], other)
    step = services.act(who_is(other), world.case("dispatched"), "receive", now=NOW)
    assert step.organisation == world.lighting
    assert step.who_name.endswith(f"（代{world.accounts['department']}）")


def test_who_stands_in_for_the_department_does_not_close_its_case(world: World) -> None:
    away(world.accounts["department"], world.accounts["shift_leader"])
    case = world.case("awaiting_closing")
    assert "close" not in [action.slug for action in selectors.actions_for(world.who("shift_leader"), case, NOW)]
    with pytest.raises(services.Refused, match="不能自己结案"):
        services.act(world.who("shift_leader"), case, "close", now=NOW)


def _sent(world: World) -> tuple[Who, Account | None, str]:
    case = world.case("awaiting_verification")
    step = services.act(world.who("acceptor"), case, "send_to_verify", now=NOW, inspector=world.accounts["inspector"])
    task = case.tasks.get()
    return world.who("acceptor"), task.account, step.receiver


def test_a_task_for_an_inspector_on_leave_goes_to_the_stand_in(world: World) -> None:
    colleague = world.person("inspect2", "inspector", world.centre)
    away(world.accounts["inspector"], colleague)
    _who, account, receiver = _sent(world)
    assert account == colleague
    assert "代" in receiver


def test_without_a_stand_in_it_goes_to_the_other_inspector_of_the_grid(world: World) -> None:
    colleague = world.person("inspect2", "inspector", world.centre)
    world.person("inspect3", "inspector", world.centre)
    grid = GridDuty.objects.get().responsibility_grid
    GridDuty.objects.create(responsibility_grid=grid, account=colleague, valid_from=SINCE)
    away(world.accounts["inspector"], None)
    assert _sent(world)[1] == colleague


def test_tasks_that_were_sent_before_the_leave_are_done_by_the_stand_in(world: World) -> None:
    colleague = world.person("inspect2", "inspector", world.centre)
    case = world.case("verifying")
    given = {"passed": "yes", "photos": [world.photo], "position": (case.point.x, case.point.y, 5)}
    with pytest.raises(services.Refused):
        services.act(who_is(colleague), case, "verify", now=NOW, **given)
    away(world.accounts["inspector"], colleague)
    assert case in selectors.worklist(who_is(colleague), post="inspector").cases
    step = services.act(who_is(colleague), case, "verify", now=NOW, **given)
    assert step.who_name.endswith(f"（代{world.accounts['inspector']}）")
