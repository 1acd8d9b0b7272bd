"""What rules are, what they remember of a device, and how one reading moves one rule. Plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from chengguan.registry import Batch, View

Subject = Literal["device", "gateway"]


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
    suspects: Callable[[Batch], Any] | None = None


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
        self.first_judged: int | None = None
        """when silence was first judged: who never was heard has been silent since then at most"""

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

    def holds(self, slug: str, subject: int, outcome: Outcome) -> bool:
        """Whether the rule is not at rest there, or was not at the beginning of the batch."""
        return subject in outcome.held.get(slug, ()) or subject in self.held.get(slug, ())

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
    """What came out of a batch. `held`: rule -> device -> new state (None: at rest). `failed`: rule -> what it raised last."""

    transitions: list[Transition] = field(default_factory=list)
    held: dict[str, dict[int, Held | None]] = field(default_factory=dict)
    values: dict[int, Mapping[str, float]] = field(default_factory=dict)
    gateway_back: dict[int, int] = field(default_factory=dict)
    failed: dict[str, Exception] = field(default_factory=dict)

    def join(self, other: Outcome) -> None:
        """Take over what came out of another judgement of the same moment."""
        self.transitions += other.transitions
        for slug, changed in other.held.items():
            self.held.setdefault(slug, {}).update(changed)
        self.values.update(other.values)
        self.gateway_back.update(other.gateway_back)
        self.failed.update(other.failed)

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
