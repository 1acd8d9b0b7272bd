"""What a person used lately comes first, then what is often told of nearby; what they have not opened is unread."""

from __future__ import annotations

from datetime import timedelta

from chengguan.cases import selectors, services
from chengguan.cases.models import Opened
from chengguan.cases.services.habits import forget_opened
from chengguan.cases.tests.conftest import HERE, NOW, World


def codes_of(found: list[selectors.Likely]) -> list[tuple[str, str]]:
    return [(each.item.code, each.why) for each in found]


def accept(world: World, code: str, condition: str, minutes: int) -> None:
    services.act(
        world.who("acceptor"), world.case("reported"), "accept", now=NOW + timedelta(minutes=minutes), matter_code=code, condition_key=condition
    )


def test_before_the_first_key_stand_the_own_last_classes_then_those_common_here(world: World) -> None:
    for _n in range(2):
        world.case("handling", matter_code="01003", matter_name="雨水井盖")
    accept(world, "01037", "01037-03", 0)
    found = codes_of(selectors.likely_classes(world.who("acceptor"), point=HERE, now=NOW))
    assert found[:2] == [("01037", "recent"), ("01003", "near")]
    others = codes_of(selectors.likely_classes(world.who("hotline_operator"), point=HERE, now=NOW))
    assert others[0] == ("01003", "near"), "habits are each person's own"
    assert selectors.likely_classes(world.who("hotline_operator")) == []


def test_among_what_fits_the_typed_letters_habit_decides_and_a_whole_code_stands_first(world: World) -> None:
    who = world.who("acceptor")
    plain = [each.item.code for each in selectors.likely_classes(who, "ld")]
    accept(world, "01037", "01037-03", 0)
    found = selectors.likely_classes(who, "ld")
    assert (found[0].item.code, found[0].why) == ("01037", "recent")
    assert {each.item.code for each in found} <= {*plain, "01037"} | {each.item.code for each in selectors.likely_classes(who, "ld", limit=60)}
    assert selectors.likely_classes(who, plain[-1])[0].item.code == plain[-1]


def test_the_class_used_last_stands_first_and_once(world: World) -> None:
    for minutes in (0, 20):
        accept(world, "01037", "01037-03", minutes)
    services.register(world.who("acceptor"), source="hotline", point=HERE, matter_code="01003", description="井盖", now=NOW + timedelta(minutes=10))
    assert [code for code, _why in codes_of(selectors.likely_classes(world.who("acceptor")))] == ["01037", "01003"]


def test_a_case_is_unread_until_opened_and_again_when_it_comes_to_another_stage(world: World) -> None:
    who, case = world.who("dispatcher"), world.case("awaiting_dispatch")
    assert selectors.unread_of(who, [case]) == {case.pk}
    services.mark_opened(who, case, NOW)
    assert selectors.unread_of(who, [case]) == set()
    assert selectors.unread_of(world.who("leader"), [case]) == {case.pk}
    assert selectors.worklist(who, post="dispatcher", now=NOW, unread=True).cases == []
    case.entered_at = NOW + timedelta(hours=1)
    case.save()
    assert selectors.unread_of(who, [case]) == {case.pk}
    assert selectors.worklist(who, post="dispatcher", now=NOW, unread=True).cases == [case]


def test_who_opened_an_ended_case_is_forgotten(world: World) -> None:
    case, ended = world.case("handling"), world.case("handling")
    for each in (case, ended):
        services.mark_opened(world.who("dispatcher"), each, NOW)
    ended.state = "closed"
    ended.save()
    assert forget_opened() == 1
    assert list(Opened.objects.values_list("case", flat=True)) == [case.pk]
