"""Running numbers of registrations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.cases.models import Sequence
from chengguan.cases.services.numbers import register_numbers
from chengguan.standards.calendars import SHANGHAI

pytestmark = pytest.mark.django_db


def ends(count: int = 1, days: int = 0) -> list[int]:
    return [int(number.rpartition("-")[2]) for number in register_numbers(timezone.now() + timedelta(days=days), count)]


def test_numbers_of_a_day_run_from_one() -> None:
    assert [*ends(), *ends(3), *ends()] == [1, 2, 3, 4, 5]
    assert register_numbers(timezone.now())[0] == f"D{timezone.now().astimezone(SHANGHAI):%Y%m%d}-00006"


def test_who_draws_a_number_keeps_nobody_waiting() -> None:
    ends()
    with CaptureQueriesContext(connection) as asked:
        ends()
    assert [query["sql"].split()[0] for query in asked] == ["SELECT"], "a row that is written is held until the report is stored"


def test_a_day_goes_on_above_what_was_counted_of_it_before() -> None:
    Sequence.objects.create(name=f"register:{timezone.now().astimezone(SHANGHAI):%Y%m%d}", last=7)
    assert ends(2) == [8, 9]


def test_a_day_that_was_over_before_its_first_number_is_counted_by_itself() -> None:
    assert (ends(2), ends(2, days=-40), ends(), ends(days=-40)) == ([1, 2], [1, 2], [3], [3])
