"""Both sinks over a real broker and the real history engine, for tests: started and stopped, fed, and looked at."""

from __future__ import annotations

import asyncio
import threading
import time

from chengguan.engines import history, nats
from chengguan.ingest.history import History
from chengguan.ingest.now import Now

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


def make_stream_anew():
    """Empty, and under another name."""

    async def again():
        nc = await nats.connect("test")
        await nc.jetstream().delete_stream(nats.STREAM)
        await nc.close()
        await nats.ensure_stream()

    asyncio.run(again())


def publish(*messages):
    for topic, payload in messages:
        nats.store(topic, payload)


def ms():
    return int(time.time() * 1000)


def in_history():
    return history.client().query("SELECT device, metric, toUnixTimestamp64Milli(t), value FROM readings ORDER BY t").result_rows
