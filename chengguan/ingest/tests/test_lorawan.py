"""ChirpStack's uplinks, statuses and joins through the steps of the pipeline."""

from __future__ import annotations

import json

import pytest

from chengguan.ingest.tests.steps import LAMP, UP, latest, reasons, uplink
from chengguan.ingest.tests.town import NOW_MS, subject
from chengguan.observations.models import FrameCounter

pytestmark = pytest.mark.django_db


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
