"""Load of departments: what is in hand, due today, late and asked for, and how long handling took lately. (M-18)"""

from __future__ import annotations

from datetime import timedelta

from chengguan.cases import selectors, services
from chengguan.cases.models import Case
from chengguan.cases.tests.conftest import NOW, World


def test_load_counts_what_is_in_hand_by_department_and_crew(world: World) -> None:
    late, today, asked = world.case("handling"), world.case("handling"), world.case("handling")
    world.case("closed")
    world.case("handling", department=world.drainage, crew=world.other_crew)
    services.act(world.who("department"), asked, "ask_extend", now=NOW, reason="等料")
    Case.objects.filter(pk=late.pk).update(deadline=NOW - timedelta(hours=1))
    Case.objects.filter(pk=today.pk).update(deadline=NOW + timedelta(hours=2))
    Case.objects.filter(pk=asked.pk).update(deadline=NOW + timedelta(days=3))
    lines = selectors.loads(world.who("dispatcher"), now=NOW)
    assert [line.organisation for line in lines] == [world.lighting, world.drainage]
    first = lines[0]
    assert (first.open, first.today, first.overdue, first.waiting) == (3, 1, 1, 1)
    assert [(crew.organisation, crew.open) for crew in first.crews] == [(world.crew, 3)]
    assert [line.organisation for line in selectors.loads(world.who("department"), now=NOW)] == [world.lighting]


def test_mean_handling_time_is_of_what_was_reported_back_in_the_last_30_days(world: World) -> None:
    for days, hours in ((1, 2), (2, 4), (40, 100)):
        case = world.case("closed")
        back = NOW - timedelta(days=days)
        Case.objects.filter(pk=case.pk).update(reported_back_at=back, dispatched_at=back - timedelta(hours=hours))
    (line,) = [each for each in selectors.loads(world.who("dispatcher"), now=NOW) if each.organisation == world.lighting]
    assert (line.done, line.mean) == (2, timedelta(hours=3))
