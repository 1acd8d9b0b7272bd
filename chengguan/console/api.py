"""Hints for open screens, as server-sent events: "look again", never the data itself.

One NATS subscription serves all screens of this process; no database connection is held while a screen
listens. Events: `ready`, `hint` {"topic", "about"}, `beat` every few seconds, `lost` when the broker is away
(the screen says so and comes again), `bye` when it is time to sign in anew.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from chengguan.engines import nats
from chengguan.people.access import Request
from chengguan.people.selectors import Who, may

TOPICS = {
    "alarms": "alarms.see",
    "cases": "cases.see",
    "devices": "things.see",
    "positions": "map.see",
    "operations": "observations.operations",
    "notices": "",  # one's own
}
BEAT_S = 5.0
LONGEST_S = 15 * 60
WAITING = 200

logger = logging.getLogger(__name__)
Hint = tuple[str, Any]


class Hints:
    """The one subscription of this process, handed on to every open screen."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Any = None
        self._screens: dict[asyncio.Queue[Hint], frozenset[str]] = {}
        self._lock: asyncio.Lock | None = None

    async def connect(self) -> bool:
        """Subscribed and connected. False when the broker is away."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # a process has one loop; tests have many
            self._loop, self._client, self._lock, self._screens = loop, None, asyncio.Lock(), {}
        assert self._lock is not None
        async with self._lock:
            if self._client is None or self._client.is_closed:
                try:
                    client = await asyncio.wait_for(nats.connect("live"), 5)
                    await client.subscribe("zhcg.hint.>", cb=self._hear)
                except (OSError, TimeoutError) as trouble:
                    logger.warning("live screens wait for the broker: %s", trouble)
                    return False
                self._client = client
        return self.connected

    @property
    def connected(self) -> bool:
        return bool(self._client is not None and self._client.is_connected)

    async def _hear(self, message: Any) -> None:
        topic = message.subject.rsplit(".", 1)[-1]
        try:
            about = msgspec.json.decode(message.data) if message.data else {}
        except msgspec.DecodeError:
            about = {}
        for queue, topics in list(self._screens.items()):
            if topic in topics and not queue.full():  # a full queue already says "look again"
                queue.put_nowait((topic, about))

    def listen(self, topics: frozenset[str]) -> asyncio.Queue[Hint]:
        queue: asyncio.Queue[Hint] = asyncio.Queue(WAITING)
        self._screens[queue] = topics
        return queue

    def leave(self, queue: asyncio.Queue[Hint]) -> None:
        self._screens.pop(queue, None)

    @property
    def screens(self) -> int:
        return len(self._screens)


HINTS = Hints()


def allowed(who: Who, asked: str) -> frozenset[str]:
    """Those of the topics asked for (comma separated) that this person may follow."""
    names = {name.strip() for name in asked.split(",")} & set(TOPICS)
    return frozenset(name for name in names if not TOPICS[name] or may(who, TOPICS[name]))


def _event(name: str, data: Any = None) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data if data is not None else {}))


async def stream(who: Who, topics: frozenset[str]) -> AsyncIterator[bytes]:
    """Events for one screen until it leaves, the broker is lost, or it is time to ask again who this is."""
    if not await HINTS.connect():
        yield _event("lost")
        return
    queue = HINTS.listen(topics)
    until = time.monotonic() + LONGEST_S
    try:
        yield b"retry: 2000\n\n" + _event("ready", sorted(topics))
        while time.monotonic() < until:
            try:
                topic, about = await asyncio.wait_for(queue.get(), BEAT_S)
            except TimeoutError:
                yield _event("beat") if HINTS.connected else _event("lost")
                if not HINTS.connected:
                    return
                continue
            if topic == "notices":
                if who.account_id not in about.get("accounts", (who.account_id,)):
                    continue
                about = {}  # who else was told is nobody's business
            yield _event("hint", {"topic": topic, "about": about})
        yield _event("bye")
    finally:
        HINTS.leave(queue)


@require_GET
async def live(request: Request) -> HttpResponse | StreamingHttpResponse:
    """GET /live?topics=alarms,cases"""
    who: Who = request.who
    topics = allowed(who, request.GET.get("topics", ""))
    if who.is_anonymous or not topics:
        return JsonResponse({"detail": _("没有可以订阅的实时内容。")}, status=403)
    await sync_to_async(connections.close_all)()  # a screen may stay open all day; it needs no database
    answer = StreamingHttpResponse(stream(who, topics), content_type="text/event-stream")
    answer["Cache-Control"] = "no-cache, no-transform"
    answer["X-Accel-Buffering"] = "no"
    return answer


urlpatterns = [path("live", live, name="live")]
