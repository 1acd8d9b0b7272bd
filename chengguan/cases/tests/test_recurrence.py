"""顽疾: where the same matter comes back again and again. (M-44)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengguan.cases import selectors
from chengguan.cases.models import Case, Setting
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.selectors import Who, who_is

METRE = 1 / 111_195  # degrees of latitude


def at(world: World, days: float, north: float = 0, state: str = "closed", **more: Any) -> Case:
    """A case of so many days ago, so many metres north of here."""
    return world.case(state, reported_at=NOW - timedelta(days=days), point=Point(HERE.x, HERE.y + north * METRE, srid=4490), **more)


@pytest.fixture
def leader(world: World) -> Who:
    return world.who("leader")


def rows(who: Who, **given: Any) -> list[Any]:
    return selectors.recurring(who, now=NOW, **given)


def test_three_times_within_ninety_days_at_one_component_is_told(world: World, leader: Who) -> None:
    at(world, 80, component=world.lamp)
    at(world, 40, component=world.lamp, department=world.drainage)
    assert rows(leader) == []
    last = at(world, 2, component=world.lamp, state="handling")
    (found,) = rows(leader)
    assert (found.latest, found.times, found.current) == (last, 3, last)
    assert found.mean_days == pytest.approx(39)
    assert set(found.departments) == {world.lighting, world.drainage}


def test_what_is_older_than_the_days_or_was_never_a_case_does_not_count(world: World, leader: Who) -> None:
    at(world, 91, component=world.lamp)
    at(world, 40, component=world.lamp)
    at(world, 30, component=world.lamp, state="refused")
    at(world, 20, component=world.lamp, state="merged")
    at(world, 10, component=world.lamp, matter_code="06001")
    at(world, 2, component=world.lamp)
    assert rows(leader) == []
    Setting.objects.create(key="recurrence.days", value=120)
    assert [each.times for each in rows(leader)] == [3]


def test_without_a_component_the_same_place_is_within_the_metres(world: World, leader: Who) -> None:
    near = [at(world, 30, 0), at(world, 20, 30), at(world, 10, 45)]
    far = [at(world, 9, 400), at(world, 8, 410)]
    (found,) = rows(leader)
    assert (found.latest, found.times) == (near[-1], 3)
    assert far[0].unit_grid == near[0].unit_grid, "of one grid, and yet another place"
    Setting.objects.create(key="recurrence.times", value=2)
    assert [each.times for each in rows(leader)] == [3, 2], "the most frequent first"


def test_the_list_is_narrowed_by_matter_township_and_department(world: World, leader: Who) -> None:
    for days in (30, 20, 10):
        at(world, days, component=world.lamp)
    assert rows(leader, matter="01")
    assert rows(leader, matter="02") == []
    assert rows(leader, township=world.township.pk)
    assert rows(leader, township=world.county.pk) == []
    assert rows(leader, department=world.lighting.pk)
    assert rows(leader, department=world.drainage.pk) == []


def test_a_department_counts_what_it_may_see(world: World) -> None:
    for days in (30, 20, 10):
        at(world, days, component=world.lamp, crew=None)
    assert rows(world.who("department"))
    assert rows(who_is(world.person("drain", "department", world.drainage))) == []


def test_the_case_says_which_time_it_is(world: World, leader: Who) -> None:
    at(world, 100, component=world.lamp)
    first = at(world, 80, component=world.lamp)
    second, third = at(world, 40, component=world.lamp), at(world, 2, component=world.lamp)
    at(world, 1, component=world.lamp)
    assert selectors.times_here(leader, third) == (3, 90), "itself and what came before it in the days, nothing after"
    assert selectors.times_here(leader, second) == (3, 90), "within its own ninety days"
    assert selectors.times_here(leader, first)[0] == 0, "twice is not told"


def test_the_history_of_a_place_goes_back_beyond_the_days(world: World, leader: Who) -> None:
    past = [at(world, days, north) for days, north in ((400, 0), (60, 20), (50, 300), (3, 10))]
    found = selectors.history_here(leader, past[-1])
    assert [each.case for each in found] == [past[3], past[1], past[0]]
    assert [each.gap_days and round(each.gap_days) for each in found] == [57, 340, None]


def test_the_count_reads_an_index_and_no_case(world: World, leader: Who) -> None:
    """Among many cases of earlier years, for with few the planner takes any index."""
    at(world, 1, component=world.lamp)
    long_ago, facts = NOW - timedelta(days=900), {"state": "closed", "source": "inspector", "matter_code": "01037", "matter_name": "路灯异常"}
    Case.objects.bulk_create(
        Case(register_number=f"R{n:06d}", reported_at=long_ago - timedelta(hours=n), entered_at=long_ago, component=world.lamp if n % 2 else None, unit_grid=world.grid, **facts)
        for n in range(3000)
    )
    with CaptureQueriesContext(connection) as asked:
        rows(leader)
    counts = [each["sql"] for each in asked.captured_queries if "COUNT(*)" in each["sql"]]
    assert len(counts) == 2, "components, and unit grids"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        for sql in counts:
            cursor.execute(f"EXPLAIN {sql}")
            assert "Index Only Scan using case_recurrence" in "\n".join(line for (line,) in cursor.fetchall())


def test_the_pages_list_the_places_and_lead_to_their_cases(client: Client, world: World) -> None:
    cases = [at(world, days, component=world.lamp) for days in (30, 20)]
    last = at(world, 1, component=world.lamp, state="handling")
    Case.objects.filter(pk__in=[each.pk for each in (*cases, last)]).update(reported_at=NOW - timedelta(days=1))
    from django.utils import timezone

    for number, case in enumerate((*cases, last)):
        Case.objects.filter(pk=case.pk).update(reported_at=timezone.now() - timedelta(days=30 - number * 10))
    client.force_login(world.accounts["leader"])
    page = client.get("/recurrence").content.decode()
    assert f"/recurrence/{last.pk}" in page
    history = client.get(f"/recurrence/{last.pk}").content.decode()
    assert all(f"/cases/{case.pk}" in history for case in (*cases, last))
    assert "90 天内第 3 次" in client.get(f"/cases/{last.pk}").content.decode()
    client.force_login(world.person("drain", "department", world.drainage))
    assert client.get(f"/recurrence/{last.pk}").status_code == 404
