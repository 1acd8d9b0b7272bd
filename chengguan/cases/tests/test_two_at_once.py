"""Two sessions of the database at one case: the later waits or is refused, and overwrites nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection

from chengguan.alarms.models import Alarm
from chengguan.cases import services
from chengguan.cases.models import Case, CaseAlarm
from chengguan.cases.services.administration import open_deadlines_follow
from chengguan.cases.tests.conftest import NOW, World
from chengguan.cases.tests.test_alarms import alarm


@contextmanager
def held_by_another(case: Case) -> Iterator[Any]:
    """A second session that has locked the case; what it runs is committed at the end."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE", [case.pk])
            yield cursor
        other.commit()
    finally:
        other.close()


def test_a_case_that_somebody_moves_just_now_takes_no_report_up(lasting: World) -> None:
    into, report = lasting.case("handling"), lasting.case("reported")
    with held_by_another(into), pytest.raises(services.Refused) as refused:
        services.act(lasting.who("acceptor"), report, "merge", now=NOW, into=into)
    assert refused.value.field == "into"


def test_a_case_that_moves_while_the_calendar_changes_keeps_what_the_move_wrote(lasting: World) -> None:
    case = lasting.case("handling")
    who, failed = lasting.who("administrator"), []

    def change() -> None:
        try:
            services.set_calendar_day(who, date(2026, 11, 19), False)
            open_deadlines_follow()
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=change)
    with held_by_another(case) as cursor:
        thread.start()
        _wait_until_somebody_waits()
        cursor.execute("UPDATE cases_clock SET paused_at = %s, deadline = NULL, yellow_at = NULL WHERE case_id = %s", [NOW, case.pk])
        cursor.execute("UPDATE cases_case SET deadline = NULL, yellow_at = NULL WHERE id = %s", [case.pk])
    thread.join(20)
    case.refresh_from_db()
    assert not failed
    assert (case.deadline, case.yellow_at) == (None, None)
    assert set(case.clocks.values_list("deadline", flat=True)) == {None}


def test_two_workers_at_once_make_one_case(lasting: World) -> None:
    standing = [alarm(lasting, rule=name) for name in ("lamp_dark", "lamp_silent", "lamp_overvoltage", "lamp_on_by_day")]
    gate, failed = threading.Barrier(4), []

    def work(one: Alarm) -> None:
        try:
            gate.wait(10)
            services.register_alarm(one, NOW)
            services.register_alarm(one, NOW)
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(one,)) for one in standing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Case.objects.count() == 1
    assert CaseAlarm.objects.count() == 4


def _wait_until_somebody_waits() -> None:
    for _attempt in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits for the case")
