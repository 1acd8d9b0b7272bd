"""The steps of the pipeline, each rule by itself, without a broker."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from chengguan.ingest.batch import Batch, Captured
from chengguan.ingest.checks import BURST, Buckets
from chengguan.ingest.directory import Directory
from chengguan.ingest.ledger import NOW, place
from chengguan.ingest.tests.steps import LAMP, latest, reasons
from chengguan.ingest.tests.town import NOW_MS, body, captured, subject
from chengguan.observations.models import GatewaySequence, Quarantine, Rejection, Throttling
from chengguan.things.models import Command, Device

pytestmark = pytest.mark.django_db


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


def test_numbers_missing_for_too_long_are_given_up(river):
    river.take((subject(LAMP), body(1, NOW_MS, power=1)), (subject(LAMP), body(4, NOW_MS + 3, power=4)))
    assert river.situation.forget(NOW_MS + 10 * 60_000) == []
    [counter] = river.situation.forget(NOW_MS + 16 * 60_000)
    assert (counter.lost, counter.gaps, counter.recorded) == (2, [], 4)


def test_the_history_does_not_read_again_what_was_rejected(river, monkeypatch):
    """A message that broke the batch of the one sink would break the other's too, for ever."""
    from chengguan.ingest import again, decode

    really = decode.decode_batch

    def breaks(payloads):
        if b"poison" in payloads:
            raise ArithmeticError
        return really(payloads)

    monkeypatch.setattr(decode, "decode_batch", breaks)
    messages = captured((subject(LAMP), body(1, NOW_MS, power=1)), (subject(LAMP), b"poison"), (subject(LAMP), body(3, NOW_MS + 1, power=3)))
    piece = again.read_again(messages, Directory(), {2}, "a", 0)
    assert (piece.after, piece.last, piece.value.tolist()) == (0, 3, [1.0, 3.0])
    nothing = again.read_again(messages[1:2], Directory(), {2}, "a", 1)
    assert (nothing.after, nothing.last, len(nothing)) == (1, 2, 0)


def test_a_message_from_a_backup_counts_from_when_it_first_came(river):
    first = NOW_MS - 10 * 86_400_000
    put_back = Captured(1, NOW_MS * 1_000_000, f"up.0.{subject(LAMP)}", body(1, power=7), {"Chengguan-Received": str(first)})
    batch = Batch([put_back])
    for _name, step in river.situation.steps:
        step(batch)
    assert (batch.reason.tolist(), batch.t.tolist()) == ([0], [first])


def test_a_device_says_that_it_could_not_do_what_it_was_told(river):
    lamp = Device.objects.get(key=LAMP)
    soon = timezone.now() + timedelta(minutes=1)
    command = Command.objects.create(device=lamp, name="on", state="sent", expires_at=soon, expect={"metric": "on", "value": 1}, waiting=[lamp.pk])
    batch = river.take((subject(LAMP), json.dumps({"seq": 1, "ack": command.pk, "error": "relay stuck"}).encode()))
    assert reasons(batch) == []
    command.refresh_from_db()
    assert (command.state, command.failure) == ("failed", "relay stuck")
