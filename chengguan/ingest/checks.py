"""Which readings can be believed: range, device clock, flood, and the same moment told twice."""

from __future__ import annotations

import numpy as np

from chengguan.ingest.batch import Batch
from chengguan.ingest.directory import CODES, Directory

FUTURE_MS = 5 * 60 * 1000
"""A device clock may run ahead by this much."""
PAST_MS = 7 * 24 * 3600 * 1000
"""A device may deliver what it kept for this long; the gateway's own memory is 10 minutes, a LoRaWAN logger's days."""
RATE = 5.0
"""Messages a second that one device may send for long."""
BURST = RATE * 600
"""What it may send at once: ten minutes' worth, which is what a gateway sends again after an outage."""


def check_range(batch: Batch, directory: Directory) -> None:
    """Finite and within the believable range of the metric; one unbelievable value refuses its message."""
    value, metric = batch.value, batch.metric
    with np.errstate(invalid="ignore"):
        good = (value >= directory.low[metric]) & (value <= directory.high[metric]) & np.isfinite(value)
    if good.all():
        return
    for row in np.flatnonzero(~good).tolist():
        slug = directory.metric_slug[int(metric[row])]
        low, high = directory.low[metric[row]], directory.high[metric[row]]
        batch.refuse(int(batch.owner[row]), "out_of_range", f"{slug} = {value[row]:g}, {low:g} … {high:g}")
    batch.keep_taken()


def check_clock(batch: Batch) -> None:
    """The device's time lies neither far after nor long before the moment of reception."""
    ahead = batch.t - batch.at
    wrong = np.flatnonzero((ahead > FUTURE_MS) | (ahead < -PAST_MS))
    if len(wrong):
        for at in wrong.tolist():
            reason = "clock_future" if ahead[at] > 0 else "clock_past"
            batch.refuse(at, reason, f"{ahead[at] / 1000:+.0f} s")
        batch.keep_taken()


class Buckets:
    """A bucket of tokens for each device, filled as the stream's time goes by."""

    def __init__(self, devices: int, rate: float = RATE, burst: float = BURST) -> None:
        self.rate, self.burst = rate, burst
        self.tokens = np.full(devices, burst)
        self.filled = np.zeros(devices, np.int64)

    def throttle(self, batch: Batch) -> dict[int, int]:
        """Refuse what exceeds the rate; device -> how many were left out."""
        heard = np.flatnonzero((batch.reason == 0) & (batch.device >= 0))
        if not len(heard):
            return {}
        devices, count = np.unique(batch.device[heard], return_counts=True)
        now = int(batch.at[heard].max())
        since = np.maximum(now - self.filled[devices], 0)
        allowed = np.minimum(self.burst, self.tokens[devices] + since * (self.rate / 1000))
        self.filled[devices] = np.maximum(now, self.filled[devices])
        self.tokens[devices] = np.maximum(allowed - count, 0)
        over = count > allowed
        dropped: dict[int, int] = {}
        for device, most in zip(devices[over].tolist(), allowed[over].tolist(), strict=True):
            mine = heard[batch.device[heard] == device]
            batch.reason[mine[int(most) :]] = CODES["flood"]
            dropped[device] = len(mine) - int(most)
        if dropped:
            batch.keep_taken()
        return dropped


def find_contradictions(batch: Batch, directory: Directory, values: np.ndarray, times: np.ndarray) -> None:
    """Mark late readings, and refuse a message that tells another value for a moment already told, or tells again
    exactly what is known. `values`, `times`: latest value and its device time (ms), over device and slot. Messages that
    tell no time of their own are not compared.

    A message that an operator re-drove is believed."""
    slot = directory.slot[batch.metric]
    device = batch.device[batch.owner]
    t = batch.t[batch.owner]
    known_t = times[device, slot]
    clocked = batch.clocked[batch.owner]
    same = (t == known_t) & clocked
    batch.late = t < known_t
    again = _repeated_inside(device, slot, t)
    if not same.any() and not len(again):
        return
    _judge(batch, device, slot, t, values, times)


def _repeated_inside(device: np.ndarray, slot: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Rows whose device, slot and time occur more than once in the batch."""
    order = np.lexsort((t, slot, device))
    d, s, u = device[order], slot[order], t[order]
    twin = (d[1:] == d[:-1]) & (s[1:] == s[:-1]) & (u[1:] == u[:-1])
    return order[1:][twin]


def _judge(batch: Batch, device: np.ndarray, slot: np.ndarray, t: np.ndarray, values: np.ndarray, times: np.ndarray) -> None:
    """Message by message, those that touch a moment already told."""
    told: dict[tuple[int, int, int], float] = {}
    known = (t == times[device, slot]) & batch.clocked[batch.owner]
    rows_of: dict[int, list[int]] = {}
    suspects = set(batch.owner[known].tolist()) | set(batch.owner[_repeated_inside(device, slot, t)].tolist())
    suspects = {owner for owner in suspects if batch.clocked[owner]}
    moments = {(int(device[row]), int(t[row])) for row in np.flatnonzero(np.isin(batch.owner, list(suspects)))}
    for row, owner in enumerate(batch.owner.tolist()):
        if batch.clocked[owner] and (int(device[row]), int(t[row])) in moments:
            rows_of.setdefault(owner, []).append(row)
    for owner, rows in sorted(rows_of.items()):
        fresh: dict[tuple[int, int, int], float] = {}
        conflict = ""
        for row in rows:
            moment = (int(device[row]), int(slot[row]), int(t[row]))
            before = told.get(moment)
            if before is None and known[row]:
                before = float(values[device[row], slot[row]])
            if before is None:
                fresh[moment] = float(batch.value[row])
            elif before != batch.value[row]:
                conflict = f"{before:g} / {batch.value[row]:g}"
        if owner in batch.redriven:
            told.update(fresh)
        elif conflict:
            batch.refuse(owner, "contradiction", conflict)
        elif not fresh:
            batch.refuse(owner, "repeat")
        else:
            told.update(fresh)
    batch.keep_taken()
