"""What a subsystem (one trade) declares about itself, and which subsystems are present.

Plain Python: a manifest is facts, no code runs when it is read. Lower stages ask `present()` and
never name a subsystem. Discovery (config/discovery.py) finds the folders and entry points and
calls `register`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

RuleKind = Literal["threshold", "state", "missing", "python"]
CauseKind = Literal["device", "group", "gateway"]


@dataclass(frozen=True)
class Metric:
    """A quantity a device reports. `low`/`high` bound what is physically believable, in `unit`."""

    slug: str
    name: str  # 中文
    unit: str = ""
    low: float | None = None
    high: float | None = None
    resolution: float | None = None
    states: Mapping[int, str] = field(default_factory=dict)  # value -> 中文, for a state metric


@dataclass(frozen=True)
class DeviceModel:
    """A kind of device: which metrics it reports and how it speaks."""

    slug: str
    name: str
    metrics: Sequence[str]
    wire: Literal["json", "chirpstack"] = "json"
    heartbeat_s: int = 600
    component_classes: Sequence[str] = ()
    commands: Sequence[str] = ()


@dataclass(frozen=True)
class Grouping:
    """Several members of one cause become one alarm: at least `least` of them, and at least
    `share` of those that report, within `within_s` seconds."""

    cause: CauseKind
    least: int = 3
    share: float = 0.5
    within_s: float = 30.0
    name: str = ""  # 中文 title of the grouped alarm, e.g. 回路停电
    severity: int | None = None


def gettext_noop(text: str) -> str:
    """Marks a text of plain Python for translation; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class Told:
    """What a reading says: `text` with `values` in it, translated where it is shown; `well` is None when it cannot tell."""

    well: bool | None
    text: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class View:
    """What a plain-Python rule sees of one device at one moment. `at` is the stream's time in
    milliseconds since 1970 UTC."""

    values: Mapping[str, float]
    limits: Mapping[str, Any]
    attributes: Mapping[str, Any]
    commanded: Mapping[str, Any]
    at: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What a rule's `suspects` sees: a batch as columns, one place for each message. `said`: by metric what the message
    itself says, NaN where it does not (the device may have said it before). `attribute`: a device's number by name, NaN
    where it has none."""

    said: Mapping[str, Any]
    attribute: Callable[[str], Any]
    limits: Mapping[str, Any]
    at: Any


@dataclass(frozen=True)
class Rule:
    """Default of an alarm rule; the county changes limits on a page, stored by slug.

    threshold: raised when value > limits["above"] or < limits["below"], returns to normal past
    limits["clear_above"/"clear_below"] (hysteresis). state: raised while the metric is in
    limits["states"]. missing: nothing heard for limits["silent_s"]. python: `condition`, a plain
    function named "rules.<function>" of the subsystem, which is given a `View` of the device and
    answers True (wrong), False (well) or None (cannot tell); it is asked only when one of
    `metrics` was reported. `suspects`, when given, is a function "rules.<function>" over columns (a `Batch`) that says of which messages `condition` could be True at all: the others are not asked
    one by one. It may be too careful, never too lax.
    """

    slug: str
    name: str
    kind: RuleKind
    metric: str = ""
    metrics: Sequence[str] = ()  # python: what makes it worth asking; the last is what its chart shows
    limits: Mapping[str, Any] = field(default_factory=dict)
    condition: str = ""
    suspects: str = ""
    watches: Literal["device", "gateway"] = "device"  # missing: whose silence
    explains: Sequence[str] = ()  # rules of the members that follow from this one, e.g. of a gateway's devices
    hold_s: float = 0.0
    clear_hold_s: float = 0.0
    severity: int = 3  # 1 worst .. 4
    scale: str = "告警"
    source: str = ""  # where the default limit comes from
    says: str = ""  # python, platform: when it alarms, 中文, with the limits by name: "功率不到额定的 {share_of_rated} %"
    matter: str = ""  # matter code (minor, 5 digits) of the case it may become
    settle_s: float = 60.0
    auto_register: bool = True
    grouping: Sequence[Grouping] = ()
    models: Sequence[str] = ()  # device models it applies to; empty means all that report the metric
    advice: str = ""  # what to do, for the duty officer


@dataclass(frozen=True)
class Command:
    slug: str
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)  # name -> {"type","low","high","name"}
    confirm_metric: str = ""  # the reading that proves it
    timeout_s: float = 60.0
    dangerous: bool = False  # asks twice, says how many people it touches


@dataclass(frozen=True)
class Layer:
    slug: str
    name: str
    component_classes: Sequence[str]
    hue: str  # colour of the trade on the map
    icon: str = ""
    min_zoom: int = 11


@dataclass(frozen=True)
class Page:
    slug: str
    name: str
    url_name: str
    roles: Sequence[str] = ()


@dataclass(frozen=True)
class Manifest:
    slug: str
    name: str  # 中文
    phase: int
    grade: Literal["simulated", "recorded", "field"]
    component_classes: Sequence[str]
    metrics: Sequence[Metric]
    models: Sequence[DeviceModel]
    rules: Sequence[Rule]
    commands: Sequence[Command] = ()
    layers: Sequence[Layer] = ()
    pages: Sequence[Page] = ()
    indicators: Mapping[str, str] = field(default_factory=dict)
    group_kinds: Mapping[str, str] = field(default_factory=dict)  # "circuit" -> 回路
    requirements: Sequence[str] = ()  # M-26 ...


@dataclass(frozen=True)
class Unit:
    """One device as a simulator needs to know it."""

    key: str
    model: str
    gateway: str
    group: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What a simulated device says: readings in the documented JSON, or with `event` the payload of
    that ChirpStack event. An empty `device` is the gateway's own status."""

    gateway: str
    device: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    ack: int | None = None
    event: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


class Simulator(Protocol):
    """`simulator.Simulator(units, now, seed)` of a subsystem's folder. Times are seconds since 1970."""

    def due(self, now: float) -> Iterable[Said]:
        """What its devices say up to now, since it was last asked."""

    def command(self, gateway: str, key: str, order: Mapping[str, Any], now: float) -> None:
        """A command of the platform to a device or group arrived."""

    def play(self, order: Mapping[str, Any], now: float) -> None:
        """A part to play in the demo: {"device" or "group" or "gateway": key, "part": word, "every": seconds}."""


@dataclass
class Subsystem:
    """A manifest with the plain functions of its folder, as discovery found them."""

    manifest: Manifest
    decode: Callable[..., Any] | None = None  # decoders.decode(model, payload) -> [(metric, value)], ...
    encode: Callable[..., Any] | None = None  # commands.encode(command, parameters) -> dict
    conditions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    module: str = ""


_present: dict[str, Subsystem] = {}


def register(subsystem: Subsystem) -> None:
    """Make a subsystem known. A slug that another folder already uses is refused (ValueError)."""
    slug = subsystem.manifest.slug
    known = _present.get(slug)
    if known is not None and known.module != subsystem.module:
        raise ValueError(f"two subsystems call themselves {slug!r}: {known.module} and {subsystem.module}")
    _present[slug] = subsystem


def present() -> Mapping[str, Subsystem]:
    return _present


def subsystem(slug: str) -> Subsystem:
    """The subsystem of that slug; KeyError when it is not present."""
    return _present[slug]


def rule(slug: str) -> tuple[Manifest, Rule]:
    """The declared default of a rule and the manifest it belongs to; KeyError when unknown."""
    for each in _present.values():
        for declared in each.manifest.rules:
            if declared.slug == slug:
                return each.manifest, declared
    raise KeyError(slug)
