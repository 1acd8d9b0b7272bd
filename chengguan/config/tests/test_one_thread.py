"""A request is answered on one thread from its first middleware to its last, and the next request gets the same one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from chengguan.cases.wording import wording
from chengguan.config import one_thread

on: list[tuple[str, int]] = []


def note(what: str) -> None:
    on.append((what, threading.get_ident()))


def first(get_response: Callable[..., Any]) -> Callable[..., Any]:
    def middleware(request: HttpRequest) -> HttpResponse:
        note("in")
        answer = get_response(request)
        note("out")
        return answer

    return middleware


def page(request: HttpRequest) -> HttpResponse:
    note("page")
    return HttpResponse("seen")


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    note("awaited")
    await sync_to_async(note)("its question")

    async def parts() -> AsyncIterator[bytes]:
        for part in (b"a", b"b"):
            await asyncio.sleep(0)
            note("part")
            yield part

    return StreamingHttpResponse(parts())


urlpatterns = [path("page", page), path("stream", stream)]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(wording, "_next_look", float("inf"))  # no question to the database
    on.clear()
    marks = {request_started: lambda **_said: note("began"), request_finished: lambda **_said: note("ended")}
    for signal, mark in marks.items():
        signal.connect(mark)
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.first", "django.middleware.common.CommonMiddleware"]):
        yield one_thread.OneThread()
    for signal, mark in marks.items():
        signal.disconnect(mark)


async def ask(door: one_thread.OneThread, address: str) -> bytes:
    sent: list[dict[str, Any]] = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        for message in asked:
            return message
        return await asyncio.Event().wait()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": f"/{address}", "query_string": b"", "headers": [(b"host", b"localhost")]}
    await asyncio.wait_for(door(scope, receive, send), 10)
    assert sent[0]["status"] == 200
    return b"".join(message.get("body", b"") for message in sent[1:])


def test_a_page_and_all_around_it_run_on_one_thread_which_the_next_page_has_too(door: one_thread.OneThread) -> None:
    async def twice() -> None:
        assert [await ask(door, "page") for _time in range(2)] == [b"seen", b"seen"]

    asyncio.run(twice())
    assert [what for what, _thread in on] == ["began", "in", "page", "out", "ended"] * 2
    assert len({thread for _what, thread in on}) == 1
    assert threading.get_ident() not in {thread for _what, thread in on}


def test_pages_asked_at_the_same_time_have_a_thread_each_and_few_of_them_stay(door: one_thread.OneThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_thread, "KEPT", 2)

    async def together() -> None:
        await asyncio.gather(*(ask(door, "page") for _each in range(5)))

    asyncio.run(together())
    assert len({thread for what, thread in on if what == "page"}) == 5
    assert len(door._waiting) == 2


def test_a_page_that_is_awaited_runs_on_the_loop_and_its_questions_on_the_requests_thread(door: one_thread.OneThread) -> None:
    assert asyncio.run(ask(door, "stream")) == b"ab"
    thread = {what: number for what, number in on}
    assert thread["awaited"] == thread["part"] == threading.get_ident()
    assert thread["its question"] == thread["in"] == thread["ended"] != thread["awaited"]


def test_a_thread_on_which_a_broken_off_request_may_still_run_is_given_to_nobody(door: one_thread.OneThread, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_given: Any) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(door, "handle", broken)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(door({}, None, None))
    assert door._waiting == []
