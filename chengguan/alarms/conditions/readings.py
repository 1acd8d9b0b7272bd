"""Judging a batch of readings as columns; only candidates become objects. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from chengguan.alarms.conditions.held import ActiveRule, Facts, Memory, Outcome, RuleSet, Transition, step
from chengguan.registry import Batch, View


def evaluate(
    rules: RuleSet,
    readings: pl.DataFrame,
    memory: Memory,
    facts: Mapping[int, Facts],
    gateways: Mapping[int, int] | None = None,
    timings: dict[str, float] | None = None,
) -> Outcome:
    """Judge a batch in stream order.

    `readings` has the columns message, device, metric (its number), value and seen (ms) of
    `observations.columns`; rows marked in a Boolean column `late` (older than what is known of
    their device) are passed over. `gateways`: those heard in the batch and when, their own status
    messages included. `timings` collects seconds by rule. A plain-Python rule that raises is passed over for
    that message and named in the outcome; other rules and messages go on."""
    outcome = Outcome()
    if "late" in readings.columns:
        readings = readings.filter(~pl.col("late"))
    if readings.height:
        device, metric = readings["device"].to_numpy().astype(np.int64), readings["metric"].to_numpy()
        value, at = readings["value"].to_numpy(), readings["seen"].to_numpy()
        for metric_id, interested in rules.by_metric.items():
            rows = np.flatnonzero(metric == metric_id)
            if len(rows):
                for rule in interested:
                    began = perf_counter()
                    _judge_column(rule, device[rows], value[rows], at[rows], memory, facts, outcome)
                    if timings is not None:
                        timings[rule.slug] = timings.get(rule.slug, 0.0) + perf_counter() - began
        if rules.asked:
            wanted = np.flatnonzero(np.isin(metric, list(rules.asked)))
            if len(wanted):
                began = perf_counter()
                _ask_python(rules, wanted, (device, metric, value, at, readings["message"].to_numpy()), memory, facts, outcome)
                if timings is not None:  # asked together, shared evenly
                    share = (perf_counter() - began) / len(rules.python)
                    timings.update({rule.slug: timings.get(rule.slug, 0.0) + share for rule in rules.python})
        _hear_devices(rules, device, at, memory, outcome)
    _hear_gateways(rules, gateways or {}, memory, facts, outcome)
    return outcome


def _judge_column(
    rule: ActiveRule, device: np.ndarray, value: np.ndarray, at: np.ndarray, memory: Memory, facts: Mapping[int, Facts], outcome: Outcome
) -> None:
    wrong, well, limit = _compare(rule, value)
    candidates = wrong
    held = memory.held.get(rule.slug)
    if held:
        candidates = wrong | np.isin(device, np.fromiter(held, np.int64, len(held)))
    rows = np.flatnonzero(candidates)
    if not len(rows):
        return
    if len(rows) < len(value):  # readings after the candidate matter too: a device may go wrong and well in one batch
        rows = np.flatnonzero(candidates | np.isin(device, np.unique(device[rows])))
    for row in rows.tolist():
        one = int(device[row])
        known = facts.get(one)
        if known is None or (rule.models and known.model not in rule.models):
            continue
        _advance(rule, one, bool(wrong[row]), bool(well[row]), int(at[row]), memory, outcome, float(value[row]), limit)


def _compare(rule: ActiveRule, value: np.ndarray) -> tuple[np.ndarray, np.ndarray, float | None]:
    """Columns of `wrong` and `well`, and the limit to quote."""
    limits = rule.limits
    if rule.kind == "state":
        wrong = np.isin(value, np.asarray(limits["states"], dtype=float))
        return wrong, ~wrong, None
    wrong = np.zeros(len(value), dtype=bool)
    well = np.ones(len(value), dtype=bool)
    limit = None
    if limits.get("above") is not None:
        limit = float(limits["above"])
        wrong |= value > limit
        well &= value <= float(_or(limits.get("clear_above"), limit))
    if limits.get("below") is not None:
        low = float(limits["below"])
        wrong |= value < low
        well &= value >= float(_or(limits.get("clear_below"), low))
        limit = low if limit is None else limit
    return wrong, well, limit


def _or(given: Any, otherwise: Any) -> Any:
    return otherwise if given is None else given


def _advance(
    rule: ActiveRule,
    subject: int,
    wrong: bool,
    well: bool,
    at: int,
    memory: Memory,
    outcome: Outcome,
    value: float | None = None,
    limit: float | None = None,
) -> None:
    changed = outcome.held.setdefault(rule.slug, {})
    before = changed[subject] if subject in changed else memory.held.get(rule.slug, {}).get(subject)
    after, verdict = step(rule, before, wrong, well, at)
    if after != before:
        changed[subject] = after
    if verdict is not None:
        since = after.since if after else at
        outcome.transitions.append(Transition(rule.slug, rule.watches, subject, verdict, at, since, value, limit))


def _ask_python(
    rules: RuleSet,
    rows: np.ndarray,
    columns: tuple[np.ndarray, ...],
    memory: Memory,
    facts: Mapping[int, Facts],
    outcome: Outcome,
) -> None:
    """Ask once per message, when all of its readings are in place."""
    chosen = [column[rows] for column in columns]
    number = _number_messages(chosen[0], chosen[4])
    wanted = {rule.slug: _suspicious(rules, rule, chosen, number, memory, facts, outcome) for rule in rules.python}
    device, metric, value, at, of = (*(column.tolist() for column in chosen[:4]), number.tolist())
    last = len(device) - 1
    asked: list[ActiveRule] = []
    for row, (one, metric_id) in enumerate(zip(device, metric, strict=True)):
        values = outcome.values.get(one)
        if values is None:
            values = outcome.values[one] = dict(memory.values.get(one) or ())
        values[rules.metrics[metric_id]] = value[row]  # type: ignore[index]
        for rule in rules.asked[metric_id]:
            if rule not in asked and (wanted[rule.slug][of[row]] or one in outcome.held.get(rule.slug, ())):
                asked.append(rule)
        if asked and (row == last or of[row + 1] != of[row]):
            known = facts.get(one)
            for rule in asked:
                if known is not None and rule.condition and (not rule.models or known.model in rule.models):
                    view = View(values, rule.limits, known.attributes, known.commanded, at[row])
                    try:
                        answer = rule.condition(view)
                    except Exception as error:  # noqa: BLE001 - said by whoever reads the outcome
                        outcome.failed[rule.slug] = error
                        continue
                    if answer or (answer is False and memory.holds(rule.slug, one, outcome)):
                        _advance(rule, one, bool(answer), not answer, at[row], memory, outcome)
            asked = []


def _number_messages(device: np.ndarray, message: np.ndarray) -> np.ndarray:
    """0, 1, 2 ... for each row: which message, counted in the batch."""
    starts = np.ones(len(device), bool)
    starts[1:] = (message[1:] != message[:-1]) | (device[1:] != device[:-1])
    return np.cumsum(starts) - 1


def _suspicious(
    rules: RuleSet, rule: ActiveRule, rows: list[np.ndarray], number: np.ndarray, memory: Memory, facts: Mapping[int, Facts],
    outcome: Outcome,
) -> list[bool]:  # fmt: skip
    """For each message whether the rule's condition must be asked: it could be wrong now, or the rule is not at rest."""
    device, metric, value, at, _message = rows
    first = np.flatnonzero(np.diff(number, prepend=-1))
    if rule.suspects is None:
        return [True] * len(first)
    devices = device[first]
    said = {}
    for metric_id in rule.metrics:
        column = np.full(len(first), np.nan)
        mine = metric == metric_id
        column[number[mine]] = value[mine]
        said[rules.metrics[metric_id]] = column

    def attribute(name: str) -> np.ndarray:
        found = (facts[one].attributes.get(name) if one in facts else None for one in devices.tolist())
        return np.fromiter((_number(each) for each in found), float, len(devices))

    try:
        wanted = np.asarray(rule.suspects(Batch(said, attribute, rule.limits, at[first])), bool)
    except Exception as error:  # noqa: BLE001 - as above; whoever cannot say is asked about everything
        outcome.failed[rule.slug] = error
        return [True] * len(first)
    held = memory.held.get(rule.slug)
    if held:
        wanted = wanted | np.isin(devices, np.fromiter(held, np.int64, len(held)))
    return wanted.tolist()


