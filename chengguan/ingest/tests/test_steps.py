"""The steps of the pipeline, each rule by itself, without a broker."""

from __future__ import annotations

import json

import pytest

from chengguan.ingest.batch import Batch, Captured
from chengguan.ingest.checks import BURST, Buckets
from chengguan.ingest.commit import commit
from chengguan.ingest.commit import entry as entry_of
from chengguan.ingest.directory import Directory
from chengguan.ingest.ledger import NOW, Place, place, set_place
from chengguan.ingest.situation import Situation
from chengguan.ingest.tests.town import NOW_MS, body, build, captured, subject
from chengguan.observations.models import FrameCounter, GatewaySequence, LatestState, Quarantine, Rejection, Throttling
from chengguan.things.models import Device

pytestmark = pytest.mark.django_db


class River:
    """Takes messages as the *now* sink would, each call one batch."""

    def __init__(self):
        self.place = Place("test", {0: 0})
        set_place(NOW, self.place)
        self.situation = Situation()
        self.at = 0

    def take(self, *messages, at=None, restart=False):
        if restart:
            self.situation = Situation()
        first = self.place.highest + 1
        batch = Batch(captured(*messages, first=first, at=at))
        for _, step in self.situation.steps:
            step(batch)
        from chengguan.ingest.now import Now

        outcome = self.situation.watch.judge(Now._columns(None, batch, self.situation))
        touched = self.situation.state.take(batch)
        self.place = commit(batch, self.situation, outcome, touched, self.place)
        return batch


@pytest.fixture
def river():
    build()
    return River()


def reasons(batch):
    return [reason for _, reason in batch.refused()]


LAMP = "L-01-001"


def latest(key=LAMP):
    return LatestState.objects.get(device__key=key)


def test_a_reading_becomes_the_latest_state(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=83.5, voltage=229.4)))
    row = latest()
    assert row.values == {"power": 83.5, "voltage": 229.4}
    assert round(row.measured_at.timestamp() * 1000) == NOW_MS
    assert place(NOW, [0]).highest == 1


def test_values_of_two_messages_are_merged_and_survive_a_restart(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=83.5)))
    river.take((subject(LAMP), body(2, NOW_MS + 1000, voltage=230.0)), restart=True)
    assert latest().values == {"power": 83.5, "voltage": 230.0}
    assert latest().times == {"power": NOW_MS}


def test_a_late_reading_goes_to_the_history_but_not_to_the_latest_state(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=83.5)))
    batch = river.take((subject(LAMP), body(2, NOW_MS - 60_000, power=10.0)))
    assert reasons(batch) == []
    assert batch.late.tolist() == [True]
    assert latest().values == {"power": 83.5}


@pytest.mark.parametrize("restart", [False, True])
def test_the_same_number_of_a_gateway_is_taken_once(river, restart):
    message = (subject(LAMP), body(1, NOW_MS, power=83.5))
    river.take(message)
    batch = river.take(message, restart=restart)
    assert reasons(batch) == ["repeat"]
    assert len(batch.owner) == 0
    assert Rejection.objects.get().sequences == [2]
    assert not Quarantine.objects.exists()


def test_a_gap_is_remembered_and_filled_by_what_comes_again(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=1)), (subject(LAMP), body(4, NOW_MS + 3, power=4)))
    row = GatewaySequence.objects.get(gateway="G01")
    assert (row.highest, [gap[:2] for gap in row.gaps]) == (4, [[2, 3]])
    batch = river.take((subject(LAMP), body(2, NOW_MS + 1, power=2)), restart=True)
    assert reasons(batch) == []
    row.refresh_from_db()
    assert [gap[:2] for gap in row.gaps] == [[3, 3]]
    assert reasons(river.take((subject(LAMP), body(2, NOW_MS + 1, power=2)))) == ["repeat"]


def test_a_counter_that_begins_again_is_not_a_repeat(river):
    river.take(*[(subject(LAMP), body(n, NOW_MS + n, power=n)) for n in (1, 2, 3)])
    batch = river.take((subject(LAMP), body(1, NOW_MS + 5000, power=9)))
    assert reasons(batch) == []
    assert reasons(river.take((subject(LAMP), body(1, NOW_MS + 5000, power=9)))) == ["repeat"]
    assert GatewaySequence.objects.get(gateway="G01").restart == 1


def test_an_epoch_has_numbers_of_its_own(river):
    old, new = {"seq": 1, "t": NOW_MS, "v": {"power": 1}}, {"seq": 1, "epoch": 7, "t": NOW_MS - 9, "v": {"voltage": 2}}
    batch = river.take((subject(LAMP), json.dumps(old).encode()), (subject(LAMP), json.dumps(new).encode()))
    assert reasons(batch) == []
    assert set(GatewaySequence.objects.values_list("epoch", flat=True)) == {0, 7}


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


def test_the_same_moment_told_again_under_another_number_is_a_repeat(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=1)))
    assert reasons(river.take((subject(LAMP), body(2, NOW_MS, power=1)))) == ["repeat"]


def test_a_flooding_device_is_throttled_and_named_and_others_are_not(river):
    river.situation.buckets = Buckets(len(river.situation.directory.devices), rate=1, burst=5)
    flood = [(subject(LAMP), body(n, NOW_MS + n, power=n)) for n in range(1, 11)]
    batch = river.take(*flood, (subject("L-01-002"), body(11, NOW_MS, power=1)))
    assert reasons(batch) == ["flood"] * 5
    row = Throttling.objects.get()
    assert (row.device.key, row.dropped) == (LAMP, 5)
    assert GatewaySequence.objects.get(gateway="G01").highest == 11
    assert latest("L-01-002").values == {"power": 1}


