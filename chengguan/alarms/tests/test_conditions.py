"""Columns conclude what one reading at a time would have concluded."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengguan.alarms.conditions import ActiveRule, Facts, Memory, RuleSet, changed, evaluate, retire, ripe, silence
from chengguan.registry import Batch, View

METRICS = {1: "voltage", 2: "door", 3: "power", 4: "on"}
VOLTAGE = ActiveRule(
    "voltage", "lights", "threshold", (1,), {"above": 242, "clear_above": 238, "below": 187, "clear_below": 193}, 3000, 2000, frozenset({"lamp"})
)
QUICK = ActiveRule("quick", "lights", "threshold", (1,), {"above": 240})
DOOR = ActiveRule("door", "lights", "state", (2,), {"states": [1, 3]}, 2000)
HEARD: list[tuple[float, float]] = []


def is_dark(lamp: View) -> bool | None:
    if "on" not in lamp.values or "power" not in lamp.values:
        return None
    HEARD.append((lamp.values["on"], lamp.values["power"]))
    return lamp.values["on"] == 1 and lamp.values["power"] < lamp.attributes["rated_w"] * lamp.limits["share"] / 100


def may_be_dark(batch: Batch) -> Any:
    on, power = batch.said["on"], batch.said["power"]
    return ~(~np.isnan(on) & (on != 1)) & ~(power >= batch.attribute("rated_w") * batch.limits["share"] / 100)


DARK = ActiveRule("dark", "lights", "python", (3, 4), {"share": 20}, 2000, condition=is_dark, models=frozenset({"lamp"}))
LOST = ActiveRule("lost", "lights", "missing", (), {"silent_s": 60})
GATEWAY = ActiveRule("gateway", "lights", "missing", (), {"silent_s": 30}, watches="gateway", explains=("lost",))
RULES = RuleSet([VOLTAGE, QUICK, DOOR, DARK], METRICS)
SIEVED = RuleSet([VOLTAGE, QUICK, DOOR, replace(DARK, suspects=may_be_dark)], METRICS)
FACTS = {n: Facts("lights", "lamp" if n < 4 else "meter", 100 + n % 2, {"rated_w": 100}) for n in range(6)}


def frame(rows: list[tuple[int, int, int, float, int]]) -> pl.DataFrame:
    """(message, device, metric, value, seen)"""
    return pl.DataFrame(
        rows, schema={"message": pl.Int32, "device": pl.Int64, "metric": pl.Int32, "value": pl.Float64, "seen": pl.Int64}, orient="row"
    )


class Oracle:
    """One reading at a time, written plainly and slowly."""

    def __init__(self) -> None:
        self.active: dict[tuple[str, int], bool] = {}
        self.wrong_since: dict[tuple[str, int], int] = {}
        self.well_since: dict[tuple[str, int], int] = {}
        self.values: dict[int, dict[str, float]] = {}
        self.said: list[tuple[str, int, bool, int]] = []

    def message(self, device: int, at: int, readings: list[tuple[int, float]]) -> None:
        for metric, value in readings:
            self.values.setdefault(device, {})[METRICS[metric]] = value
            if metric == 1:
                if FACTS[device].model == "lamp":
                    self.judge(VOLTAGE, device, at, value > 242 or value < 187, 193 <= value <= 238)
                self.judge(QUICK, device, at, value > 240, value <= 240)
            if metric == 2:
                self.judge(DOOR, device, at, value in (1, 3), value not in (1, 3))
        values = self.values.get(device, {})
        if FACTS[device].model == "lamp" and {3, 4} & {m for m, _ in readings} and {"on", "power"} <= values.keys():
            dark = values["on"] == 1 and values["power"] < 20
            self.judge(DARK, device, at, dark, not dark)

    def judge(self, rule: ActiveRule, device: int, at: int, wrong: bool, well: bool) -> None:
        key = (rule.slug, device)
        if not self.active.get(key):
            if not wrong:
                self.wrong_since.pop(key, None)
                return
            if at - self.wrong_since.setdefault(key, at) >= rule.hold_ms:
                self.active[key] = True
                self.well_since.pop(key, None)
                self.said.append((rule.slug, device, True, at))
        elif not well:
            self.well_since.pop(key, None)
        elif at - self.well_since.setdefault(key, at) >= rule.clear_hold_ms:
            self.active[key] = False
            self.wrong_since.pop(key, None)
            self.said.append((rule.slug, device, False, at))


readings_of_a_message = st.dictionaries(
    st.sampled_from([1, 2, 3, 4]),
    st.sampled_from([0.0, 1.0, 3.0, 15.0, 25.0, 186.0, 190.0, 195.0, 238.0, 239.0, 240.0, 240.5, 243.0]),
    min_size=1,
)
messages = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2500), readings_of_a_message), max_size=60)


@settings(max_examples=150, deadline=None)
@given(messages, st.lists(st.integers(1, 9), min_size=1, max_size=8), st.sampled_from([RULES, SIEVED]))
def test_batches_however_cut_conclude_what_single_readings_do(said, sizes, rules):
    oracle, memory, found, at, position = Oracle(), Memory(), [], 1_000_000, 0
    stream = []
    for device, gap, readings in said:
        at += gap
        oracle.message(device, at, list(readings.items()))
        stream.append((device, at, readings))
    while position < len(stream):
        size = sizes[position % len(sizes)]
        batch = stream[position : position + size]
        position += size
        rows = [(n, device, metric, value, seen) for n, (device, seen, readings) in enumerate(batch) for metric, value in readings.items()]
        outcome = evaluate(rules, frame(rows), memory, FACTS)
        if position % 2:  # a restart: everything remembered goes through the latest-state rows
            memory.remember(outcome)
            fresh = Memory()
            for device in FACTS:
                fresh.load(device, memory.rule_state(device), dict(memory.values.get(device, {})))
            memory = fresh
        else:
            memory.remember(outcome)
        found += [(t.rule, t.id, t.active, t.at) for t in outcome.transitions]
    assert sorted(found) == sorted(oracle.said)


def test_a_failed_batch_leaves_no_trace():
    memory = Memory()
    rows = frame([(0, 0, 1, 243.0, 1000), (1, 0, 3, 1.0, 1000), (1, 0, 4, 1.0, 1000)])
    first = evaluate(RULES, rows, memory, FACTS)
    assert (memory.held, memory.values) == ({}, {})
    assert evaluate(RULES, rows, memory, FACTS) == first


def test_rule_state_is_written_for_touched_devices_only():
    memory = Memory()
    outcome = evaluate(RULES, frame([(0, 0, 1, 243.0, 1000), (1, 1, 1, 220.0, 1000)]), memory, FACTS)
    assert outcome.touched(RULES) == {0}
    assert memory.rule_state(0, outcome) == {"voltage": [False, 1000, None], "quick": [True, 1000, None]}


def test_a_late_reading_moves_no_rule():
    rows = frame([(0, 0, 1, 250.0, 1000)]).with_columns(late=pl.lit(True))
    assert evaluate(RULES, rows, Memory(), FACTS).transitions == []


def test_a_plain_python_rule_sees_a_message_whole():
    HEARD.clear()
    memory = Memory()
    memory.load(0, {}, {"on": 0.0, "power": 0.0})
    evaluate(RULES, frame([(0, 0, 4, 1.0, 1000), (0, 0, 3, 90.0, 1000)]), memory, FACTS)
    assert HEARD == [(1.0, 90.0)]


def gone(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "heard": pl.DataFrame({"device": [0, 1, 2], "seen": [1, 1, 95_000]}),
        "gateways": {100: ("lights", 99_000), 101: ("lights", 99_000)},
        "memory": Memory(),
        "facts": FACTS,
        "watermark": 100_000,
    }
    return given | more


def verdicts(outcome) -> list[tuple[str, int, bool]]:
    return sorted((t.rule, t.id, t.active) for t in outcome.transitions)


SILENT = RuleSet([LOST, GATEWAY], METRICS)


def test_who_was_not_heard_for_too_long_is_lost_once():
    memory = Memory()
    outcome = silence(SILENT, **gone(memory=memory))
    assert verdicts(outcome) == [("lost", 0, True), ("lost", 1, True)]
    memory.remember(outcome)
    assert verdicts(silence(SILENT, **gone(memory=memory))) == []


def test_devices_behind_a_silent_gateway_are_not_judged():
    outcome = silence(SILENT, **gone(gateways={100: ("lights", 1), 101: ("lights", 99_000)}))
    assert verdicts(outcome) == [("gateway", 100, True), ("lost", 1, True)]


def test_a_gateway_of_another_trade_is_not_this_rules():
    assert verdicts(silence(SILENT, **gone(gateways={100: ("covers", 1), 101: ("lights", 99_000)}))) == [("lost", 0, True), ("lost", 1, True)]


def test_while_nobody_could_be_heard_nobody_is_lost():
    assert verdicts(silence(SILENT, **gone(listening_since=80_000))) == []


def test_who_never_was_heard_has_the_time_of_the_rule_from_the_first_look_on():
    memory, never = Memory(), pl.DataFrame({"device": [0], "seen": [0]})
    assert verdicts(silence(SILENT, **gone(memory=memory, heard=never, gateways={100: ("lights", 0)}))) == []
    assert verdicts(silence(SILENT, **gone(memory=memory, heard=never, gateways={}, watermark=170_000))) == [("lost", 0, True)]


def test_a_device_that_speaks_again_is_found():
    memory = Memory()
    memory.remember(silence(SILENT, **gone(memory=memory)))
    outcome = evaluate(SILENT, frame([(0, 0, 1, 220.0, 101_000)]), memory, FACTS)
    assert verdicts(outcome) == [("lost", 0, False)]


def test_a_gateway_heard_again_lets_its_devices_begin_anew():
    memory = Memory()
    memory.remember(silence(SILENT, **gone(memory=memory)))
    memory.remember(silence(SILENT, **gone(memory=memory, gateways={100: ("lights", 1)})))
    back = evaluate(SILENT, frame([]), memory, FACTS, {100: 120_000})
    assert verdicts(back) == [("gateway", 100, False), ("lost", 0, False)]
    memory.remember(back)
    assert verdicts(silence(SILENT, **gone(memory=memory, gateways={}, watermark=150_000))) == []
    assert ("lost", 0, True) in verdicts(silence(SILENT, **gone(memory=memory, gateways={}, watermark=190_000)))


def test_a_rule_taken_out_of_force_lets_go_and_a_changed_limit_judges_anew():
    memory = Memory()
    memory.remember(evaluate(RULES, frame([(0, 0, 1, 241.0, 1000)]), memory, FACTS))
    assert verdicts(retire(RULES, RuleSet([VOLTAGE], METRICS), memory, 2000)) == [("quick", 0, False)]
    stricter = RuleSet([VOLTAGE, ActiveRule("quick", "lights", "threshold", (1,), {"above": 245})], METRICS)
    again = changed(RULES, stricter)
    assert set(again.rules) == {"quick"}
    assert verdicts(evaluate(again, frame([(0, 0, 1, 241.0, 3000)]), memory, FACTS)) == [("quick", 0, False)]


def test_a_hold_time_runs_out_without_another_reading():
    """A door or a lamp that reports a change once, and its next state only when it changes again."""
    memory = Memory()

    def ripe_at(at: int, **more: Any) -> dict[str, list[int]]:
        return {rule.slug: devices for rule, devices in ripe(RULES, memory, FACTS, at, **more)}

    memory.remember(evaluate(RULES, frame([(0, 0, 2, 1.0, 1000), (1, 1, 1, 243.0, 1500)]), memory, FACTS))
    assert ripe_at(2999) == {}
    assert ripe_at(3000) == {"door": [0]}
    assert ripe_at(4500) == {"door": [0], "voltage": [1]}
    assert ripe_at(4500, listening_since=2000) == {"door": [0]}
    assert list(ripe(RULES, memory, {}, 9000)) == []
    memory.remember(evaluate(RULES, frame([(0, 0, 2, 1.0, 3000), (1, 1, 1, 243.0, 4500)]), memory, FACTS))
    assert ripe_at(9000) == {}
    memory.remember(evaluate(RULES, frame([(0, 1, 1, 220.0, 5000)]), memory, FACTS))
    assert ripe_at(6999) == {}
    assert ripe_at(7000) == {"voltage": [1]}
    memory.remember(evaluate(RULES, frame([(0, 1, 1, 240.0, 6000)]), memory, FACTS))
    assert ripe_at(9000) == {}


def test_nothing_happening_costs_microseconds():
    facts = {n: Facts("lights", "lamp", 100, {"rated_w": 100}) for n in range(10_000)}
    rows = frame([(n, n, m, 220.0 if m == 1 else 90.0, 1000) for n in range(10_000) for m in (1, 3)])
    memory = Memory()
    evaluate(RULES, rows, memory, facts)
    began = time.process_time()
    for _ in range(5):
        evaluate(RULES, rows, memory, facts)
    each = (time.process_time() - began) / 5 / rows.height
    assert each < 10e-6, f"{each * 1e6:.1f} µs a reading"


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_reading_that_is_no_number_never_raises(bad):
    assert [t for t in evaluate(RULES, frame([(0, 0, 2, bad, 1000)]), Memory(), FACTS).transitions] == []


@pytest.mark.parametrize("where", ["condition", "suspects"])
def test_a_rule_that_raises_is_named_and_others_go_on(where):
    def raises(_asked: Any) -> bool:
        raise KeyError("rated_w")

    broken = replace(DARK, slug="broken", **{"condition": raises, where: raises})
    rules = RuleSet([QUICK, broken, replace(DARK, hold_ms=0)], METRICS)
    said = [(0, 1, 3, 1.0, 1000), (0, 1, 4, 1.0, 1000), (1, 2, 3, 1.0, 1000), (1, 2, 4, 1.0, 1000), (2, 5, 1, 250.0, 1000)]
    outcome = evaluate(rules, frame(said), Memory(), FACTS)
    assert {(each.rule, each.id) for each in outcome.transitions} == {("quick", 5), ("dark", 1), ("dark", 2)}
    assert isinstance(outcome.failed["broken"], KeyError)
