import json
from pathlib import Path

import msgspec
import pytest

from chengguan.protocols import chirpstack
from chengguan.protocols.topics import Topic, down_subject, parse

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data" / "lorawan" / "chirpstack_v4_event_examples.json"


def recorded(event):
    if not RECORDED.exists():
        pytest.skip("the recorded ChirpStack events are not on this machine")
    for each in json.loads(RECORDED.read_text()):
        if each["event"].startswith(f"`{event}`"):
            return json.dumps(each["json"]).encode()
    raise LookupError(event)


def test_a_recorded_uplink_keeps_identity_frame_and_reception():
    up = chirpstack.decode("up", recorded("up"))
    assert isinstance(up, chirpstack.Up)
    assert up.deduplication_id == "3ac7e3c4-4401-4b8d-9386-a5c902f9202d"
    assert up.device_info.dev_eui == "0101010101010101"
    assert (up.f_port, up.f_cnt, up.raw) == (1, 0, b"\xaa")
    assert up.time is not None
    assert up.time.isoformat().startswith("2022-07-18T09:34:15.775023")
    assert up.best is not None
    assert (up.best.rssi, up.best.snr) == (-36, 10.5)


def test_a_recorded_status_tells_the_battery():
    assert chirpstack.decode("status", recorded("status")).battery == 88.3


def test_a_device_on_mains_has_no_battery():
    body = b'{"deviceInfo":{"devEui":"01"},"externalPowerSource":true}'
    assert chirpstack.decode("status", body).battery is None


@pytest.mark.parametrize("event", chirpstack.EVENTS)
def test_every_recorded_event_is_understood(event):
    assert chirpstack.decode(event, recorded(event)).device_info.dev_eui


def test_a_recorded_confirmation_says_whether_the_device_took_it():
    ack = chirpstack.decode("ack", recorded("ack"))
    assert ack.acknowledged
    assert ack.queue_item_id == "1bbcab1d-6ec6-4136-b3f5-d63be1dc08de"


def test_wrong_types_and_no_json_are_told_apart():
    with pytest.raises(msgspec.ValidationError):
        chirpstack.decode("up", b'{"deviceInfo":{"devEui":5}}')
    with pytest.raises(msgspec.DecodeError):
        chirpstack.decode("up", b"up")


def test_a_topic_says_whose_message_it_is():
    assert parse("zhcg.up.C-012.street_lights.L-004711") == Topic("reading", "C-012", "street_lights", "L-004711")
    assert parse("zhcg.up.C-012._.status") == Topic("gateway", "C-012", what="status")
    assert parse("zhcg.up.C//1.manholes.M") == Topic("reading", "C.1", "manholes", "M")
    up = parse("application.17c82e96.device.0101010101ABCDEF.event.up")
    assert up == Topic("chirpstack", "17c82e96", device="0101010101abcdef", what="up")
    assert parse("zhcg.up.C-012.street_lights") is None
    assert parse("application.1.device.2.command.down") is None


def test_a_dot_in_a_key_survives_the_way_down():
    assert down_subject("C.1", "_", "resend") == "zhcg.down.C//1._.resend"
