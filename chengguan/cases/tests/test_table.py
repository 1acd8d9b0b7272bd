"""The state table, row by row, forbidden moves included. (M-11, M-18, M-19, M-22)"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import services, workflow
from chengguan.cases.fields import FIELDS
from chengguan.cases.models import Step
from chengguan.cases.selectors.configuration import held
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.roles import ROLES
from chengguan.standards.limits import SETTINGS
from chengguan.standards.switches import DECIDERS

ROWS = [row for row in workflow.TABLE if workflow.NEW not in row.frm]
MOVES = [(row, state) for row in ROWS for state in row.frm]
STATES_OF_THE_FIELD = 22


def name(value: object) -> str:
    return value.action if isinstance(value, workflow.Row) else str(value)


def test_every_state_of_the_field_is_there_and_can_be_left_or_is_an_end() -> None:
    assert len(workflow.STATES) == STATES_OF_THE_FIELD
    for state in workflow.OPEN:
        assert any(row.to not in (workflow.SAME,) for row in workflow.rows_from(state)), state
    reached = {row.to for row in workflow.TABLE} - {workflow.SAME, workflow.BEFORE, workflow.MAPPED}
    assert set(workflow.STATES) == reached | {"reported"}


def test_every_row_says_why_and_asks_for_known_fields_and_known_guards() -> None:
    from chengguan.cases.selectors.guards import GUARDS

    for row in workflow.TABLE:
        assert row.why, row.action
        assert set(row.who) <= {*ROLES, "system", "citizen"}, row.action
        list(workflow.offered(row))
        for guard in row.guards:
            assert guard in GUARDS or guard.startswith("request:") or guard.removeprefix("automatic:") in SETTINGS, guard
        for effect in row.clock:
            verb, _colon, stage = effect.partition(":")
            assert verb in {"start", "end", "pause", "resume", "task", "endtask", "handling", "extend", "number", "next_stage", "restage", "judge"}, effect
            assert stage in {*workflow.STAGES.values(), "发核实", "核实", "核查", "督办回复", "all", ""}, effect


def test_no_state_lets_one_action_mean_two_things() -> None:
    moves = [(state, row.action) for row in workflow.TABLE for state in row.frm]
    assert len(moves) == len(set(moves))


def test_the_department_never_closes() -> None:
    closing = [row for row in workflow.TABLE if row.to == "closed"]
    assert closing
    assert all(not {"department", "crew"} & set(row.who) for row in closing)
    for row in closing:  # a township's desk stands above those of its own who handle
        assert "township" not in row.who or {"own_level", "never_the_department", "verified_or_proven"} <= set(row.guards), row.action


def test_the_platform_never_accepts_handles_or_closes_and_takes_other_main_steps_only_by_a_setting() -> None:
    for row in workflow.TABLE:
        if row.action in ("accept", "close", "verify", "confirm", "report_back", "submit"):
            assert "system" not in row.who
        if row.action in ("dispatch", "receive", "forward"):
            assert any(guard.startswith("automatic:") for guard in row.guards)


def test_the_ladders_frame_is_the_tables() -> None:
    for row in workflow.TABLE:
        if row.action in ("grant_extend", "deny_extend", "grant_suspend", "deny_suspend", "grant_void", "deny_void"):
            assert set(row.who) == set(DECIDERS), row.action


@pytest.mark.parametrize(("row", "state"), MOVES, ids=name)
def test_row_moves_the_case_for_each_named_role(world: World, row: workflow.Row, state: str) -> None:
    for role in row.who:
        if role == "hotline_operator" and row.action not in ("answer", "transfer", "follow_up"):
            continue
        case = world.ready(row, state)
        if row.action == "reply_urge" and role != "department":  # the centre's posts answer for what lies on their desks
            case.tasks.update(organisation=world.street if role == "township" else None, role="" if role == "township" else role)
        before = Step.objects.count()
        given = world.given(row, case)
        if role == "township" and "department" in given:
            given["department"] = world.street
        step = services.act(world.who(role), case, row.action, now=NOW, **given)
        case.refresh_from_db()
        expected = {workflow.SAME: state, workflow.BEFORE: "handling"}.get(row.to, row.to)
        assert case.state == expected
        assert Step.objects.count() == before + 1
        assert (step.from_state, step.to_state, step.action, step.role) == (state, expected, row.action, role)
        assert case.version == 2
        _clocks_turned(case, row, state)


def _clocks_turned(case, row: workflow.Row, state: str) -> None:  # type: ignore[no-untyped-def]
    running = list(case.clocks.filter(ended_at=None))
    for effect in row.clock:
        verb, _colon, stage = effect.partition(":")
        here = [clock for clock in running if clock.stage == stage and clock.kind != "task"]
        if verb == "start":
            assert [clock for clock in here if clock.paused_at is None], effect
        elif verb == "end" and "handling" in row.clock and stage == "处置":
            assert {clock.department for clock in here} == {case.department}, "the former department's clocks ended"
        elif verb == "end":
            assert not (running if stage == "all" else here), effect
        elif verb == "pause":
            assert here, effect
            assert all(clock.paused_at for clock in here), effect
        elif verb == "resume":
            assert here, effect
            assert all(clock.paused_at is None for clock in here), effect
        elif verb in ("handling", "next_stage"):
            assert {clock.kind for clock in running if clock.stage == "处置"} == {"handling", "handling_turn"}
        elif verb == "number":
            assert case.number
    if case.state in workflow.FINAL:
        assert not running
        assert case.deadline is None
    elif case.state not in ("suspended", "self_handled"):
        assert case.deadline is not None, "an open case stands on a running clock"


@pytest.mark.parametrize("state", list(workflow.STATES))
def test_action_that_is_not_in_the_table_is_refused(world: World, state: str) -> None:
    case = world.case(state)
    everyone = [world.who(role) for role in ("system", "shift_leader", "administrator")]
    with held():
        for action in workflow.ACTIONS:
            if workflow.row_for(state, action):
                continue
            for who in everyone:
                with pytest.raises(services.Refused):
                    services.act(who, case, action, now=NOW)
    case.refresh_from_db()
    assert case.state == state
    assert not case.steps.exists()


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_role_that_is_not_named_is_refused(world: World, row: workflow.Row) -> None:
    case = world.ready(row, row.frm[0])
    given = world.given(row, case)
    with held():
        for role in [*ROLES, "system"]:
            if role in row.who:
                continue
            with pytest.raises(services.Refused):
                services.act(world.who(role), case, row.action, now=NOW, **given)
    case.refresh_from_db()
    assert case.state == row.frm[0]
    assert not case.steps.exists()


NEEDS = [(row, field) for row in ROWS for field in workflow.must(row)]


@pytest.mark.parametrize(("row", "field"), NEEDS, ids=name)
def test_missing_requirement_is_refused_by_name(world: World, row: workflow.Row, field: str) -> None:
    role = row.who[0]
    case = world.ready(row, row.frm[0])
    given = world.given(row, case)
    for nothing in (None, "", "   " if FIELDS[field].kind == "text" else None):
        with pytest.raises(services.Refused) as refused:
            services.act(world.who(role), case, row.action, now=NOW, **(given | {field: nothing}))
        assert refused.value.field == field
    assert not case.steps.exists()


def test_field_the_row_does_not_ask_for_is_refused(world: World) -> None:
    case = world.case("awaiting_filing")
    with pytest.raises(services.Refused, match="不需要"):
        services.act(world.who("shift_leader"), case, "file", now=NOW, department=world.lighting)


def test_moving_a_case_somebody_moved_meanwhile_is_refused(world: World) -> None:
    case = world.case("awaiting_filing")
    services.act(world.who("shift_leader"), case, "send_back", version=1, now=NOW, reason="类别不对")
    with pytest.raises(services.Stale):
        services.act(world.who("acceptor"), case, "refuse", version=1, now=NOW, reason="重复")


def test_note_of_the_platform_beside_the_stage_does_not_make_a_page_stale(world: World) -> None:
    case = world.case("handling")
    services.act(world.who("system"), case, "record_evidence", now=NOW, words="灯亮了")
    step = services.act(world.who("department"), case, "report_back", version=1, now=NOW, done="修好了", photos=[world.photo])
    assert step.to_state == "reported_back"


def test_pending_request_lapses_when_the_stage_changes(world: World) -> None:
    case = world.case("handling")
    services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等材料")
    services.act(world.who("department"), case, "report_back", now=NOW + timedelta(minutes=1), done="修好了", photos=[world.photo])
    assert case.requests.get().state == "lapsed"
    assert case.steps.last().given["lapsed"] == ["extend"], "and the history says so"


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_step_is_called_what_the_table_calls_it_where_it_was_taken(row: workflow.Row) -> None:
    assert {Step(action=row.action, from_state=state).action_name for state in row.frm} == {row.name}