def _number(given: Any) -> float:
    try:
        return float("nan") if given is None else float(given)
    except (TypeError, ValueError):
        return float("nan")


def _hear_devices(rules: RuleSet, device: np.ndarray, at: np.ndarray, memory: Memory, outcome: Outcome) -> None:
    for rule in rules.missing:
        silent = memory.held.get(rule.slug) if rule.watches == "device" else None
        if silent:
            rows = np.flatnonzero(np.isin(device, np.fromiter(silent, np.int64, len(silent))))
            for row in rows.tolist():
                _end_silence(rule, int(device[row]), int(at[row]), outcome)


def _end_silence(rule: ActiveRule, subject: int, at: int, outcome: Outcome) -> None:
    changed = outcome.held.setdefault(rule.slug, {})
    if subject not in changed:
        changed[subject] = None
        outcome.transitions.append(Transition(rule.slug, rule.watches, subject, False, at, at))


def _hear_gateways(rules: RuleSet, gateways: Mapping[int, int], memory: Memory, facts: Mapping[int, Facts], outcome: Outcome) -> None:
    """A gateway that is heard again ends its alarm; the silence of what lies behind it is judged anew from now on."""
    for rule in rules.missing:
        if rule.watches != "gateway":
            continue
        for gateway in memory.held.get(rule.slug, {}).keys() & gateways.keys():
            at = gateways[gateway]
            _end_silence(rule, gateway, at, outcome)
            outcome.gateway_back[gateway] = at
            for slug in rule.explains:
                explained = rules.rules.get(slug)
                if explained is not None and explained.kind == "missing":
                    for device in memory.held.get(slug, ()):
                        known = facts.get(device)
                        if known is not None and known.gateway == gateway:
                            _end_silence(explained, device, at, outcome)
