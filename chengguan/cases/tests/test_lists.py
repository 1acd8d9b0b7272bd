"""Work lists, lights, scope, duplicates, what is offered, the case file and the desk's card. (M-17, M-43)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.cases import selectors, services, workflow
from chengguan.cases.models import Case
from chengguan.cases.selectors import lately
from chengguan.cases.selectors.worklists import narrowed
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.roles import ROLES
from chengguan.people.selectors import ANONYMOUS, SYSTEM

MINUTE = timedelta(minutes=1)


def test_each_post_sees_what_waits_for_it_the_nearest_deadline_first(world: World) -> None:
    late = world.case("reported", deadline=NOW)
    late_deadline = NOW - 5 * MINUTE
    Case.objects.filter(pk=late.pk).update(deadline=late_deadline)
    soon = world.case("verified")
    world.case("awaiting_filing")
    world.case("closed")
    page = selectors.worklist(world.who("acceptor"), post="acceptor", now=NOW)
    assert [case.pk for case in page.cases] == [late.pk, soon.pk]
    assert [case.light for case in page.cases] == ["red", "green"]  # type: ignore[attr-defined]
    assert page.after is None
    assert len(selectors.worklist(world.who("shift_leader"), post="shift_leader", now=NOW).cases) == 1


def test_department_township_crew_and_inspector_see_only_their_own(world: World) -> None:
    ours, theirs = world.case("handling"), world.case("handling", department=world.drainage, crew=world.other_crew)
    elsewhere = world.case("handling", department=world.drainage, crew=None, township=None, community=None)
    task = world.case("verifying", department=world.drainage, crew=None, township=None, community=None)
    seen = {role: set(selectors.visible(world.who(role)).values_list("pk", flat=True)) for role in ROLES}
    assert seen["department"] == {ours.pk}
    assert seen["crew"] == {ours.pk}
    assert seen["township"] == {ours.pk, theirs.pk}
    assert seen["inspector"] == {task.pk}
    assert seen["dispatcher"] == {ours.pk, theirs.pk, elsewhere.pk, task.pk}
    assert not selectors.visible(ANONYMOUS).exists()
    assert [case.pk for case in selectors.worklist(world.who("department")).cases] == [ours.pk]
    with pytest.raises(Case.DoesNotExist):
        selectors.case_file(world.who("department"), theirs.pk)


def test_request_to_decide_waits_for_the_one_who_decides(world: World) -> None:
    case = world.case("handling")
    services.act(world.who("department"), case, "ask_suspend", now=NOW, reason="等", reason_code="money", until=NOW + timedelta(days=9))
    assert case in selectors.worklist(world.who("dispatcher"), post="dispatcher").cases
    assert case not in selectors.worklist(world.who("shift_leader"), post="shift_leader").cases
    services.act(world.who("dispatcher"), case, "review_suspend", now=NOW)
    assert case not in selectors.worklist(world.who("dispatcher"), post="dispatcher").cases
    assert case in selectors.worklist(world.who("shift_leader"), post="shift_leader").cases


def spread(world: World, number: int) -> list[Case]:
    cases = [world.case("handling") for _each in range(number)]
    for place, case in enumerate(cases):
        deadline = None if place % 4 == 3 else NOW + (place // 2) * MINUTE
        Case.objects.filter(pk=case.pk).update(deadline=deadline, yellow_at=deadline and deadline - 5 * MINUTE)
    return cases


def test_pages_by_key_show_every_case_once_ties_and_paused_ones_too(world: World) -> None:
    cases = spread(world, 13)
    seen, after = [], ""
    while True:
        page = selectors.worklist(world.who("department"), after=after, size=3, now=NOW)
        seen += [case.pk for case in page.cases]
        if page.after is None:
            break
        after = page.after
    assert sorted(seen) == sorted(case.pk for case in cases)
    assert len(seen) == len(set(seen))


def test_lights_add_up_and_filter_the_list(world: World) -> None:
    spread(world, 13)
    counts = selectors.counts(world.who("department"), now=NOW + 3 * MINUTE)
    assert counts[""]["all"] == 13
    for light in ("red", "yellow", "green", "grey"):
        page = selectors.worklist(world.who("department"), light=light, now=NOW + 3 * MINUTE)
        assert len(page.cases) == counts["handling"][light]
        assert {case.light for case in page.cases} <= {light}  # type: ignore[attr-defined]
    assert sum(counts[""][light] for light in ("red", "yellow", "green", "grey")) == 13


def test_filters_narrow_and_an_unknown_one_is_an_error(world: World) -> None:
    case = world.case("handling", description="灯杆歪了", urgent=True)
    world.case("dispatched")
    who = world.who("department")
    for given in ({"state": "handling"}, {"text": "歪"}, {"urgent": True}, {"stage": "处置", "text": "歪"}, {"text": case.number}):
        assert [each.pk for each in selectors.worklist(who, **given).cases] == [case.pk]
    assert not selectors.worklist(who, matter="06").cases
    with pytest.raises(KeyError):
        selectors.worklist(who, colour="blue")


def test_a_work_list_takes_the_same_number_of_queries_for_two_or_twenty(world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection, ) as caught:
            page = selectors.worklist(world.who("department"), now=NOW)
            [(str(case.department), str(case.township), case.light) for case in page.cases]  # type: ignore[attr-defined]
        return len(caught)

    spread(world, 2)
    few = queries()
    spread(world, 18)
    assert queries() == few


def test_only_actions_that_would_succeed_are_offered_and_the_main_one_stands_first(world: World) -> None:
    case = world.case("verified", found_done=False)
    actions = [action.slug for action in selectors.actions_for(world.who("acceptor"), case, NOW)]
    assert actions[0] == "rework"
    assert "accept_result" not in actions
    good = world.case("verified")
    assert selectors.actions_for(world.who("acceptor"), good, NOW)[0].slug == "accept_result"
    assert selectors.actions_for(world.who("administrator"), case, NOW) == []
    slugs = {action.slug for state in workflow.STATES for action in selectors.actions_for(world.who("department"), world.case(state), NOW)}
    assert not {"close", "force_close", "verify", "skip", "record_evidence"} & slugs


@pytest.mark.parametrize("state", [state for state in workflow.STATES if state not in ("archived",)])
def test_what_is_offered_is_what_the_table_allows(world: World, state: str) -> None:
    for role in ROLES:
        for action in selectors.actions_for(world.who(role), world.case(state), NOW):
            row = workflow.row_for(state, action.slug)
            assert row is not None
            assert role in row.who
            by_phone = ("position?", "far?")
            assert [field.name for field in action.fields] == [name.rstrip("?") for name in row.requires if name not in by_phone]


def field(world: World, role: str, case: Case, slug: str, name: str) -> Any:
    action = next(each for each in selectors.actions_for(world.who(role), case, NOW) if each.slug == slug)
    return next(each for each in action.fields if each.name == name)


def test_forms_suggest_department_inspector_crew_and_condition_with_a_reason(world: World) -> None:
    case = world.case("awaiting_dispatch", component=world.lamp)
    department = field(world, "dispatcher", case, "dispatch", "department")
    assert department.value == str(world.lighting.pk)
    assert "01037" in department.why
    assert str(world.crew.pk) not in dict(department.options)
    inspector = field(world, "acceptor", world.case("awaiting_verification"), "send_to_verify", "inspector")
    assert inspector.value == str(world.accounts["inspector"].pk)
    assert "中心网格" in inspector.why
    assert field(world, "department", world.case("handling"), "assign", "crew").value == str(world.crew.pk)
    condition = field(world, "acceptor", world.case("reported"), "accept", "condition_key")
    assert condition.value == "01037-03"
    assert len(condition.options) > 5


def test_duplicates_are_near_in_place_and_time_and_of_the_same_matter(world: World) -> None:
    near = world.case("reported", point=Point(HERE.x + 0.0003, HERE.y, srid=4490))
    world.case("reported", point=Point(HERE.x + 0.0007, HERE.y, srid=4490))
    world.case("reported", matter_code="06010")
    world.case("reported", reported_at=NOW - timedelta(hours=30))
    world.case("refused")
    found = selectors.duplicates(HERE, "01037", now=NOW)
    assert [case.pk for case in found] == [near.pk]
    assert found[0].metres == pytest.approx(29, abs=1)  # type: ignore[attr-defined]
    assert selectors.duplicates(HERE, "01037", now=NOW, exclude=near.pk) == []


def test_case_file_shows_clocks_with_use_and_light_as_of_now(world: World) -> None:
    case = world.case("handling")
    file = selectors.case_file(SYSTEM, case.pk, NOW)
    clock = next(each for each in file["clocks"] if each.kind == "handling")
    assert clock.used_s == 40 * 60
    assert clock.left_s == 16 * 3600 - 40 * 60
    assert clock.light == "green"
    later = selectors.case_file(SYSTEM, case.pk, NOW + timedelta(days=5))
    assert next(each for each in later["clocks"] if each.kind == "handling").light == "red"


def test_reporters_telephone_is_for_those_who_call(world: World) -> None:
    assert selectors.sees_reporter(world.who("acceptor"))
    assert not selectors.sees_reporter(world.who("department"))


def test_card_says_how_long_the_county_took(world: World) -> None:
    assert selectors.durations_lately(world.who("acceptor"), now=NOW) is None
    for hours in (2, 4, 6):
        world.case(
            "closed", occurred_at=NOW - timedelta(hours=10), reported_at=NOW - timedelta(hours=9),
            dispatched_at=NOW - timedelta(hours=8), reported_back_at=NOW - timedelta(hours=8 - hours), closed_at=NOW - timedelta(minutes=1),
        )  # fmt: skip
    card = selectors.durations_lately(world.who("acceptor"), now=NOW)
    assert card is not None
    assert card["n"] == 3
    assert card["discover"] == 3600
    assert card["handle"] == 4 * 3600
    assert [figure["name"] for figure in card["figures"]] == ["发现", "处置", "结案"]
    case = Case.objects.first()
    assert case is not None
    assert selectors.durations(case)["discover"] == 3600


def test_of_many_cases_the_card_is_kept_for_a_while_for_all_who_see_the_same(world: World, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any) -> None:
    cache.clear()
    monkeypatch.setattr(lately, "MANY", 2)
    acceptor, dispatcher, department = (world.who(role) for role in ("acceptor", "dispatcher", "department"))
    for hours in (2, 4):
        world.case("closed", department=world.drainage, crew=None, reported_at=timezone.now() - timedelta(hours=9), closed_at=timezone.now() - timedelta(hours=hours))
    with django_assert_num_queries(1):
        card = selectors.durations_lately(acceptor)
    with django_assert_num_queries(0):
        assert selectors.durations_lately(dispatcher) == card
    assert selectors.durations_lately(department) is None, "the others' cases are not its own"
    cache.clear()
    monkeypatch.setattr(lately, "MANY", 3)
    assert selectors.durations_lately(acceptor)["n"] == 2
    world.case("closed", closed_at=timezone.now() - timedelta(minutes=1))
    assert selectors.durations_lately(acceptor)["n"] == 3, "of few cases it is always of now"


def test_a_telephone_number_finds_cases_only_for_those_who_may_know_who_reported(world: World) -> None:
    case = world.case("handling", reporter_phone="13800001234")
    for post, found in (("acceptor", [case]), ("department", [])):
        who = world.who(post)
        assert list(narrowed(who, selectors.visible(who), NOW, {"text": "13800001234"})) == found


def test_a_page_key_that_is_none_shows_the_first_page(world: World) -> None:
    case = world.case("handling")
    for nonsense in ("x", "x~1", "~", "2026-13-40~1"):
        assert selectors.worklist(world.who("department"), after=nonsense).cases == [case]


def test_a_case_file_names_no_case_outside_the_readers_own(world: World) -> None:
    case = world.case("handling", component=world.lamp)
    before = world.case("closed", component=world.lamp, department=world.drainage, crew=None)
    after = world.case("handling", linked_to=case, department=world.drainage, crew=None)
    for role, seen in (("department", False), ("dispatcher", True)):
        file = selectors.case_file(world.who(role), case.pk)
        assert (before in file["earlier"]) is (after in file["linked"]) is seen
