"""A batch on its way through the pipeline: arrays over its messages and arrays over its readings.

Both sinks make the same columns of the same messages; what the *now* sink refused for reasons that depend on the
moment (repeats, flood, contradictions) the history learns from the rejections.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from chengguan.ingest.directory import CODES, NAMES


class Captured(NamedTuple):
    """A message as JetStream gave it. `stamp` is when it was received, ns."""

    position: int
    stamp: int
    subject: str
    payload: bytes
    headers: dict[str, str] | None = None


@dataclass
class Batch:
    """`reason` 0 means the message is taken. Readings refer to their message by `owner`."""

    messages: Sequence[Captured]
    position: np.ndarray = field(init=False)
    at: np.ndarray = field(init=False)  # received, ms
    reason: np.ndarray = field(init=False)
    kind: np.ndarray = field(init=False)
    device: np.ndarray = field(init=False)  # dense, -1
    gateway: np.ndarray = field(init=False)  # dense, -1
    route: list[int] = field(default_factory=list)
    seq: np.ndarray = field(init=False)
    epoch: np.ndarray = field(init=False)
    t: np.ndarray = field(init=False)  # device time, ms; when received if it told none
    clocked: np.ndarray = field(init=False)  # whether it told a time
    owner: np.ndarray = field(init=False)
    metric: np.ndarray = field(init=False)
    value: np.ndarray = field(init=False)
    late: np.ndarray = field(init=False)
    detail: dict[int, str] = field(default_factory=dict)
    acks: dict[int, int] = field(default_factory=dict)  # message -> command
    errors: dict[int, str] = field(default_factory=dict)  # message that answers a command -> why it could not be done
    uplinks: dict[int, str] = field(default_factory=dict)  # message -> deduplicationId
    counters: dict[int, int] = field(default_factory=dict)  # message -> fCnt
    joins: list[int] = field(default_factory=list)
    flooding: dict[int, int] = field(default_factory=dict)  # device (dense) -> messages left out
    redriven: dict[int, int] = field(default_factory=dict)  # message -> Quarantine primary key

    def __post_init__(self) -> None:
        size = len(self.messages)
        self.position = np.fromiter((each[0] for each in self.messages), np.int64, size)
        self.at = np.fromiter((each[1] for each in self.messages), np.int64, size) // 1_000_000
        self.reason = np.zeros(size, np.int16)
        self.seq = np.zeros(size, np.int64)
        self.epoch = np.zeros(size, np.int64)
        self.t = self.at.copy()
        self.clocked = np.zeros(size, bool)
        self.set_readings([], [], [])

    def set_readings(self, owner: Iterable[int], metric: Iterable[int], value: Iterable[float]) -> None:
        self.owner = np.asarray(owner, np.int32)
        self.metric = np.asarray(metric, np.int32)
        self.value = np.asarray(value, np.float64)
        self.late = np.zeros(len(self.owner), bool)

    def refuse(self, message: int, reason: str, detail: str = "") -> None:
        """The first reason stands."""
        if not self.reason[message]:
            self.reason[message] = CODES[reason]
            if detail:
                self.detail[message] = detail[:400]

    def keep_taken(self) -> None:
        """Drop the readings of refused messages."""
        if self.reason.any():
            self.keep(self.reason[self.owner] == 0)

    def keep(self, rows: np.ndarray) -> None:
        self.owner, self.metric, self.value, self.late = (
            column[rows] for column in (self.owner, self.metric, self.value, self.late)
        )

    @property
    def taken(self) -> np.ndarray:
        return np.flatnonzero(self.reason == 0)

    def refused(self) -> list[tuple[int, str]]:
        """(message, reason) of everything not taken."""
        return [(int(at), NAMES[int(self.reason[at])]) for at in np.flatnonzero(self.reason)]
