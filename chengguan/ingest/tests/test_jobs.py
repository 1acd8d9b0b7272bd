from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from chengguan.alarms.models import Alarm
from chengguan.alarms.services import sync_rules
from chengguan.ingest.jobs import CALM, forget, make_durable, same_moment, watch
from chengguan.ingest.ledger import HISTORY, NOW, Place, lowest_position, set_place
from chengguan.observations.models import GatewaySequence, SinkReport, Throttling
from chengguan.things.models import Device, Gateway


@pytest.mark.django_db
def test_the_stream_is_purged_only_below_what_every_sink_has_done():
    assert lowest_position() is None
    set_place(NOW, Place("a", {0: 90, 1: 95}))
    assert lowest_position() is None
    set_place(HISTORY, Place("a", {0: 50, 1: 95}))
    assert lowest_position() == ("a", 50)
    set_place(HISTORY, Place("b", {0: 50}))
    assert lowest_position() is None


@pytest.mark.django_db(transaction=True)
def test_positions_can_be_forced_onto_the_disk():
    def flushed() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
            return int(cursor.fetchone()[0])

    before = flushed()
    make_durable()
    assert flushed() > before


def test_a_stream_is_recognised_by_its_time_of_creation_however_written():
    assert same_moment("2026-11-22 14:43:03.123000+00:00", "2026-11-22T14:43:03.123456789Z")
    assert not same_moment("2026-11-22 14:43:04+00:00", "2026-11-22T14:43:03.123456789Z")


@pytest.mark.django_db
def test_a_history_that_takes_nothing_is_an_alarm_until_it_takes_again():
    sync_rules()
    SinkReport.objects.create(sink=HISTORY, owner="here", at=timezone.now(), figures={"paused": "历史库磁盘已满"})
    watch()
    watch()
    alarm = Alarm.objects.get(rule="history_paused")
    assert (alarm.severity, alarm.text, alarm.active) == (1, "历史库磁盘已满", True)
    SinkReport.objects.update(figures={"paused": ""})
    watch()
    alarm.refresh_from_db()
    assert not alarm.active


@pytest.mark.django_db
def test_a_device_that_floods_is_named_until_it_has_been_calm():
    sync_rules()
    gateway = Gateway.objects.create(key="C-1", name="一号箱", subsystem="street_lights")
    device = Device.objects.create(gateway=gateway, subsystem="street_lights", key="L-1", model="lamp_controller", name="一号灯")
    now = timezone.now()
    row = Throttling.objects.create(device=device, since=now, until=now + timedelta(minutes=1), dropped=900)
    watch()
    alarm = Alarm.objects.get(rule="device_flooding")
    assert alarm.device == device
    assert "900" in alarm.text
    row.until = now - timedelta(minutes=1)
    row.save()
    watch()
    alarm.refresh_from_db()
    assert alarm.active
    row.until = now - CALM - timedelta(minutes=1)
    row.save()
    watch()
    alarm.refresh_from_db()
    assert not alarm.active


@pytest.mark.django_db
def test_epochs_of_a_gateway_gone_by_are_forgotten_after_a_day():
    now = timezone.now()
    for gateway, epoch, hours in (("C-1", 1, 30), ("C-1", 2, 20), ("C-1", 3, 1), ("C-2", 1, 500)):
        GatewaySequence.objects.create(gateway=gateway, epoch=epoch, seen_at=now - timedelta(hours=hours))
    forget()
    left = set(GatewaySequence.objects.values_list("gateway", "epoch"))
    assert left == {("C-1", 2), ("C-1", 3), ("C-2", 1)}, "the last of a gateway stays"


def test_a_sink_that_stands_still_is_no_sign_of_life():
    from chengguan.ingest.role import STILL_S, Ingest

    role = Ingest([0])
    assert role.moves()
    role.history.moved_at -= STILL_S + 1
    assert not role.moves()
