"""The broker as gateways and our own roles meet it: real MQTT clients against a real nats-server."""

from __future__ import annotations

import asyncio
import subprocess
import time
from types import SimpleNamespace

import bcrypt
import nats as client_of_nats
import pytest
from django.conf import settings
from nats.js.errors import APIError

from chengguan.engines import nats, nats_server

pytestmark = pytest.mark.engines


def account(key: str, kind: str = "own", *applications: str) -> nats_server.Account:
    return nats_server.Account(key, bcrypt.hashpw(b"secret-" + key.encode(), bcrypt.gensalt(4)).decode(), kind, applications)


def publish(broker: SimpleNamespace, key: str, topic: str, payload: str, password: str | None = None) -> int:
    return subprocess.run(
        ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.mqtt_port), "-u", key, "-P", password or f"secret-{key}"]
        + ["-t", topic, "-m", payload, "-q", "1", "-i", f"test-{key}"],
        capture_output=True,
        timeout=20,
    ).returncode


async def stored(after: int = 0) -> list[tuple[int, str, bytes]]:
    """(position, subject, payload) of every message after a position, read partition by partition."""
    nc = await nats.connect("test")
    js = nc.jetstream()
    rows = []
    for number in range(nats.PARTITIONS):
        subscription = await nats.subscribe(js, number, after=after)
        try:
            while True:
                message = await subscription.next_msg(timeout=0.15)
                rows.append((message.metadata.sequence.stream, message.subject, message.data))
        except TimeoutError:
            await subscription.unsubscribe()
    await nc.close()
    return sorted(rows)


async def last_position() -> int:
    nc = await nats.connect("test")
    state = (await nc.jetstream().stream_info(nats.STREAM)).state
    await nc.close()
    return state.last_seq


@pytest.fixture
def gateways(broker: SimpleNamespace) -> SimpleNamespace:
    lora, other = account("lora", "chirpstack", "1", "77"), account("lora-2", "chirpstack", "2")
    assert nats.write_accounts([account("G01"), account("G02"), lora, other, account("lora-0", "chirpstack")])
    deadline = time.monotonic() + 10
    while publish(broker, "lora", "application/1/device/00/event/join", "{}") != 0:
        assert time.monotonic() < deadline, "accounts were not taken over"
        time.sleep(0.1)
    return broker


def test_what_a_gateway_publishes_is_stored_with_its_partition_in_the_subject(gateways: SimpleNamespace) -> None:
    before = asyncio.run(last_position())
    for number in range(3):
        assert publish(gateways, "G01", f"zhcg/up/G01/street_lights/L-{number}", f"lamp {number}") == 0
    assert publish(gateways, "lora", "application/77/device/00aa/event/up", "uplink") == 0
    rows = asyncio.run(stored(before))
    assert [nats.original(subject) for _, subject, _ in rows] == [
        *(f"zhcg.up.G01.street_lights.L-{number}" for number in range(3)),
        "application.77.device.00aa.event.up",
    ]
    assert len({nats.partition(subject) for _, subject, _ in rows[:3]}) == 1
    assert [position for position, _, _ in rows] == list(range(before + 1, before + 5))


def test_reading_begins_after_the_position_given(gateways: SimpleNamespace) -> None:
    before = asyncio.run(last_position())
    for number in range(3):
        publish(gateways, "G01", "zhcg/up/G01/street_lights/L-1", str(number))
    assert [payload for _, _, payload in asyncio.run(stored(before + 2))] == [b"2"]


def test_a_gateway_cannot_write_below_another_and_is_named(gateways: SimpleNamespace) -> None:
    before = asyncio.run(last_position())
    assert publish(gateways, "G02", "zhcg/up/G01/street_lights/L-1", "not mine") == 0  # acknowledged, not stored
    assert publish(gateways, "G02", "zhcg/down/G01/street_lights/L-1", "not mine") == 0
    assert publish(gateways, "lora", "zhcg/up/G01/street_lights/L-1", "not mine") == 0
    assert asyncio.run(stored(before)) == []
    counted = {(row.account, row.what): row for row in nats.refused()}
    assert counted["G02", "publish"].count >= 2
    assert counted["lora", "publish"].subject == "zhcg.up.G01.street_lights.L-1"


def test_a_chirpstack_server_writes_below_its_own_applications_only(gateways: SimpleNamespace) -> None:
    before = asyncio.run(last_position())
    assert publish(gateways, "lora", "application/2/device/00aa/event/up", "not mine") == 0
    assert publish(gateways, "lora-0", "application/1/device/00aa/event/up", "of none") == 0
    assert publish(gateways, "lora-2", "application/2/device/00aa/event/up", "mine") == 0
    assert [payload for _, _, payload in asyncio.run(stored(before))] == [b"mine"]
    counted = {(row.account, row.what): row for row in nats.refused()}
    assert counted["lora", "publish"].count >= 1
    assert counted["lora-0", "publish"].subject == "application.1.device.00aa.event.up"


