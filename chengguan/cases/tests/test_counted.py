"""Counts of a long work list are kept until somebody takes a step; those of a short one are counted each time."""

import pytest
from django.core.cache import cache

from chengguan.cases import selectors, services
from chengguan.cases.selectors import counted
from chengguan.cases.tests.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()
    yield
    cache.clear()


def asked(world: World, django_assert_max_num_queries, most: int) -> int:
    who = world.who("acceptor")
    with django_assert_max_num_queries(most):
        return selectors.counts_lately(who, "acceptor")[""]["all"]


def test_a_long_list_is_counted_once_until_the_next_step(world: World, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(counted, "MANY", 1)
    world.case()
    assert asked(world, django_assert_max_num_queries, 20) == 1
    assert asked(world, django_assert_max_num_queries, 1) == 1
    services.register(world.who("acceptor"), source="hotline", description="路灯不亮")
    assert asked(world, django_assert_max_num_queries, 20) == 2


def test_each_filter_has_numbers_of_its_own_and_looking_is_no_step(world: World, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(counted, "MANY", 1)
    world.case(urgent=True)
    case, who = world.case(), world.who("acceptor")

    def of(**filters) -> int:
        return selectors.counts_lately(who, "acceptor", **filters)[""]["all"]

    assert (of(), of(urgent=True), of(unread=True)) == (2, 1, 2)
    services.mark_opened(who, case)
    assert (of(), of(urgent=True), of(unread=True)) == (2, 1, 1)


def test_a_short_list_is_counted_each_time(world: World, django_assert_max_num_queries):
    case = world.case()
    assert asked(world, django_assert_max_num_queries, 20) == 1
    type(case).objects.filter(pk=case.pk).update(state="refused")
    assert asked(world, django_assert_max_num_queries, 20) == 0