def test_a_gateway_may_send_ten_minutes_again_without_being_throttled():
    assert BURST >= 600


def uplink(**more):
    told = {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "deviceInfo": {"devEui": "0101010101010101"},
        "fPort": 2,
        "fCnt": 10,
        "data": "AQUAHjIA0g==",
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -36, "snr": 10.5}],
    }
    return json.dumps(told | more).encode()


UP = "application.app.device.0101010101010101.event.up"


def test_a_lorawan_uplink_becomes_readings_once(river):
    batch = river.take((UP, uplink()))
    assert reasons(batch) == []
    values = latest("0101010101010101").values
    assert (values["opened"], values["tilt"], values["signal"]) == (1, 5, -36)
    assert reasons(river.take((UP, uplink()), restart=True)) == ["repeat"]


def test_what_is_older_than_any_repeat_is_forgotten(river):
    day = 24 * 3600 * 1000
    late = "3ac7e3c4-4401-4b8d-9386-a5c902f9202e"
    river.take((UP, uplink()))
    river.take((UP, uplink(deduplicationId=late, fCnt=11)), at=NOW_MS + 3600_000)
    epochs = [{"seq": 1, "epoch": epoch, "t": NOW_MS + epoch, "v": {"power": epoch}} for epoch in (1, 2, 3)]
    river.take(*[(subject(LAMP), json.dumps(each).encode()) for each in epochs], at=NOW_MS)
    assert len(river.situation.sequences.older) == 2
    river.situation.forget(NOW_MS + day - 1000)
    assert (len(river.situation.uplinks), len(river.situation.sequences.older)) == (2, 2)
    river.situation.forget(NOW_MS + day + 1000)
    assert list(river.situation.uplinks) == [late]
    assert river.situation.sequences.older == {}
    assert river.situation.sequences.current[0].epoch == 3


def test_numbers_missing_for_too_long_are_given_up(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=1)), (subject(LAMP), body(4, NOW_MS + 3, power=4)))
    assert river.situation.forget(NOW_MS + 10 * 60_000) == []
    [counter] = river.situation.forget(NOW_MS + 16 * 60_000)
    assert (counter.lost, counter.gaps, counter.recorded) == (2, [], 4)


def test_frames_missed_on_the_air_are_counted_and_not_asked_for(river):
    other = "3ac7e3c4-4401-4b8d-9386-a5c902f9202e"
    river.take((UP, uplink()))
    river.take((UP, uplink(deduplicationId=other, fCnt=14)), restart=True)
    row = FrameCounter.objects.get()
    assert (row.missed, row.received, row.counter) == (3, 2, 14)


def test_a_lorawan_status_tells_the_battery(river):
    body_ = json.dumps({"deviceInfo": {"devEui": "0101010101010101"}, "batteryLevel": 88.3}).encode()
    river.take((UP.replace(".up", ".status"), body_))
    assert latest("0101010101010101").battery == 88.3


def test_a_join_starts_the_frame_counter_again(river):
    river.take((UP, uplink()))
    river.take((UP.replace(".up", ".join"), json.dumps({"deviceInfo": {"devEui": "0101010101010101"}}).encode()))
    river.take((UP, uplink(deduplicationId="3ac7e3c4-4401-4b8d-9386-a5c902f9202f", fCnt=0)))
    assert FrameCounter.objects.get().missed == 0


def test_a_disabled_device_is_quarantined(river):
    Device.objects.filter(key=LAMP).update(enabled=False)
    assert reasons(river.take((subject(LAMP), body(1, NOW_MS, power=1)), restart=True)) == ["disabled"]


def test_a_quarantine_flood_of_one_gateway_is_bounded(river):
    river.situation.entries = Buckets(len(river.situation.directory.gateways) + 1, 0.1, 3)
    river.take(*[(subject(LAMP), b"garbage") for _ in range(10)], (subject("L-02-001"), b"garbage"))
    assert Quarantine.objects.filter(gateway_key="G01").count() == 3
    assert Quarantine.objects.filter(gateway_key="G02").count() == 1


def test_the_history_does_not_read_again_what_was_rejected(river, monkeypatch):
    """A message that broke the batch of the one sink would break the other's too, for ever."""
    from chengguan.ingest import decode, history

    really = decode.decode_batch

    def breaks(payloads):
        if b"poison" in payloads:
            raise ArithmeticError
        return really(payloads)

    monkeypatch.setattr(decode, "decode_batch", breaks)
    messages = captured((subject(LAMP), body(1, NOW_MS, power=1)), (subject(LAMP), b"poison"), (subject(LAMP), body(3, NOW_MS + 1, power=3)))
    piece = history.read_again(messages, Directory(), {2}, "a", 0)
    assert (piece.after, piece.last, piece.value.tolist()) == (0, 3, [1.0, 3.0])
    nothing = history.read_again(messages[1:2], Directory(), {2}, "a", 1)
    assert (nothing.after, nothing.last, len(nothing)) == (1, 2, 0)


def test_a_message_from_a_backup_counts_from_when_it_first_came(river):
    first = NOW_MS - 10 * 86_400_000
    put_back = Captured(1, NOW_MS * 1_000_000, f"up.0.{subject(LAMP)}", body(1, power=7), {"Chengguan-Received": str(first)})
    batch = Batch([put_back])
    for _name, step in river.situation.steps:
        step(batch)
    assert (batch.reason.tolist(), batch.t.tolist()) == ([0], [first])


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