def test_a_chirpstack_server_hears_no_commands_of_other_accounts(gateways: SimpleNamespace) -> None:
    """It subscribes to any application, as ChirpStack does."""
    listener = subprocess.Popen(
        ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(gateways.mqtt_port), "-u", "lora", "-P", "secret-lora", "-q", "0"]
        + ["-t", "application/+/device/+/command/+", "-i", "lora-listener", "-W", "3"],
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(1)
    nats.publish("application.2.device.00bb.command.down", b"for another")
    nats.publish("application.77.device.00aa.command.down", b"for me")
    assert listener.communicate()[0].split("\n") == ["for me", ""]


def test_a_wrong_password_is_refused_and_named(gateways: SimpleNamespace) -> None:
    assert publish(gateways, "G02", "zhcg/up/G02/street_lights/L-1", "x", password="guess") != 0
    assert any(row.account == "G02" and row.what == "sign-in" for row in nats.refused())


def test_a_gateway_hears_its_own_commands_only(gateways: SimpleNamespace) -> None:
    listener = subprocess.Popen(
        ["mosquitto_sub", "-h", "127.0.0.1", "-p", str(gateways.mqtt_port), "-u", "G01", "-P", "secret-G01", "-q", "1"]
        + ["-t", "zhcg/down/G01/#", "-t", "zhcg/down/G02/#", "-i", "listener", "-W", "3"],
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(1)
    nats.publish("zhcg.down.G02.street_lights.L-9", b"for another")
    nats.publish("zhcg.down.G01.street_lights.L-1", b"for me")
    assert listener.communicate()[0].split("\n") == ["for me", ""]


def test_a_gateways_key_opens_no_other_door_than_mqtt(gateways: SimpleNamespace) -> None:
    async def knock() -> None:
        address = "nats://" + settings.NATS_ADDRESS.rsplit("@", 1)[-1].removeprefix("nats://")
        client = await client_of_nats.connect(address, user="G01", password="secret-G01", allow_reconnect=False, connect_timeout=5)
        await client.close()

    assert publish(gateways, "G01", "zhcg/up/G01/street_lights/L-1", "x") == 0
    with pytest.raises(Exception, match=r"(?i)authorization"):
        asyncio.run(knock())


def test_removing_an_account_cuts_it_off_and_leaves_others(gateways: SimpleNamespace) -> None:
    stays = account("G01")
    nats.write_accounts([stays])
    deadline = time.monotonic() + 10
    while publish(gateways, "G02", "zhcg/up/G02/street_lights/L-1", "x") == 0:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert publish(gateways, "G01", "zhcg/up/G01/street_lights/L-1", "x") == 0


@pytest.mark.parametrize("key", ["", "a.b", "*", ">", "a b", 'a"', "chengguan", "zhcg.up.>"])
def test_a_key_that_would_reach_further_is_no_account(key: str) -> None:
    with pytest.raises(ValueError, match="cannot be called"):
        nats_server.accounts_text([(key, account("G01")[1], "own")])


def test_a_full_stream_refuses_new_messages_and_says_how_full_it_is(broker: SimpleNamespace) -> None:
    async def fill_it() -> float:
        nc = await nats.connect("test")
        js = nc.jetstream()
        small = nats.stream_config()
        small.max_msgs = (await js.stream_info(nats.STREAM)).state.messages + 2
        await js.update_stream(small)
        for number in range(2):
            await js.publish("zhcg.up.G01.street_lights.L-1", str(number).encode())
        with pytest.raises(APIError, match="maximum messages exceeded"):
            await js.publish("zhcg.up.G01.street_lights.L-1", b"one too many")
        share = await nats.stream_fill(js)
        await nats.ensure_stream(js)
        await nc.close()
        return share

    assert asyncio.run(fill_it()) == 1.0
    share = nats.fill()
    assert share is not None and share < 0.5


def test_a_hint_never_waits_nor_fails_when_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "NATS_ADDRESS", "nats://127.0.0.1:9")
    nats.leave()
    began = time.monotonic()
    for _ in range(5_000):
        nats.publish_hint("alarms", {"id": 1})
    assert time.monotonic() - began < 2
    nats.leave()
    assert nats._connecting is None, "nobody goes on trying to reach it"


def test_who_has_left_the_broker_comes_again_when_there_is_something_to_say(broker: SimpleNamespace) -> None:
    assert nats.fill() is not None
    first = nats._connecting
    nats.leave()
    assert first is not None and first.result().is_closed
    assert nats.fill() is not None
    assert nats._connecting is not first
