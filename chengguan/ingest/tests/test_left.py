"""The history is behind when the stream is made anew, loses its tail, or grows too old: nothing is passed over in silence."""

from __future__ import annotations

import asyncio
import threading

import pytest

from chengguan.alarms.models import Alarm
from chengguan.engines import nats
from chengguan.ingest import history as sink
from chengguan.ingest import ledger
from chengguan.ingest.history import History
from chengguan.ingest.jobs import watch
from chengguan.ingest.tests.sinks import LAMP, in_history, make_stream_anew, ms, publish, until
from chengguan.ingest.tests.town import body, subject
from chengguan.observations.models import GatewaySequence, LeftBehind, SinkPosition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engines]


def say(first, last, t):
    publish(*[(subject(LAMP), body(n, t + n, power=n)) for n in range(first, last + 1)])


def heard(number):
    until(lambda: GatewaySequence.objects.filter(highest=number).exists())


def written():
    return sorted(int(row[3]) for row in in_history())


@pytest.fixture
def behind(sinks):
    """*now* took 11 messages, the history one; both stand still. The time of the first reading."""
    t = ms()
    sinks.start()
    say(1, 1, t)
    until(lambda: written() == [1])
    sinks.stop()
    sinks.start(with_history=False)
    say(2, 11, t)
    heard(11)
    sinks.stop()
    return t


def test_what_a_stream_made_anew_took_with_it_is_told(sinks, behind):
    make_stream_anew()
    sinks.start()
    say(12, 15, behind)
    until(lambda: written() == [1, 12, 13, 14, 15])
    until(lambda: LeftBehind.objects.filter(missing=10).exclude(settled_at=None).exists())
    watch()
    alarm = Alarm.objects.get(rule="history_lacking", active=True)
    assert "10 条" in alarm.text


def test_what_the_stream_still_has_after_losing_its_tail_is_written_and_not_taken_for_repeats(sinks, behind):
    for row in SinkPosition.objects.filter(sink="now"):  # as if the newest message were another one
        SinkPosition.objects.filter(pk=row.pk).update(stamp=row.stamp + 1)
    sinks.start(with_history=False)
    until(lambda: SinkPosition.objects.filter(sink="now", incarnation__endswith="#1", position=11).count() == 16)
    sinks.stop()
    sinks.start()
    say(12, 15, behind)
    until(lambda: written() == list(range(1, 16)))
    until(lambda: not LeftBehind.objects.exists())


def test_what_memory_has_behind_a_hole_is_written_and_only_the_hole_is_told(sinks, monkeypatch):
    really, away = sink.insert, threading.Event()

    def insert(piece):
        if away.is_set():
            raise sink.PausedError("away")
        really(piece)

    monkeypatch.setattr(sink, "insert", insert)
    t = ms()
    _now, past = sinks.start()
    say(1, 1, t)
    until(lambda: written() == [1])
    away.set()
    say(2, 4, t)
    heard(4)
    with past._lock:  # as when there are more of them than memory takes
        past.queue.clear()
        past.rows = 0
    say(5, 11, t)
    heard(11)
    make_stream_anew()
    say(12, 15, t)
    heard(15)
    away.clear()
    until(lambda: written() == [1, *range(5, 16)])
    until(lambda: LeftBehind.objects.filter(missing=3).exclude(settled_at=None).exists())


def test_what_grew_too_old_for_the_stream_is_told(sinks, behind):
    async def expire():
        nc = await nats.connect("test")
        await nats.purge_below(nc.jetstream(), 8)
        await nc.close()

    asyncio.run(expire())
    sinks.start()
    until(lambda: written() == [1, 8, 9, 10, 11])
    gone = LeftBehind.objects.get()
    assert (gone.missing, gone.why) == (6, "expired")
    assert gone.since < gone.until


def test_another_stream_under_the_same_numbers_is_not_read_as_the_old_one(sinks, behind):
    make_stream_anew()
    publish(*[(subject("L-02-001"), body(n, behind + n, power=1000 + n)) for n in range(1, 21)])
    past = History(range(16))
    thread = threading.Thread(target=past.run, daemon=True)
    thread.start()
    until(lambda: past.meter.paused)
    past.stop.set()
    thread.join(20)
    assert written() == [1]
    assert ledger.place("history", range(16)).lowest == 1
