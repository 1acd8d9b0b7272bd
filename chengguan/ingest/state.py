"""Latest values of every device, as arrays in memory and as rows of LatestState.

Ingest alone writes those rows, so memory and rows are the same after each commit; after a failure memory is made anew
from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from django.db import connection

from chengguan.ingest.arrays import numbers, texts
from chengguan.ingest.batch import Batch
from chengguan.ingest.directory import Directory
from chengguan.observations.models import LatestState

NEVER = -(2**62)


class State:
    """Arrays over (dense device, slot of its subsystem's metric): `values`, `times` (device time, ms); over devices:
    `seen`, `measured` (ms). `remembered` is what the rules kept, by device primary key, as loaded."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        size = len(directory.devices)
        self.values = np.full((size, directory.slots), np.nan)
        self.times = np.full((size, directory.slots), NEVER, np.int64)
        self.seen = np.zeros(size, np.int64)
        self.measured = np.full(size, NEVER, np.int64)
        self.remembered: dict[int, tuple[dict[str, Any], dict[str, float]]] = {}
        self._load()

    def _load(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(MAKE_ROWS)
            cursor.execute(READ_ROWS)
            rows = cursor.fetchall()
        directory = self.directory
        for pk, seen, measured, values, times, remembered in rows:
            index = directory.index_of_pk.get(pk)
            if index is None:
                continue
            self.seen[index] = seen or 0
            self.measured[index] = NEVER if measured is None else measured
            values, times, remembered = (msgspec.json.decode(each) for each in (values, times, remembered))
            if values or remembered:
                self.remembered[pk] = (remembered, values)
            of = directory.metric_of.get(directory.devices[index].subsystem, {})
            for slug, value in values.items():
                if slug in of:
                    slot = directory.slot[of[slug]]
                    self.values[index, slot] = value
                    self.times[index, slot] = times.get(slug, self.measured[index])

    def take(self, batch: Batch) -> np.ndarray:
        """Take over a batch's readings; the devices touched (dense), those that only gave a sign of life included."""
        heard = batch.taken[batch.device[batch.taken] >= 0]
        self.seen[batch.device[heard]] = batch.at[heard]
        fresh = np.flatnonzero(~batch.late)
        owner = batch.owner[fresh]
        device, slot, t = batch.device[owner], self.directory.slot[batch.metric[fresh]], batch.t[owner]
        order = np.argsort(t, kind="stable")  # of one device and metric the newest is written last
        device, slot, t = device[order], slot[order], t[order]
        self.values[device, slot] = batch.value[fresh][order]
        self.times[device, slot] = t
        np.maximum.at(self.measured, device, t)
        return np.unique(batch.device[heard])

    def save(self, touched: np.ndarray, rule_state: Mapping[int, Any], cursor: Any) -> None:
        """Write the rows of these devices (dense); `rule_state` by primary key, for those it changed for."""
        self.save_rules(rule_state, cursor)
        if not len(touched):
            return
        cursor.execute(
            SAVE_ROWS,
            (
                numbers(self.directory.device_pk[touched]),
                numbers(self.seen[touched]),
                numbers(self.measured[touched]).replace(str(NEVER), "NULL"),
                texts(self._values(touched)),
                texts(self._times(touched)),
                self._battery(touched),
            ),
        )
    def save_rules(self, rule_state: Mapping[int, Any], cursor: Any) -> None:
        """What rules keep, by device (primary key); nearly always of very few."""
        if rule_state:
            remembered = texts([msgspec.json.encode(each).decode() for each in rule_state.values()])
            cursor.execute(SAVE_RULES, (list(rule_state), remembered))

    def _values(self, touched: np.ndarray) -> list[str]:
        """JSON of the known values. Devices that know the same metrics are written by one pattern."""
        rows = self.values[touched]
        known = ~np.isnan(rows)
        kinds = np.column_stack([self.directory.device_subsystem[touched], known])
        patterns, group = np.unique(kinds, axis=0, return_inverse=True)
        found = [""] * len(touched)
        for number, pattern in enumerate(patterns):
            slugs = self.directory.slugs.get(self.directory.subsystems[int(pattern[0])], [])
            slots = np.flatnonzero(pattern[1:])
            form = "{" + ",".join(f'"{slugs[slot]}":%r' for slot in slots) + "}"
            mine = np.flatnonzero(group.ravel() == number)
            for place, row in zip(mine.tolist(), rows[mine][:, slots].tolist(), strict=True):
                found[place] = form % tuple(row)
        return found

    def _times(self, touched: np.ndarray) -> list[str]:
        """Times of metrics not measured with the newest one."""
        times = self.times[touched]
        differing = (times != self.measured[touched][:, None]) & (times != NEVER)
        written = ["{}"] * len(touched)
        for place in np.flatnonzero(differing.any(axis=1)).tolist():
            slugs = self.directory.slugs[self.directory.devices[int(touched[place])].subsystem]
            odd = np.flatnonzero(differing[place]).tolist()
            written[place] = msgspec.json.encode({slugs[slot]: int(times[place, slot]) for slot in odd}).decode()
        return written

    def _battery(self, touched: np.ndarray) -> str:
        """An array for PostgreSQL; nearly no batch has a battery in it."""
        directory = self.directory
        column = {
            subsystem: int(directory.slot[of["battery"]]) for subsystem, of in directory.metric_of.items() if "battery" in of
        }
        of_subsystem = np.array([column.get(slug, -1) for slug in directory.subsystems], np.int64)
        slot = of_subsystem[directory.device_subsystem[touched]]
        level = np.where(slot >= 0, self.values[touched, slot], np.nan)
        if np.isnan(level).all():
            return "{" + ",".join(["NULL"] * len(touched)) + "}"
        return "{" + ",".join("NULL" if each != each else repr(each) for each in level.tolist()) + "}"

    def values_of(self, devices: Sequence[int]) -> Mapping[int, Mapping[str, float]]:
        """Latest values by primary key, made when asked for."""
        return _Values(self, frozenset(int(self.directory.device_pk[index]) for index in devices))


class _Values(Mapping[int, Mapping[str, float]]):
    """Values of the devices of a batch; nearly none of them is ever looked at."""

    def __init__(self, state: State, keys: frozenset[int]) -> None:
        self.state, self.keys_ = state, keys

    def __getitem__(self, pk: int) -> Mapping[str, float]:
        if pk not in self.keys_:
            raise KeyError(pk)
        index = self.state.directory.index_of_pk[pk]
        slugs = self.state.directory.slugs.get(self.state.directory.devices[index].subsystem, [])
        row = self.state.values[index].tolist()
        return {slug: value for slug, value in zip(slugs, row, strict=False) if value == value}

    def __iter__(self) -> Any:
        return iter(self.keys_)

    def __len__(self) -> int:
        return len(self.keys_)


TABLE = LatestState._meta.db_table
MAKE_ROWS = f"""
INSERT INTO {TABLE} (device_id, values, times, rule_state)
SELECT id, '{{}}', '{{}}', '{{}}' FROM things_device ORDER BY id ON CONFLICT DO NOTHING
"""
READ_ROWS = f"""
SELECT device_id, (extract(epoch FROM seen_at) * 1000)::bigint, (extract(epoch FROM measured_at) * 1000)::bigint,
       values::text, times::text, rule_state::text
FROM {TABLE}
"""
SAVE_ROWS = f"""
UPDATE {TABLE} AS s
SET seen_at = to_timestamp(u.seen / 1000.0), measured_at = to_timestamp(u.measured / 1000.0), values = u.vals,
    times = u.times, battery = u.battery
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::jsonb[], %s::jsonb[], %s::float8[])
    AS u(id, seen, measured, vals, times, battery)
WHERE s.device_id = u.id
"""
SAVE_RULES = f"""
UPDATE {TABLE} AS s SET rule_state = u.rules FROM unnest(%s::bigint[], %s::jsonb[]) AS u(id, rules) WHERE s.device_id = u.id
"""
