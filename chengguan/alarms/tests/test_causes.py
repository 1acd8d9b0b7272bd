"""One cause, one alarm."""

from __future__ import annotations

import pytest

from chengguan.alarms import services
from chengguan.alarms.facts import AlarmDue, AlarmFolded, AlarmRaised, AlarmReturned
from chengguan.alarms.models import Alarm, AlarmStep
from chengguan.alarms.tests.town import Town
from chengguan.engines import announce


@pytest.fixture
def said(monkeypatch):
    facts: list[object] = []
    monkeypatch.setattr(announce, "announce", lambda *told: facts.extend(told))
    return facts


def test_a_reading_that_breaks_its_limit_raises_one_alarm_however_often_it_is_said(town: Town, said):
    town.change("lamp_dark", town.lamps[:1])
    town.change("lamp_dark", town.lamps[:1])
    (alarm,) = town.open()
    assert alarm.cause_key == "L-000000"
    assert alarm.matter == "01037"
    assert alarm.point == town.lamps[0].component.point  # type: ignore[union-attr]
    assert alarm.active
    assert said == [AlarmRaised(alarm.pk)]


def test_two_dark_lamps_are_two_alarms(town: Town):
    town.change("lamp_dark", town.lamps[:2])
    assert [alarm.cause_kind for alarm in town.open()] == ["device", "device"]


def test_a_dark_circuit_is_one_alarm_and_lists_its_lamps(town: Town):
    town.change("lamp_dark", town.lamps[:15])
    (alarm,) = town.open()
    assert (alarm.cause_kind, alarm.cause_key, alarm.severity, alarm.name) == ("group", "C-012-2", 2, "回路失电")
    assert alarm.members.count() == 15
    assert alarm.point is not None


def test_single_alarms_fold_when_their_circuit_turns_out_to_be_dark(town: Town, said):
    town.change("lamp_dark", town.lamps[:4])
    single = {alarm.pk for alarm in town.open()}
    town.change("lamp_dark", town.lamps[4:9])
    (alarm,) = town.open()
    assert alarm.cause_kind == "group"
    assert alarm.members.filter(until__isnull=True).count() == 9
    folded = Alarm.objects.filter(folded_into=alarm)
    assert {each.pk for each in folded} == single
    assert all(each.off_desk_at for each in folded)
    assert {fact.alarm_id for fact in said if isinstance(fact, AlarmFolded)} == single


def test_a_lamp_that_darkens_later_joins_its_dark_circuit(town: Town):
    town.change("lamp_dark", town.lamps[:9])
    town.change("lamp_dark", town.lamps[9:10])
    (alarm,) = town.open()
    assert alarm.members.count() == 10


def test_lamps_of_another_circuit_are_another_cause(town: Town):
    town.change("lamp_dark", town.lamps)
    assert {alarm.cause_key for alarm in town.open()} == {"C-012-2", "C-012-3"}


def test_lamps_that_failed_weeks_apart_are_not_one_cause(town: Town):
    for lamp in town.lamps[:9]:
        town.change("lamp_dark", [lamp])
        town.tick(86400)
    assert {alarm.cause_kind for alarm in town.open()} == {"device"}


def test_a_circuit_that_burns_again_returns_and_the_lamp_that_stays_dark_stands_alone(town: Town):
    town.change("lamp_dark", town.lamps[:15])
    town.change("lamp_dark", town.lamps[1:15], active=False)
    circuit, lamp = town.open()
    assert (circuit.active, lamp.active) == (False, True)
    assert lamp.cause_key == "L-000000"


def test_a_silent_gateway_is_one_alarm_and_not_its_covers(town: Town):
    town.change("cover_lost", town.covers[:2])
    town.change("manhole_gateway_silent", [town.radio])
    town.change("cover_lost", town.covers[2:])
    (alarm,) = town.open()
    assert (alarm.cause_kind, alarm.cause_key) == ("gateway", "MG-007")
    assert alarm.members.filter(until__isnull=True).count() == 10
    town.change("manhole_gateway_silent", [town.radio], active=False)
    (alarm,) = [each for each in town.open() if each.cause_kind == "gateway"]
    assert not alarm.active


def test_a_tripped_breaker_explains_its_dark_lamps(town: Town):
    town.change("lamp_dark", town.lamps[:3])
    town.change("breaker_tripped", [town.meter], value=0)
    town.change("lamp_dark", town.lamps[3:15])
    (alarm,) = town.open()
    assert alarm.rule == "breaker_tripped"
    assert alarm.members.count() == 15


