"""Open screens are told to look again; only on topics that person may follow, and without holding a connection."""

import asyncio

import pytest

from chengguan.console import api
from chengguan.console.tests.duty import signed_in
from tests.small_town import person


@pytest.mark.parametrize("username, topics", [("duty", {"alarms", "cases", "devices"}), ("inspect", {"cases", "devices"})])
def test_topics_are_limited_to_what_the_person_may_see(town, username, topics):
    assert api.allowed(person(username), "alarms,cases,devices,nonsense") == topics


def test_nothing_to_follow_is_refused(town):
    assert signed_in("inspect").get("/live?topics=operations").status_code == 403


def test_strangers_are_refused(town, client):
    assert client.get("/live?topics=alarms", headers={"Accept": "text/event-stream"}).status_code == 401


def test_a_broker_that_is_away_ends_the_stream_with_lost(town, settings):
    settings.NATS_ADDRESS = ""

    async def first():
        api.HINTS._client = None
        return [event async for event in api.stream(person_, frozenset({"alarms"}))]

    person_ = person("duty")
    assert asyncio.run(first()) == [b"event: lost\ndata: {}\n\n"]


@pytest.mark.engines
def test_a_hint_reaches_the_open_screen(town, broker):
    from chengguan.engines import nats

    who = person("duty")

    async def listen():
        stream = api.stream(who, frozenset({"alarms"}))
        assert b"event: ready" in await anext(stream)
        hearing = asyncio.ensure_future(anext(stream))
        for _attempt in range(20):  # a hint never waits, and is lost while its sender still connects
            for topic in ("cases", "alarms"):
                nats.publish_hint(topic, {"ids": [7]})
            if (await asyncio.wait({hearing}, timeout=0.5))[0]:
                break
        heard = await asyncio.wait_for(hearing, 1)
        await stream.aclose()
        return heard

    assert asyncio.run(listen()) == b'event: hint\ndata: {"topic":"alarms","about":{"ids":[7]}}\n\n'
    assert api.HINTS.screens == 0


def test_a_notice_rings_for_those_it_is_for_and_names_nobody(town, monkeypatch):
    """Two hints, of which only the second is for this person."""
    who = person("duty")
    screens = asyncio.Queue()
    for accounts in ([who.account_id + 1], [who.account_id, who.account_id + 1]):
        screens.put_nowait(("notices", {"accounts": accounts}))

    async def there() -> bool:
        return True

    monkeypatch.setattr(api.HINTS, "connect", there)
    monkeypatch.setattr(api.HINTS, "listen", lambda topics: screens)

    async def first():
        stream = api.stream(who, frozenset({"notices"}))
        assert b"event: ready" in await anext(stream)
        heard = await asyncio.wait_for(anext(stream), 3)
        await stream.aclose()
        return heard

    assert asyncio.run(first()) == b'event: hint\ndata: {"topic":"notices","about":{}}\n\n'
    assert screens.empty()
