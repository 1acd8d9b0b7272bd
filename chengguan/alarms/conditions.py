"""Which readings make an alarm: thresholds with hysteresis and hold time, states, silence, and plain-Python rules.

Plain Python over columns. A batch costs a few whole-column comparisons per rule; only readings
that break a limit, or belong to a device on which the rule already has a state, become objects.
`evaluate` and `silence` change nothing: the caller commits what came out, then calls
`Memory.remember(outcome)`; a batch that failed leaves no trace.

Time is the stream's (milliseconds since 1970 UTC), so hold times survive wrong device clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import polars as pl

from chengguan.registry import View

Subject = Literal["device", "gateway"]
BATCH = {"device": pl.Int64, "metric": pl.Int64, "value": pl.Float64, "at": pl.Int64, "position": pl.Int64}
"""Columns `evaluate` reads; more are ignored. `metric` is the numeric id, `at` when the stream
received the message, `position` the message's place in the stream (rows of one message adjoin).
Rows older than what is known of their device do not belong in it."""
LAST_SEEN = {"id": pl.Int64, "seen_at": pl.Int64}
"""Columns `silence` reads: when a device or gateway was last heard."""


class Held(NamedTuple):
    """State of one rule on one device. `since`: when it became wrong; `clearing`: since when it is well again."""

    active: bool
    since: int
    clearing: int | None = None


class Transition(NamedTuple):
    """A rule changed its mind about a device or gateway. `value` and `limit` are None for silence and plain-Python rules."""

    rule: str
    subject: Subject
    id: int
    active: bool
    at: int
    since: int
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True)
class ActiveRule:
    """A rule in force, with the county's limits."""

    slug: str
    subsystem: str
    kind: Literal["threshold", "state", "missing", "python"]
    metrics: tuple[int, ...]
    limits: Mapping[str, Any]
    hold_ms: int = 0
    clear_hold_ms: int = 0
    models: frozenset[str] = frozenset()
    watches: Subject = "device"
    explains: tuple[str, ...] = ()
    condition: Callable[[View], bool | None] | None = None


@dataclass(frozen=True)
class Facts:
    """What a rule may need to know of a device."""

    subsystem: str
    model: str
    gateway: int
    attributes: Mapping[str, Any] = field(default_factory=dict)
    commanded: Mapping[str, Any] = field(default_factory=dict)


class RuleSet:
    """Rules in force, arranged by metric. `metrics`: numeric id -> slug."""

    def __init__(self, rules: Iterable[ActiveRule], metrics: Mapping[int, str], version: int = 0) -> None:
        self.version = version
        self.metrics = dict(metrics)
        self.rules = {rule.slug: rule for rule in rules}
        self.by_metric: dict[int, list[ActiveRule]] = {}
        self.python: list[ActiveRule] = []
        self.missing = [rule for rule in self.rules.values() if rule.kind == "missing"]
        for rule in self.rules.values():
            if rule.kind in ("threshold", "state"):
                for metric in rule.metrics:
                    self.by_metric.setdefault(metric, []).append(rule)
            elif rule.kind == "python":
                self.python.append(rule)
        self.asked = {metric: [r for r in self.python if metric in r.metrics] for r in self.python for metric in r.metrics}


class Memory:
    """What rules remember between batches: one `Held` for each rule and device not at rest, and the
    values that plain-Python rules look at. Rebuilt from the latest-state rows at start."""

    def __init__(self) -> None:
        self.held: dict[str, dict[int, Held]] = {}
        self.values: dict[int, Mapping[str, float]] = {}
        self.gateway_back: dict[int, int] = {}

    def load(self, device: int, rule_state: Mapping[str, Sequence[Any]], values: Mapping[str, float]) -> None:
        """Take over a device's latest-state row."""
        for slug, held in rule_state.items():
            self.held.setdefault(slug, {})[device] = Held(bool(held[0]), int(held[1]), held[2])
        self.values[device] = values

    def load_gateways(self, silent: Mapping[str, Mapping[int, int]], back: Mapping[int, int]) -> None:
        """Gateways that are silent now, by rule (`{rule: {gateway: since}}`), and when others came back."""
        for slug, gateways in silent.items():
            self.held.setdefault(slug, {}).update({gateway: Held(True, since) for gateway, since in gateways.items()})
        self.gateway_back.update(back)

    def remember(self, outcome: Outcome) -> None:
        """After the commit: keep what the batch changed."""
        for slug, changed in outcome.held.items():
            mine = self.held.setdefault(slug, {})
            for device, held in changed.items():
                if held is None:
                    mine.pop(device, None)
                else:
                    mine[device] = held
        self.values.update(outcome.values)
        self.gateway_back.update(outcome.gateway_back)

    def rule_state(self, device: int, outcome: Outcome | None = None) -> dict[str, list[Any]]:
        """The whole `rule_state` of a device's latest-state row, with the outcome's changes."""
        changed = outcome.held if outcome else {}
        state = {}
        for slug in self.held.keys() | changed.keys():
            held = changed.get(slug, {}).get(device, _SAME)
            held = self.held.get(slug, {}).get(device) if held is _SAME else held
            if isinstance(held, Held):
                state[slug] = list(held)
        return state


_SAME: Any = object()


@dataclass
class Outcome:
    """What came out of a batch. `held`: rule -> device -> new state (None: at rest)."""

    transitions: list[Transition] = field(default_factory=list)
    held: dict[str, dict[int, Held | None]] = field(default_factory=dict)
    values: dict[int, Mapping[str, float]] = field(default_factory=dict)
    gateway_back: dict[int, int] = field(default_factory=dict)

    def touched(self, rules: RuleSet) -> set[int]:
        """Devices whose rule_state must be written again."""
        return {
            device
            for slug, changed in self.held.items()
            if slug not in rules.rules or rules.rules[slug].watches == "device"
            for device in changed
        }


