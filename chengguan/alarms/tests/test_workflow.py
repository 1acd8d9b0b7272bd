"""The table of the two axes, row by row, forbidden moves included."""

from __future__ import annotations

import itertools

import pytest

from chengguan.alarms import workflow
from chengguan.alarms.workflow import ACTIONS, TABLE, Refused, State, find, move

STATES = [State(*axes) for axes in itertools.product([True, False], repeat=3)]

ALLOWED = {
    # action: states (active, acknowledged, shelved) in which it may happen
    "raise": {s for s in STATES if not s.active},
    "return": {s for s in STATES if s.active},
    "acknowledge": {s for s in STATES if not s.acknowledged},
    "shelve": {s for s in STATES if s.active and not s.shelved},
    "unshelve": {s for s in STATES if s.shelved},
    "expire": {s for s in STATES if s.shelved},
    "fold": set(STATES),
}


@pytest.mark.parametrize("state, action", list(itertools.product(STATES, ACTIONS)), ids=str)
def test_every_action_in_every_state_is_as_the_rule_says(state: State, action: workflow.Action):
    if state in ALLOWED[action]:
        after = move(state, action)
        assert after.active == {"raise": True, "return": False}.get(action, state.active)
        assert after.acknowledged == {"raise": False, "acknowledge": True}.get(action, state.acknowledged)
        assert after.shelved == {"shelve": True, "unshelve": False, "expire": False, "fold": False}.get(action, state.shelved)
    else:
        assert find(state, action) is None
        with pytest.raises(Refused) as refused:
            move(state, action)
        assert str(refused.value)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_only_what_is_normal_and_acknowledged_leaves_the_desk(state: State):
    assert state.on_desk == (state.active or not state.acknowledged)


def test_no_state_has_two_rows_for_one_action():
    for state, action in itertools.product(STATES, ACTIONS):
        rows = [
            row
            for row in TABLE
            if row.action == action
            and all(w is None or w == have for w, have in zip((row.active, row.acknowledged, row.shelved), state, strict=True))
        ]
        assert len(rows) <= 1


def test_every_row_says_why_and_readings_never_acknowledge():
    assert all(row.why for row in TABLE)
    for row in TABLE:
        if row.action not in workflow.BY_PEOPLE:
            assert ("acknowledged", True) not in row.to
