"""Both sinks over a real broker and the real history engine: every reading once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from chengguan.engines import nats
from chengguan.ingest.tests.sinks import LAMP, in_history, make_stream_anew, ms, publish, until
from chengguan.ingest.tests.town import body, subject
from chengguan.observations.models import GatewaySequence, HistoryIntent, LatestState, Quarantine, SinkPosition
from chengguan.observations.services import redrive
from chengguan.people.selectors import SYSTEM
from chengguan.things.models import Device

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]


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

    make_stream_anew()
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