def step(rule: ActiveRule, held: Held | None, wrong: bool, well: bool, at: int) -> tuple[Held | None, bool | None]:
    """One reading moves one rule on one device. `wrong`: past the limit; `well`: past the clearing
    limit; neither is the band between. Returns the new state and True (raised), False (returned)
    or None."""
    if held is None or not held.active:
        if not wrong:
            return None, None
        since = at if held is None else held.since
        if at - since >= rule.hold_ms:
            return Held(True, since), True
        return Held(False, since), None
    if not well:
        return (held if held.clearing is None else Held(True, held.since)), None
    clearing = at if held.clearing is None else held.clearing
    if at - clearing >= rule.clear_hold_ms:
        return None, False
    return Held(True, held.since, clearing), None


def evaluate(
    rules: RuleSet, batch: pl.DataFrame, memory: Memory, facts: Mapping[int, Facts], gateways: Mapping[int, int] | None = None
) -> Outcome:
    """Judge a batch in stream order. `gateways`: gateways heard in the batch and when, their own
    status messages included. Microseconds per reading as long as nothing happens."""
    outcome = Outcome()
    if batch.height:
        device, metric = batch["device"].to_numpy(), batch["metric"].to_numpy()
        value, at = batch["value"].to_numpy(), batch["at"].to_numpy()
        for metric_id, interested in rules.by_metric.items():
            rows = np.flatnonzero(metric == metric_id)
            if len(rows):
                for rule in interested:
                    _judge_column(rule, device[rows], value[rows], at[rows], memory, facts, outcome)
        if rules.asked:
            wanted = np.flatnonzero(np.isin(metric, list(rules.asked)))
            if len(wanted):
                position = batch["position"].to_numpy()
                _ask_python(rules, wanted, (device, metric, value, at, position), memory, facts, outcome)
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
    device, metric, value, at, position = (column[rows].tolist() for column in columns)
    last = len(device) - 1
    asked: list[ActiveRule] = []
    for row, (one, metric_id) in enumerate(zip(device, metric, strict=True)):
        values = outcome.values.get(one)
        if values is None:
            values = outcome.values[one] = dict(memory.values.get(one) or ())
        values[rules.metrics[metric_id]] = value[row]  # type: ignore[index]
        for rule in rules.asked[metric_id]:
            if rule not in asked:
                asked.append(rule)
        if row == last or position[row + 1] != position[row] or device[row + 1] != one:
            known = facts.get(one)
            for rule in asked:
                if known is not None and rule.condition and (not rule.models or known.model in rule.models):
                    view = View(values, rule.limits, known.attributes, known.commanded, at[row])
                    answer = rule.condition(view)
                    if answer or (answer is False and _has_state(rule.slug, one, memory, outcome)):
                        _advance(rule, one, bool(answer), not answer, at[row], memory, outcome)
            asked = []


def _has_state(slug: str, subject: int, memory: Memory, outcome: Outcome) -> bool:
    return subject in outcome.held.get(slug, ()) or subject in memory.held.get(slug, ())


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


def silence(
    rules: RuleSet,
    devices: pl.DataFrame,
    gateways: pl.DataFrame,
    memory: Memory,
    facts: Mapping[int, Facts],
    gateway_subsystems: Mapping[int, str],
    watermark: int,
    listening_since: int = 0,
) -> Outcome:
    """Judge who has not been heard. Called every few seconds, and only while the backlog is young.
    `devices` and `gateways` have the columns of LAST_SEEN; `listening_since`: before it nobody
    could be heard (the broker was away). Devices behind a silent gateway are not judged."""
    outcome = Outcome()
    for rule in sorted(rules.missing, key=lambda each: each.watches != "gateway"):
        seen = gateways if rule.watches == "gateway" else devices
        if not seen.height:
            continue
        limit = int(float(rule.limits["silent_s"]) * 1000)
        last = np.maximum(seen["seen_at"].to_numpy(), listening_since)
        quiet = seen["id"].to_numpy()[watermark - last > limit].tolist()
        already = memory.held.get(rule.slug, {})
        for one in quiet:
            if one in already:
                continue
            if rule.watches == "gateway":
                if gateway_subsystems.get(one) != rule.subsystem:
                    continue
            elif not _may_judge(rule, one, rules, memory, outcome, facts, watermark - limit):
                continue
            outcome.held.setdefault(rule.slug, {})[one] = Held(True, watermark)
            outcome.transitions.append(Transition(rule.slug, rule.watches, one, True, watermark, watermark))
    return outcome


def _may_judge(
    rule: ActiveRule, device: int, rules: RuleSet, memory: Memory, outcome: Outcome, facts: Mapping[int, Facts], earliest: int
) -> bool:
    known = facts.get(device)
    if known is None or known.subsystem != rule.subsystem or (rule.models and known.model not in rule.models):
        return False
    if memory.gateway_back.get(known.gateway, 0) > earliest:
        return False
    return not any(
        watcher.watches == "gateway" and rule.slug in watcher.explains and _has_state(watcher.slug, known.gateway, memory, outcome)
        for watcher in rules.missing
    )


def retire(before: RuleSet, after: RuleSet, memory: Memory, watermark: int) -> Outcome:
    """Rules that are no longer in force let go of what they held."""
    outcome = Outcome()
    for slug in before.rules.keys() - after.rules.keys():
        rule = before.rules[slug]
        for one, held in memory.held.get(slug, {}).items():
            outcome.held.setdefault(slug, {})[one] = None
            if held.active:
                outcome.transitions.append(Transition(slug, rule.watches, one, False, watermark, watermark))
    return outcome