@pytest.mark.parametrize("first", ["cover_open", "cover_tilted"])
def test_an_open_cover_is_one_alarm_though_it_is_tilted_too(town: Town, first):
    second = {"cover_open": "cover_tilted", "cover_tilted": "cover_open"}[first]
    town.change(first, town.covers[:1], value=1)
    town.change(second, town.covers[:1], value=1)
    (alarm,) = town.open()
    assert alarm.rule == "cover_open"
    town.change("cover_tilted", town.covers[:1], active=False)
    town.change("cover_open", town.covers[:1], active=False)
    (alarm,) = town.open()
    assert not alarm.active


def test_a_cover_that_closes_and_stays_tilted_has_an_alarm_of_its_own(town: Town):
    town.change("cover_open", town.covers[:1], value=1)
    town.change("cover_tilted", town.covers[:1], value=48)
    town.change("cover_open", town.covers[:1], active=False)
    assert [(alarm.rule, alarm.active) for alarm in town.open()] == [("cover_open", False), ("cover_tilted", True)]


def test_silence_of_gateway_and_covers_in_one_batch_is_one_alarm(town: Town):
    from django.db import transaction

    from chengguan.alarms.conditions import Transition

    with transaction.atomic():
        services.apply_transitions(
            [Transition("cover_lost", "device", cover.pk, True, 0, 0) for cover in town.covers]
            + [Transition("manhole_gateway_silent", "gateway", town.radio.pk, True, 0, 0)],
            town.at,
        )
    (alarm,) = town.open()
    assert alarm.cause_kind == "gateway"
    assert alarm.members.count() == 10


def test_the_first_rank_is_due_at_once_in_the_same_transaction(town: Town, said):
    town.change("cover_open", town.covers[:1], value=1)
    (alarm,) = town.open()
    assert alarm.severity == 1
    assert alarm.matter == "01002"
    assert said == [AlarmRaised(alarm.pk), AlarmDue(alarm.pk)]
    assert alarm.registered_at is not None


def test_a_return_is_announced_once_and_stays_on_the_desk_until_someone_saw_it(town: Town, said):
    town.change("lamp_dark", town.lamps[:1])
    town.change("lamp_dark", town.lamps[:1], active=False)
    town.change("lamp_dark", town.lamps[:1], active=False)
    (alarm,) = town.open()
    assert not alarm.active
    assert said == [AlarmRaised(alarm.pk), AlarmReturned(alarm.pk)]


def test_an_alarm_that_comes_again_before_anyone_saw_it_is_the_same_alarm(town: Town):
    town.change("lamp_dark", town.lamps[:1])
    town.change("lamp_dark", town.lamps[:1], active=False)
    town.change("lamp_dark", town.lamps[:1])
    (alarm,) = town.open()
    assert (alarm.active, alarm.times_raised) == (True, 2)
    assert list(AlarmStep.objects.filter(alarm=alarm).values_list("action", flat=True)) == ["raise", "return", "raise"]


def test_a_registered_alarm_that_comes_again_later_is_a_new_alarm_that_takes_the_old_one_over(town: Town, said):
    town.change("cover_open", town.covers[:1], value=1)
    (old,) = town.open()
    town.change("cover_open", town.covers[:1], active=False)
    town.change("cover_open", town.covers[:1], value=1)
    assert [alarm.pk for alarm in town.open()] == [old.pk]  # flapping
    town.change("cover_open", town.covers[:1], active=False)
    town.tick(600)
    said.clear()
    town.change("cover_open", town.covers[:1], value=1)
    (new,) = town.open()
    old.refresh_from_db()
    assert (new.pk != old.pk, old.folded_into_id) == (True, new.pk)
    assert list(old.steps.values_list("action", flat=True))[-1] == "fold"
    assert said == [AlarmFolded(old.pk, new.pk), AlarmRaised(new.pk), AlarmDue(new.pk)]


def test_raising_and_returning_within_one_batch_leaves_a_returned_alarm(town: Town):
    from django.db import transaction

    from chengguan.alarms.conditions import Transition

    pk = town.lamps[0].pk
    with transaction.atomic():
        services.apply_transitions(
            [Transition("lamp_dark", "device", pk, active, n, 0) for n, active in enumerate([True, False, True, False])], town.at
        )
    (alarm,) = town.open()
    assert (alarm.active, alarm.times_raised) == (False, 2)


def test_transitions_need_the_callers_transaction(town: Town, transactional_db):
    from chengguan.alarms.conditions import Transition

    with pytest.raises(RuntimeError):
        services.apply_transitions([Transition("lamp_dark", "device", town.lamps[0].pk, True, 0, 0)], town.at)


def test_a_device_that_no_longer_exists_raises_nothing(town: Town):
    from django.db import transaction

    from chengguan.alarms.conditions import Transition

    with transaction.atomic():
        assert services.apply_transitions([Transition("lamp_dark", "device", 10**8, True, 0, 0)], town.at) == []
