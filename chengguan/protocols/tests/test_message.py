import json

import pytest

from chengguan.protocols.message import LARGEST, NO_TIME, decode_batch

GOOD = b'{"seq":1,"t":1764230400000,"v":{"power":83.1,"on":1},"ack":17}'
WRONG = {
    "not JSON": (b"power=83", "not_json"),
    "empty": (b"", "not_json"),
    "not text": (b"\xff\x00", "not_json"),
    "NaN": (b'{"seq":1,"t":1,"v":{"power":NaN}}', "not_json"),
    "infinite": (b'{"seq":1,"t":1,"v":{"power":1e999}}', "wrong_type"),
    "a text for a number": (b'{"seq":1,"t":1,"v":{"power":"83"}}', "wrong_type"),
    "a truth for a number": (b'{"seq":1,"t":1,"v":{"power":true}}', "wrong_type"),
    "null for a number": (b'{"seq":1,"t":1,"v":{"power":null}}', "wrong_type"),
    "a list": (b"[]", "wrong_type"),
    "half a number of sequence": (b'{"seq":1.5,"v":{}}', "wrong_type"),
    "sequence beyond all numbers": (b'{"seq":123456789012345678901234567890,"v":{}}', "wrong_type"),
    "negative sequence": (b'{"seq":-1,"v":{}}', "wrong_type"),
    "time without offset": (b'{"seq":1,"t":"2026-11-22T10:00:00","v":{"power":1}}', "wrong_type"),
    "time that is none": (b'{"seq":1,"t":"yesterday","v":{"power":1}}', "wrong_type"),
    "too large": (b'{"seq":1,"v":{"power":1},"x":"' + b"x" * LARGEST + b'"}', "too_large"),
    "a megabyte": (b"x" * 2**20, "too_large"),
    "nested without end": (b'{"x":' + b"[" * 20000, "not_json"),
}


def test_a_batch_becomes_columns():
    out = decode_batch([GOOD, b'{"seq":2,"v":{"power":1}}', b'{"seq":3,"t":"2026-11-22T18:00:00+08:00","epoch":2}'])
    assert out.seq == [1, 2, 3]
    assert out.epoch == [0, 0, 2]
    assert out.t == [1764230400000, NO_TIME, 1795341600000]
    assert out.width == [2, 1, 0]
    assert out.keys == ["power", "on", "power"]
    assert out.values == [83.1, 1.0, 1.0]
    assert out.acks == {0: 17}
    assert out.wrong == {}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_message_is_named_and_spoils_no_other(name):
    payload, reason = WRONG[name]
    out = decode_batch([GOOD, payload, GOOD])
    assert {at: why for at, (why, _) in out.wrong.items()} == {1: reason}
    assert out.values[:2] == out.values[-2:] == [83.1, 1.0]
    assert out.seq[0] == out.seq[2] == 1


def test_two_objects_in_one_payload_cannot_shift_the_others():
    out = decode_batch([b'{"seq":1,"v":{"a":1}},{"seq":9,"v":{"a":9}}', b'{"seq":2,"v":{"a":2}}', b" "])
    assert set(out.wrong) == {0, 2}
    assert out.seq[1] == 2
    assert out.values == [2.0]


def test_every_message_of_the_documented_form_survives_unknown_fields():
    assert decode_batch([json.dumps({"seq": 1, "v": {}, "firmware": "2.1"}).encode()]).wrong == {}
