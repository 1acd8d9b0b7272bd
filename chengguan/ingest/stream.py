"""The stream as a sink reads it: in order, without acknowledgement, from any position.

`Feed` owns a thread and a connection and heals itself: when the broker was away, when a message is missing in the
order, or when heartbeats stop, it makes its consumer anew behind the last message it handed on. The server holds
messages back (flow control) until those before were taken, so a long backlog does not fill the memory.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from chengguan.engines.nats import PARTITIONS, STREAM
from chengguan.ingest.batch import Captured
from chengguan.ingest.wire import Raw, Wire, connect

logger = logging.getLogger(__name__)
HEARTBEAT_S = 2.0
MESSAGES, ANSWERS = 1, 2
_OURS = b"Chengguan-"


class ReplacedError(ConnectionError):
    """The stream does not hold any more what stood at a position: it is another one, or its broker lost its newest messages."""


class Feed:
    """Messages of some partitions after a position."""

    def __init__(self, name: str, partitions: Sequence[int] = tuple(range(PARTITIONS))) -> None:
        self.name, self.partitions = name, tuple(partitions)
        self.items: deque[Captured | bytes] = deque()  # a bytes item is a flow-control subject to answer
        self.arrived = threading.Event()
        self.pending = 0
        self.healthy = False
        self.trouble = ""
        self.replaced = False
        """The stream is another one than that of the position: nothing more comes."""
        self._after = 0
        self._stamp = 0
        self._incarnation = ""
        self._expected = 0
        self._wire: Wire | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, after: int, stamp: int = 0, created: str = "") -> None:
        """Read what comes after position `after`, received at `stamp` (ns; 0 when not known), of the stream made at `created`
        (empty: whichever there is)."""
        self._after, self._stamp, self._incarnation = after, stamp, created
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name=f"feed-{self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)
        self.items.clear()

    def take(self, most: int) -> list[Captured]:
        """Messages that arrived, at most `most`."""
        taken: list[Captured] = []
        items = self.items
        while items and len(taken) < most:
            item = items.popleft()
            if isinstance(item, bytes):
                self._answer(item)
            else:
                taken.append(item)
        if not items:
            self.arrived.clear()
        return taken

    @property
    def backlog(self) -> int:
        """Messages on the stream not taken yet, as far as known."""
        return self.pending + len(self.items)

    def _answer(self, subject: bytes) -> None:
        self.publish(subject.decode(), b"")

    def _run(self) -> None:
        wait = 0.2
        while not self._stop.is_set() and not self.replaced:
            try:
                with_wire = connect(settings.NATS_ADDRESS, f"chengguan-{self.name}")
                try:
                    self._open(with_wire)
                    wait = 0.2
                    self._read(with_wire)
                finally:
                    self.healthy, self._wire = False, None
                    with_wire.close()
            except (OSError, ValueError, KeyError) as error:
                self.trouble = f"{type(error).__name__}: {error}"
                logger.warning("%s: %s; trying again in %.1f s", self.name, self.trouble, wait)
                self._stop.wait(wait)
                wait = min(wait * 2, 5.0)

    def publish(self, subject: str, payload: bytes) -> None:
        """Without acknowledgement; lost when the broker is away."""
        wire = self._wire
        if wire is not None:
            with contextlib.suppress(OSError):
                wire.publish(subject.encode(), payload)

    def _is_the_same(self, wire: Wire, answers: str) -> bool:
        """Whether the stream still holds what was handed on: a broker killed may have lost its newest messages, and
        then gives their numbers to others."""
        info = wire.request(f"$JS.API.STREAM.INFO.{STREAM}", {}, answers, ANSWERS)
        if "error" in info:
            raise ConnectionError(info["error"].get("description", "no stream"))
        before, self._incarnation = self._incarnation or info["created"], info["created"]
        if before != info["created"] or self._after > info["state"]["last_seq"]:
            return False
        if not self._stamp or self._after < info["state"]["first_seq"]:
            return True
        told = wire.request(f"$JS.API.STREAM.MSG.GET.{STREAM}", {"seq": self._after}, answers, ANSWERS)
        return "error" in told or nanoseconds(told["message"]["time"]) == self._stamp

    def _open(self, wire: Wire) -> None:
        token = secrets.token_hex(8)
        inbox, answers = f"_INBOX.{token}.m", f"_INBOX.{token}.a"
        wire.subscribe(inbox, MESSAGES)
        wire.subscribe(answers, ANSWERS)
        if not self._is_the_same(wire, answers):
            self.replaced = True
            self.arrived.set()
            raise ConnectionError("the stream is another one than before")
        config: dict[str, Any] = {
            "deliver_subject": inbox, "deliver_policy": "by_start_sequence", "opt_start_seq": self._after + 1,
            "ack_policy": "none", "max_deliver": 1, "flow_control": True, "idle_heartbeat": int(HEARTBEAT_S * 1e9),
            "mem_storage": True, "num_replicas": 1, "inactive_threshold": int(10e9), "replay_policy": "instant",
        }  # fmt: skip
        if len(self.partitions) < PARTITIONS:
            config["filter_subjects"] = [f"up.{number}.>" for number in self.partitions]
        body = {"stream_name": STREAM, "config": config, "action": "create"}
        made = wire.request(f"$JS.API.CONSUMER.CREATE.{STREAM}.{token}", body, answers, ANSWERS)
        if "error" in made:
            raise ConnectionError(made["error"].get("description", "the consumer was refused"))
        self.pending = made.get("num_pending", 0)
        self._expected = 1
        self._wire, self.healthy, self.trouble = wire, True, ""

    def _read(self, wire: Wire) -> None:
        silent_since = time.monotonic()
        while not self._stop.is_set():
            arrived = wire.read(1.0)
            if arrived:
                silent_since = time.monotonic()
                self._hand_on(arrived)
                self.arrived.set()
            elif time.monotonic() - silent_since > 3 * HEARTBEAT_S + 1:
                raise ConnectionError("no heartbeat")

    def _hand_on(self, arrived: list[Raw]) -> None:
        append = self.items.append
        for raw in arrived:
            _, subject, reply, headers, payload = raw
            if not reply.startswith(b"$JS.ACK."):
                self._control(headers, reply)
                continue
            words = reply.split(b".")
            start = 5 if len(words) == 9 else 7
            if int(words[start + 1]) != self._expected:
                raise ConnectionError(f"a message is missing before {words[start].decode()}")
            self._expected += 1
            position = self._after = int(words[start])
            self.pending = int(words[start + 3])
            told = read_headers(headers) if _OURS in headers else None
            self._stamp = int(words[start + 2])
            append(Captured(position, self._stamp, subject.decode(errors="replace"), payload, told))

    def _control(self, headers: bytes, reply: bytes) -> None:
        """Flow control wants an answer when all before is taken; a heartbeat may say that one got lost."""
        if headers.startswith(b"NATS/1.0 100") and reply:
            self.items.append(reply)
        elif b"Nats-Consumer-Stalled:" in headers:
            self.items.append(headers.split(b"Nats-Consumer-Stalled:")[1].split(b"\r\n")[0].strip())
        elif headers.startswith((b"NATS/1.0 409", b"NATS/1.0 404")):
            raise ConnectionError(headers.split(b"\r\n")[0].decode())


def read_headers(headers: bytes) -> dict[str, str]:
    lines = headers.decode(errors="replace").split("\r\n")[1:]
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines if ":" in line)}


def read_range(
    name: str, partitions: Sequence[int], after: int, last: int, *, stamp: int = 0, created: str = "", most: int = 5000
) -> Iterator[list[Captured]]:
    """Batches of the messages after `after` up to `last` that the stream still keeps. ReplacedError when it is not the stream
    made at `created` with a message of that `stamp` at `after`; ConnectionError when they do not come."""
    feed = Feed(name, partitions)
    feed.start(after, stamp, created)
    idle_since = time.monotonic()
    reached = after
    try:
        while reached < last:
            feed.arrived.wait(0.5)
            taken = feed.take(most)
            if taken:
                idle_since, reached = time.monotonic(), taken[-1].position
                yield [each for each in taken if each.position <= last]
            elif feed.replaced:
                raise ReplacedError("the stream is another one than before")
            elif feed.healthy and not feed.backlog and time.monotonic() - idle_since > 1.0:
                return
            elif time.monotonic() - idle_since > 60:
                raise ConnectionError(feed.trouble or "the stream does not answer")
    finally:
        feed.stop()


class Stream:
    """What the stream says about itself."""

    def __init__(self, name: str) -> None:
        self.wire = connect(settings.NATS_ADDRESS, f"chengguan-{name}")
        self.inbox = f"_INBOX.{secrets.token_hex(8)}"
        self.wire.subscribe(self.inbox, ANSWERS)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.wire.close()

    def ask(self, verb: str, body: Any) -> dict[str, Any]:
        return self.wire.request(f"$JS.API.STREAM.{verb}.{STREAM}", body, self.inbox, ANSWERS)

    def info(self) -> tuple[str, int, int]:
        """(incarnation, first, last); ConnectionError when there is no stream."""
        told = self.ask("INFO", {})
        if "error" in told:
            raise ConnectionError(told["error"].get("description", "no stream"))
        return told["created"], told["state"]["first_seq"], told["state"]["last_seq"]

    def stamp(self, position: int) -> int | None:
        """When the message at `position` was received, ns; None when it is not kept."""
        told = self.ask("MSG.GET", {"seq": position})
        return None if "error" in told else nanoseconds(told["message"]["time"])


def nanoseconds(text: str) -> int:
    """RFC 3339 with up to nine decimals."""
    whole, _, rest = text.rstrip("Z").partition(".")
    return int(datetime.fromisoformat(whole + "+00:00").timestamp()) * 1_000_000_000 + int((rest or "0").ljust(9, "0"))
