"""What follows from readings, over a real broker: alarms, commands, silence; also while the history is full."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from django.utils import timezone

from chengguan.alarms.models import Alarm, Rule
from chengguan.ingest import history as sink
from chengguan.ingest.inserting import in_words
from chengguan.ingest.tests.sinks import LAMP, in_history, ms, publish, until
from chengguan.ingest.tests.town import body, subject
from chengguan.observations.models import GatewaySequence, LatestState
from chengguan.observations.selectors import health
from chengguan.things.models import Command, Device

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]


def test_while_the_history_is_full_alarms_go_on_and_it_catches_up(sinks, monkeypatch):
    Rule.objects.filter(slug="lamp_overvoltage").update(hold_s=0)
    really, full = sink.insert, threading.Event()

    def insert(piece):
        if full.is_set():
            try:
                raise DatabaseError("Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)")
            except DatabaseError as error:
                raise sink.PausedError(in_words(error)) from error
        really(piece)

    monkeypatch.setattr(sink, "insert", insert)
    monkeypatch.setattr(sink, "QUEUE_ROWS", 5)
    full.set()
    sinks.start()
    t = ms()
    publish(*[(subject(LAMP), body(n, t + n, voltage=250 + n)) for n in range(1, 21)])
    until(lambda: Alarm.objects.filter(rule="lamp_overvoltage", active=True).exists())
    until(lambda: "磁盘已满" in health(with_broker=False)["paused"])
    assert in_history() == []
    full.clear()
    until(lambda: len(in_history()) >= 20, 40)
    assert sorted(row[3] for row in in_history()) == [float(250 + n) for n in range(1, 21)]
    until(lambda: health(with_broker=False)["paused"] == "")


def test_one_reading_raises_its_alarm_when_the_hold_time_is_over_and_returns_in_the_same_way(sinks):
    Rule.objects.filter(slug="lamp_overvoltage").update(hold_s=3, clear_hold_s=3)
    sinks.start()
    publish((subject(LAMP), body(1, ms(), voltage=290)))
    until(lambda: LatestState.objects.filter(device__key=LAMP, rule_state__has_key="lamp_overvoltage").exists())
    assert not Alarm.objects.exists()
    until(lambda: Alarm.objects.filter(rule="lamp_overvoltage", active=True).exists())
    alarm = Alarm.objects.get()
    assert alarm.value == 290
    assert 3 <= (alarm.raised_at - alarm.reading_at).total_seconds() < 10
    publish((subject(LAMP), body(2, ms(), voltage=228)))
    until(lambda: Alarm.objects.filter(active=False).exists())
    assert Alarm.objects.count() == 1


def test_a_command_is_acknowledged_and_confirmed_by_what_comes_up(sinks):
    device = Device.objects.get(key=LAMP)
    command = Command.objects.create(
        device=device, name="on", state="sent", expires_at=timezone.now() + timedelta(minutes=1), expect={"metric": "on", "value": 1},
        waiting=[device.pk],
    )  # fmt: skip
    sinks.start()
    publish((subject(LAMP), json.dumps({"seq": 1, "t": ms(), "ack": command.pk}).encode()))
    until(lambda: Command.objects.get().state == "acknowledged")
    publish((subject(LAMP), body(2, ms(), on=1)))
    until(lambda: Command.objects.get().state == "confirmed")


def silent_for_two_hours():
    """What is remembered of G01 says so; the platform was away as long."""
    long_ago = timezone.now() - timedelta(hours=2)
    GatewaySequence.objects.filter(gateway="G01").update(seen_at=long_ago)
    LatestState.objects.filter(device__gateway__key="G01").update(seen_at=long_ago)


def silent_gateways():
    return set(Alarm.objects.filter(rule="cabinet_silent", active=True).values_list("gateway__key", flat=True))


def test_a_restart_after_a_long_absence_calls_nobody_silent_before_they_could_be_heard(sinks):
    Rule.objects.filter(slug="cabinet_silent").update(limits={"silent_s": 5})
    sinks.start()
    publish((subject(LAMP), body(1, ms(), power=1)))
    until(lambda: GatewaySequence.objects.filter(gateway="G01").exists())
    sinks.stop()
    silent_for_two_hours()
    sinks.start()
    time.sleep(3.5)
    assert silent_gateways() == set()
    until(lambda: silent_gateways() == {"G01"}, 8)  # nothing came at all: that is noticed too


def test_a_change_of_the_register_after_an_absence_does_not_make_anybody_silent(sinks, monkeypatch):
    monkeypatch.setattr("chengguan.ingest.now.GAP_MS", 500)
    monkeypatch.setattr("chengguan.ingest.now.STALE_S", 0.5)
    Rule.objects.filter(slug="cabinet_silent").update(limits={"silent_s": 8})
    sinks.start()
    publish((subject(LAMP), body(1, ms(), power=1)))
    until(lambda: GatewaySequence.objects.filter(gateway="G01").exists())
    sinks.stop()
    silent_for_two_hours()
    now, _ = sinks.start()
    time.sleep(1)
    publish((subject("L-02-001"), body(1, ms(), power=1)))
    until(lambda: GatewaySequence.objects.filter(gateway="G02").exists())
    before = now.situation
    Device.objects.filter(key=LAMP).update(attributes={"rated_power": 90})
    until(lambda: now.situation is not before, 4)
    time.sleep(2.5)
    assert silent_gateways() == set()
    until(lambda: "G01" in silent_gateways(), 10)
