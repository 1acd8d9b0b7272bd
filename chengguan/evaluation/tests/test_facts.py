"""The facts follow the cases: after every move they are what the steps say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.cases.services import act, register
from chengguan.cases.services.administration import open_deadlines_follow
from chengguan.cases.tests.conftest import HERE
from chengguan.evaluation import services
from chengguan.evaluation.models import CaseFact, TurnFact
from chengguan.evaluation.tests.conftest import NOW, World

ROWS = [(row, state) for row in workflow.TABLE for state in row.frm if state != workflow.NEW]


@pytest.mark.parametrize("row, state", ROWS, ids=lambda each: each if isinstance(each, str) else each.action)
def test_after_every_row_of_the_table_the_facts_are_what_the_steps_say(world: World, row: workflow.Row, state: str) -> None:
    case = world.ready(row, state)
    services.rebuild()
    act(world.who(row.who[0]), case, row.action, now=NOW, **world.given(row, case))
    services.catch_up()  # what the world made without a move
    assert services.differing() == []
    assert CaseFact.objects.get(pk=case.pk).version == Case.objects.get(pk=case.pk).version


def test_a_registered_case_is_counted_in_the_same_transaction(world: World) -> None:
    case = register(world.who("inspector"), source="inspector", point=HERE, matter_code="01037", now=NOW)
    assert CaseFact.objects.get(pk=case.pk).state == "reported"


def test_building_anew_gives_what_following_the_moves_gave(world: World) -> None:
    for state, action in (("handling", "report_back"), ("reported_back", "forward"), ("awaiting_closing", "close")):
        row = workflow.row_for(state, action)
        case = world.ready(row, state)
        act(world.who(row.who[0]), case, row.action, now=NOW, **world.given(row, case))
    kept = list(CaseFact.objects.order_by("pk").values())
    CaseFact.objects.all().delete()
    services.rebuild()
    assert list(CaseFact.objects.order_by("pk").values()) == kept
    assert len(kept) == 3


def test_a_changed_fact_is_found(world: World) -> None:
    case = world.case("handling")
    services.rebuild()
    CaseFact.objects.filter(pk=case.pk).update(reworks=3)
    assert services.differing() == [case.pk]
    services.refresh([case.pk])
    assert services.differing() == []


def test_a_turn_that_is_missing_is_found(world: World) -> None:
    case = world.case("awaiting_dispatch")
    act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting)
    TurnFact.objects.all().delete()
    assert services.differing() == [case.pk]


def test_cases_written_past_the_services_are_caught_up_with(world: World) -> None:
    case = world.case("handling")
    assert services.catch_up() == 1
    assert services.catch_up() == 0
    assert CaseFact.objects.get(pk=case.pk).due_at is not None


def test_a_deadline_that_moves_without_a_step_moves_the_fact(world: World) -> None:
    case = world.case("handling", condition_key="")
    services.rebuild()
    before = CaseFact.objects.get(pk=case.pk).due_at
    clock = case.clocks.get(kind="handling")
    clock.limit_value *= 3
    clock.save()
    open_deadlines_follow()
    assert CaseFact.objects.get(pk=case.pk).due_at > before
    assert services.differing() == []


def test_the_deadline_of_what_was_reported_back_is_the_one_it_was_held_against(world: World) -> None:
    case = world.case("handling")
    deadline = case.clocks.get(kind="handling").deadline
    act(world.who("department"), case, "report_back", now=NOW, done="修好了", photos=[world.photo])
    assert CaseFact.objects.get(pk=case.pk).due_at == deadline


def test_a_suspended_case_is_due_at_no_time(world: World) -> None:
    case = world.case("suspended")
    services.refresh([case.pk])
    assert CaseFact.objects.get(pk=case.pk).due_at is None
    assert case.suspended_until > NOW + timedelta(days=1)
