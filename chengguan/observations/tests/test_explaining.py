"""Why a message lies in quarantine is said in words an operator understands, whatever the decoder said. (M-08)"""

from __future__ import annotations

import re

import msgspec
import pytest

from chengguan.observations.explaining import explained
from chengguan.observations.reasons import REASONS
from chengguan.protocols import chirpstack
from chengguan.protocols.message import LARGEST, decode_batch

OURS = {
    b"hello": "从第",
    b'{"seq": 1, "v": {"power": 1': "截断",
    b'{"v": {"power": "a lot"}}': "字段 v 应是数字，收到的是文字",
    b"[1, 2]": "整条报文应是对象，收到的是数组",
    b'{"seq": -1}': "字段 seq 应是不小于 0 的整数",
    b'{"seq": 9007199254740993}': "字段 seq 应是不大于",
    b'{"t": "yesterday"}': "字段 t 不是合法的时间",
    b'{"t": "2026-01-01T00:00:00"}': "时间 t 没有写时区",
    b"x" * (LARGEST + 1): "最多 65536 字节",
}
EVENTS = {
    b"{}": "缺少字段 deviceInfo",
    b'{"deviceInfo": {"devEui": 5}}': "字段 deviceInfo.devEui 应是文字，收到的是整数",
    b'{"deviceInfo": {"devEui": "1"}, "fCnt": 4294967296}': "字段 fCnt 应是",
    b'{"deviceInfo": {"devEui": "1"}, "time": "noon"}': "字段 time 不是合法的时间",
}
TOLD = {
    ("out_of_range", "power = 1e+09, 0 … 400"): "power 是 1e+09，可信的范围是 0 到 400",
    ("clock_future", "+315360000 s"): "快 3650 天",
    ("clock_past", "-2592000 s"): "30 天之前",
    ("contradiction", "1 / 2"): "同一时刻先报 1，又报 2",
    ("unknown_metric", "happiness"): "没有名为 happiness 的监测指标",
    ("no_values", "fPort 7"): "端口 7",
    ("wrong_type", "ValueError: a short status has 1 byte, not 0"): "与它的型号的格式不符",
    ("wrong_type", "deduplicationId: 7"): "不是合法的编号：7",
    ("foreign_gateway", "0101010101010102"): "另一台设备：0101010101010102",
    ("failed", "DataError: integer out of range (save)"): "交给维护人员",
}


@pytest.mark.parametrize("payload", OURS, ids=lambda each: each[:20].decode())
def test_what_our_decoder_says_becomes_a_sentence(payload: bytes) -> None:
    [(reason, detail)] = decode_batch([payload]).wrong.values()
    assert OURS[payload] in explained(reason, detail), detail


@pytest.mark.parametrize("payload", EVENTS, ids=lambda each: each[:60].decode())
def test_what_is_said_of_a_chirpstack_event_becomes_a_sentence(payload: bytes) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        chirpstack.decode("up", payload)
    assert EVENTS[payload] in explained("wrong_type", str(error.value)), error.value


@pytest.mark.parametrize("told", TOLD, ids=lambda each: each[0])
def test_every_other_detail_becomes_a_sentence(told: tuple[str, str]) -> None:
    assert TOLD[told] in explained(*told)


@pytest.mark.parametrize("reason", REASONS)
def test_no_reason_leaves_the_operator_with_english_alone(reason: str) -> None:
    said = explained(reason, "Something nobody foresaw") or str(REASONS[reason])
    assert re.search("[\u4e00-\u9fff]", said)
