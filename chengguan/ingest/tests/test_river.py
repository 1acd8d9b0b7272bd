"""Both sinks over a real broker and the real history engine."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from chengguan.engines import history, nats
from chengguan.ingest.history import History
from chengguan.ingest.now import Now
from chengguan.ingest.tests.town import body, build, subject
from chengguan.observations.models import GatewaySequence, HistoryIntent, LatestState, Quarantine, SinkPosition
from chengguan.observations.services import redrive
from chengguan.people.selectors import SYSTEM
from chengguan.things.models import Device

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]
LAMP = "L-01-001"


def until(condition, seconds=20.0):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.05)


class Sinks:
    """Started and stopped in this process; every start reads everything from the database."""

    def __init__(self):
        self.started = []

    def start(self, with_history=True):
        past = History(range(16))
        now = Now(range(16), past.hand_on if with_history else lambda piece: None)
        for sink in (now, past) if with_history else (now,):
            thread = threading.Thread(target=sink.run, daemon=True)
            thread.start()
            self.started.append((sink, thread))
        return now, past

    def stop(self):
        for sink, thread in self.started:
            sink.stop.set()
            thread.join(20)
        self.started = []


@pytest.fixture
def sinks(broker, history_store, monkeypatch):
    monkeypatch.setattr("chengguan.ingest.history.BATCH_S", 0.3)
    history.client().command("TRUNCATE TABLE readings")

    async def empty():
        nc = await nats.connect("test")
        await nc.jetstream().delete_stream(nats.STREAM)
        await nc.close()
        await nats.ensure_stream()

    asyncio.run(empty())
    build()
    made = Sinks()
    yield made
    made.stop()
    connection.close()


def publish(*messages):
    for topic, payload in messages:
        nats.store(topic, payload)


def ms():
    return int(time.time() * 1000)


def in_history():
    return history.client().query("SELECT device, metric, toUnixTimestamp64Milli(t), value FROM readings ORDER BY t").result_rows


def test_a_reading_reaches_latest_state_and_history(sinks):
    sinks.start()
    t = ms()
    publish((subject(LAMP), body(1, t, power=83.5, voltage=229.5)))
    until(lambda: LatestState.objects.filter(device__key=LAMP, values__power=83.5).exists(), 3)
    until(lambda: len(in_history()) == 2)
    device = Device.objects.get(key=LAMP).pk
    assert {(row[0], row[2]) for row in in_history()} == {(device, t)}
    until(lambda: not HistoryIntent.objects.exists())  # taken back right behind the insert


def test_a_restart_of_both_sinks_takes_nothing_twice_and_loses_nothing(sinks):
    t = ms()
    sinks.start()
    publish(*[(subject(LAMP), body(n, t + n, power=n)) for n in range(1, 51)])
    until(lambda: GatewaySequence.objects.filter(highest=50).exists())
    sinks.stop()
    publish(*[(subject(LAMP), body(n, t + n, power=n)) for n in range(41, 101)])
    sinks.start()
    until(lambda: len(in_history()) >= 100)
    assert sorted(row[3] for row in in_history()) == [float(n) for n in range(1, 101)]


def test_the_history_reads_the_stream_again_when_memory_does_not_have_it(sinks):
    t = ms()
    sinks.start(with_history=False)
    publish(*[(subject(LAMP), body(n, t + n, power=n)) for n in range(1, 31)])
    publish((subject(LAMP), body(5, t + 5, power=5)), (subject(LAMP), b"garbage"), (subject(LAMP), body(31, t + 30, power=99)))
    until(lambda: Quarantine.objects.count() == 2)
    sinks.stop()
    sinks.start()
    until(lambda: len(in_history()) >= 30)
    time.sleep(0.5)
    assert sorted(row[3] for row in in_history()) == [float(n) for n in range(1, 31)]


def test_a_stream_made_anew_is_read_from_its_beginning_without_taking_twice(sinks):
    t = ms()
    sinks.start()
    publish(*[(subject(LAMP), body(n, t + n, power=n)) for n in range(1, 11)])
    until(lambda: len(in_history()) == 10)
    before = set(SinkPosition.objects.values_list("incarnation", flat=True))

    async def again():
        nc = await nats.connect("test")
        await nc.jetstream().delete_stream(nats.STREAM)
        await nc.close()
        await nats.ensure_stream()

    asyncio.run(again())
    publish(*[(subject(LAMP), body(n, t + n, power=n)) for n in range(8, 16)])
    until(lambda: len(in_history()) >= 15)
    assert sorted(row[3] for row in in_history()) == [float(n) for n in range(1, 16)]
    until(lambda: set(SinkPosition.objects.values_list("incarnation", flat=True)).isdisjoint(before))


def test_a_message_that_breaks_its_batch_is_quarantined_alone(sinks, monkeypatch):
    from chengguan.ingest.state import State

    really = State.save

    def breaks(self, touched, rule_state, cursor):
        if any(self.values[index, 2] == 666 for index in touched.tolist()):
            cursor.execute("SELECT 1 / 0")
        return really(self, touched, rule_state, cursor)

    monkeypatch.setattr(State, "save", breaks)
    t = ms()
    messages = [(subject(f"L-01-{n % 3 + 1:03d}"), body(n, t + n, power=n)) for n in range(1, 21)]
    messages[10] = (subject("L-02-001"), body(1, t + 11, power=666))
    publish(*messages)
    sinks.start()
    until(lambda: len(in_history()) >= 19)
    assert sorted(row[3] for row in in_history()) == [float(n) for n in range(1, 21) if n != 11]
    entry = Quarantine.objects.get()
    assert entry.reason == "failed"
    assert b"666" in bytes(entry.payload)


def test_a_redriven_message_is_taken_once(sinks):
    t = ms()
    sinks.start()
    publish((subject("L-01-777"), body(1, t, power=5.5)))
    until(lambda: Quarantine.objects.filter(reason="unknown_device").exists())
    other = Device.objects.get(key=LAMP)
    Device.objects.create(subsystem="street_lights", key="L-01-777", model="lamp_controller", name="新灯", gateway=other.gateway)
    entry = Quarantine.objects.get()
    assert redrive(SYSTEM, [entry.pk]) == 1
    assert redrive(SYSTEM, [entry.pk]) == 0
    until(lambda: LatestState.objects.filter(device__key="L-01-777", values__power=5.5).exists())
    headers = {"Chengguan-Redrive": str(entry.pk), "Chengguan-Received": str(t)}
    nats.store(entry.subject, bytes(entry.payload), headers)
    publish((subject(LAMP), body(2, t + 1, power=1)))
    until(lambda: len(in_history()) >= 2)
    assert len(in_history()) == 2


def test_a_gateway_is_asked_for_what_is_missing_and_told_what_is_recorded(sinks):
    heard = []

    async def listen():
        nc = await nats.connect("gateway")

        async def hear(message):
            heard.append((message.subject, message.data))

        await nc.subscribe("zhcg.down.G01.>", cb=hear)
        await nc.flush()
        until_ = time.monotonic() + 8
        while time.monotonic() < until_ and not any("resend" in topic for topic, _ in heard):
            await asyncio.sleep(0.05)
        await nc.close()

    sinks.start()
    listener = threading.Thread(target=lambda: asyncio.run(listen()))
    listener.start()
    time.sleep(0.5)
    t = ms()
    publish((subject(LAMP), body(1, t, power=1)), (subject(LAMP), body(4, t + 4, power=4)))
    listener.join()
    assert ("zhcg.down.G01._.resend", b'{"from": 2, "to": 3, "epoch": 0}') in heard
    assert ("zhcg.down.G01._.recorded", b'{"recorded": 1, "epoch": 0}') in heard


def test_while_the_history_is_full_alarms_go_on_and_it_catches_up(sinks, monkeypatch):
    from clickhouse_connect.driver.exceptions import DatabaseError

    from chengguan.alarms.models import Alarm, Rule
    from chengguan.ingest import history as sink
    from chengguan.observations.selectors import health

    Rule.objects.filter(slug="lamp_overvoltage").update(hold_s=0)
    really, full = sink.insert, threading.Event()

    def insert(piece):
        if full.is_set():
            try:
                raise DatabaseError("Code: 243. DB::Exception: Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)")
            except DatabaseError as error:
                raise sink.PausedError(sink.in_words(error)) from error
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
    from chengguan.alarms.models import Alarm, Rule

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
    import json

    from chengguan.things.models import Command

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
    from chengguan.alarms.models import Alarm

    return set(Alarm.objects.filter(rule="cabinet_silent", active=True).values_list("gateway__key", flat=True))


def test_a_restart_after_a_long_absence_calls_nobody_silent_before_they_could_be_heard(sinks):
    from chengguan.alarms.models import Rule

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
    from chengguan.alarms.models import Rule

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
