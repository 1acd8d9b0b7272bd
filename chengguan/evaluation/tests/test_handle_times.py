"""处置超时倍数: what was used of the handling limit over the limit, kept with the case, averaged and counted. (M-21)"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import workflow
from chengguan.cases.models import Clock, Step
from chengguan.cases.selectors.handed_out import as_data
from chengguan.cases.services import act
from chengguan.evaluation import services
from chengguan.evaluation.models import CaseFact
from chengguan.evaluation.selectors import figures
from chengguan.evaluation.tests.conftest import NOW, World, history, month
from chengguan.people.selectors import SYSTEM

HOUR = 3600


def test_a_step_keeps_the_whole_limit_beside_what_was_used_of_it(world: World) -> None:
    """Four hours of which the department used some, then one extension: the limit it is held against is twice as long."""
    case = world.case("handling")
    Clock.objects.filter(case=case, kind="handling").update(limit_value=4, limit_clock="urgent_hour", extensions=1, started_at=NOW - timedelta(hours=2))
    row = workflow.row_for("handling", "report_back")
    act(world.who("department"), case, "report_back", now=NOW, **world.given(row, case))
    step = Step.objects.get(case=case, action="report_back")
    assert (step.used_s, step.whole_s) == (2 * HOUR, 8 * HOUR)
    assert as_data(world.who("shift_leader"), case.pk, NOW)["steps"][-1]["whole_s"] == 8 * HOUR
    assert CaseFact.objects.get(pk=case.pk).handle_times == 0.25
    assert services.differing() == []


def test_the_last_report_back_counts_and_a_case_sent_back_has_none(world: World) -> None:
    first, last = {"used_s": 9 * HOUR, "whole_s": 3 * HOUR}, {"used_s": 6 * HOUR, "whole_s": 3 * HOUR}
    done = history(world, "reported_back", ("report_back", first), "rework", ("report_back", last))
    again = history(world, "handling", ("report_back", first), "rework")
    unknown = history(world, "closed", ("report_back", {"used_s": 6 * HOUR}))
    assert [CaseFact.objects.get(pk=case.pk).handle_times for case in (done, again, unknown)] == [2.0, None, None]


def test_mean_and_count_are_of_the_periods_handled_cases(world: World) -> None:
    for used in (1, 3, 8):
        history(world, "closed", ("report_back", {"used_s": used * HOUR, "whole_s": 2 * HOUR}))
    history(world, "handling")
    found = figures(SYSTEM, "department", month())[world.lighting.pk]
    assert found.means["handle_times"] == pytest.approx((0.5 + 1.5 + 4) / 3)
    assert found.counts["handled_twice"] == 1
