"""What cannot be taken is set aside with its reason, and blocks nothing."""

from __future__ import annotations

import pytest

from chengguan.ingest.batch import Batch
from chengguan.ingest.checks import Buckets
from chengguan.ingest.commit import entry as entry_of
from chengguan.ingest.tests.steps import LAMP, latest, reasons
from chengguan.ingest.tests.town import NOW_MS, body, captured, subject
from chengguan.observations.models import GatewaySequence, Quarantine
from chengguan.things.models import Device

pytestmark = pytest.mark.django_db


WRONG = {
    "not JSON": (subject(LAMP), b"hello", "not_json"),
    "wrong types": (subject(LAMP), b'{"seq":2,"v":{"power":"a lot"}}', "wrong_type"),
    "NaN": (subject(LAMP), b'{"seq":2,"v":{"power":NaN}}', "not_json"),
    "a megabyte": (subject(LAMP), b'{"seq":2,"x":"' + b"x" * 2**20 + b'"}', "too_large"),
    "unknown device": (subject("L-01-999"), body(2, NOW_MS, power=1), "unknown_device"),
    "unknown gateway": (subject(LAMP, "G99"), body(2, NOW_MS, power=1), "unknown_gateway"),
    "another gateway's device": (subject(LAMP, "G02"), body(2, NOW_MS, power=1), "foreign_gateway"),
    "ten years ahead": (subject(LAMP), body(2, NOW_MS + 10 * 365 * 86_400_000, power=1), "clock_future"),
    "a month late": (subject(LAMP), body(2, NOW_MS - 30 * 86_400_000, power=1), "clock_past"),
    "unknown metric": (subject(LAMP), body(2, NOW_MS, happiness=1), "unknown_metric"),
    "unbelievable": (subject(LAMP), body(2, NOW_MS, power=1e9), "out_of_range"),
    "no values": (subject(LAMP), body(2, NOW_MS), "no_values"),
    "no deduplicationId": (
        "application.app.device.0101010101010101.event.up", b'{"deviceInfo":{"devEui":"0101010101010101"},"deduplicationId":"7"}', "wrong_type"
    ),
    "an application of nobody": (
        "application.none.device.0101010101010101.event.up", b'{"deviceInfo":{"devEui":"0101010101010101"}}', "unknown_gateway"
    ),
    "another application's device": (
        "application.other.device.0101010101010101.event.up", b'{"deviceInfo":{"devEui":"0101010101010101"}}', "foreign_gateway"
    ),
    "a frame counter beyond 32 bits": (
        "application.app.device.0101010101010101.event.up",
        b'{"deviceInfo":{"devEui":"0101010101010101"},"fPort":2,"data":"AQUAHjIA0g==","fCnt":4294967296}', "wrong_type"
    ),
    "a frame counter beyond 64 bits": (
        "application.app.device.0101010101010101.event.up",
        b'{"deviceInfo":{"devEui":"0101010101010101"},"fPort":2,"data":"AQUAHjIA0g==","fCnt":1' + b"0" * 30 + b"}", "wrong_type"
    ),
    "a frame counter below zero": (
        "application.app.device.0101010101010101.event.up",
        b'{"deviceInfo":{"devEui":"0101010101010101"},"fPort":2,"data":"AQUAHjIA0g==","fCnt":-1}', "wrong_type"
    ),
    "a frame counter in pieces": (
        "application.app.device.0101010101010101.event.up",
        b'{"deviceInfo":{"devEui":"0101010101010101"},"fPort":2,"data":"AQUAHjIA0g==","fCnt":1.5}', "wrong_type"
    ),
    "no such topic": ("zhcg.up.G01.what", body(2, NOW_MS, power=1), "unknown_topic"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_taken_is_quarantined_with_its_reason_and_blocks_nothing(river, name):
    topic, payload, reason = WRONG[name]
    batch = river.take(
        (subject("L-02-001"), body(1, NOW_MS, power=1)), (topic, payload), (subject("L-02-002"), body(3, NOW_MS, power=2))
    )
    assert reasons(batch) == [reason]
    entry = Quarantine.objects.get()
    assert (entry.reason, entry.subject, entry.size) == (reason, topic, len(payload))
    assert bytes(entry.payload) == payload[: 64 * 1024]
    assert entry.get_reason_display() != reason
    assert latest("L-02-001").values == {"power": 1}
    assert latest("L-02-002").values == {"power": 2}


def test_a_quarantined_message_that_tells_its_number_leaves_no_gap(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=1)), (subject(LAMP), b'{"seq":2, oh'), (subject(LAMP), body(3, NOW_MS + 2, power=1)))
    assert GatewaySequence.objects.get(gateway="G01").gaps == []


def test_another_value_for_the_same_moment_is_quarantined(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=1)))
    assert reasons(river.take((subject(LAMP), body(2, NOW_MS, power=2)), restart=True)) == ["contradiction"]
    both = river.take((subject(LAMP), body(3, NOW_MS + 5, power=3)), (subject(LAMP), body(4, NOW_MS + 5, power=4)))
    assert reasons(both) == ["contradiction"]
    assert latest().values == {"power": 3}


def test_a_disabled_device_is_quarantined(river):
    Device.objects.filter(key=LAMP).update(enabled=False)
    assert reasons(river.take((subject(LAMP), body(1, NOW_MS, power=1)), restart=True)) == ["disabled"]


def test_a_quarantine_flood_of_one_gateway_is_bounded(river):
    river.situation.entries = Buckets(len(river.situation.directory.gateways) + 1, 0.1, 3)
    river.take(*[(subject(LAMP), b"garbage") for _ in range(10)], (subject("L-02-001"), b"garbage"))
    assert Quarantine.objects.filter(gateway_key="G01").count() == 3
    assert Quarantine.objects.filter(gateway_key="G02").count() == 1


def test_what_is_refused_again_after_it_was_sent_again_names_the_entry_it_was(river):
    def sent_again(at, entry):
        [one] = captured((subject("L-01-999"), body(at, NOW_MS, power=1)), first=at)
        headers = {"Chengguan-Redrive": entry, "Chengguan-Received": str(NOW_MS)}
        batch = Batch([one._replace(headers=headers)])
        for _, step in river.situation.steps:
            step(batch)
        return entry_of(batch, river.situation, river.place, 0, "unknown_device")

    assert sent_again(1, "41").again_of == 41
    assert "Chengguan" not in sent_again(2, "41").detail
    assert sent_again(3, "9" * 30).again_of is None
