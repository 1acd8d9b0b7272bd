"""The rules of the alarms stage as the *now* sink calls them: their memory, what they know of devices, when they are read
again."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from chengguan.alarms import selectors
from chengguan.alarms.conditions import Memory, Outcome, RuleSet, changed, evaluate, retire, ripe, silence
from chengguan.alarms.services import apply_transitions
from chengguan.ingest.directory import Directory
from chengguan.ingest.sequences import Sequences
from chengguan.ingest.state import State
from chengguan.observations.columns import Columns

logger = logging.getLogger(__name__)
READ_AGAIN_S = 2.0
MOST_AT_ONCE = 300
FACTS_AGAIN_S = 60.0


class Watch:
    """Rules in force over the devices of a directory."""

    def __init__(self, directory: Directory, state: State, sequences: Sequences) -> None:
        self.directory, self.state, self.sequences = directory, state, sequences
        self.metrics = {
            (subsystem, slug): pk for subsystem, of in directory.metric_of.items() for slug, pk in of.items()
        }
        self.rules = selectors.rules_in_force(self.metrics)
        self.facts = selectors.device_facts()
        self.memory = Memory()
        for pk, (remembered, values) in state.remembered.items():
            self.memory.load(pk, remembered, values)
        self.memory.load_gateways(*selectors.gateway_memory())
        self.timings: dict[str, float] = {}
        self.failing: dict[str, str] = {}
        """Rules that raised, and what; logged once."""
        self._replaced: RuleSet | None = None
        self._command = selectors.newest_command()
        self._read_at = self._facts_at = time.monotonic()

    def read_again(self) -> None:
        """Take over changed limits and new commands; cheap, called before every batch."""
        if time.monotonic() - self._read_at < READ_AGAIN_S:
            return
        self._read_at = time.monotonic()
        if selectors.rules_version() != self.rules.version:
            self._replaced = self._replaced or self.rules
            self.rules = selectors.rules_in_force(self.metrics)
        newest = selectors.newest_command()
        if newest != self._command or time.monotonic() - self._facts_at > FACTS_AGAIN_S:
            self._command, self._facts_at = newest, time.monotonic()
            self.facts = selectors.device_facts()

    def judge(self, columns: Columns) -> Outcome:
        return evaluate(self.rules, columns.readings, self.memory, self.facts, columns.gateways, self.timings)

    def judge_silence(self, watermark: int, listening_since: int = 0) -> Outcome:
        """Who has not been heard and whose hold time ran out, up to the watermark (ms); of very many the first, the others
        next time, so that other alarms get through. What was never heard at all has not come into service and is not judged.
        Before `listening_since` (ms) nobody could be heard."""
        directory = self.directory
        judged = np.array([each.enabled for each in directory.devices], bool) & (self.state.seen > 0)
        heard = pl.DataFrame({"device": directory.device_pk[judged], "seen": self.state.seen[judged]})
        gateways = {
            int(directory.gateway_pk[at]): (self._subsystem(at), counter.seen)
            for at, counter in enumerate(self.sequences.current)
            if counter is not None and directory.gateways[at][3]
        }
        outcome = silence(self.rules, heard, gateways, self.memory, self.facts, watermark, listening_since)
        for rule, devices in ripe(self.rules, self.memory, self.facts, watermark, listening_since):
            outcome.join(self._judge_latest(RuleSet([rule], self.rules.metrics), watermark, devices))
        for late in outcome.transitions[MOST_AT_ONCE:]:
            outcome.held[late.rule].pop(late.id, None)
        del outcome.transitions[MOST_AT_ONCE:]
        if self._replaced is not None:
            outcome.join(self._judge_changed(self._replaced, watermark))
        return outcome

    def _judge_changed(self, before: RuleSet, watermark: int) -> Outcome:
        """After a change of limits: the latest values by the changed rules, as if just reported; what is no longer in
        force lets go."""
        outcome = retire(before, self.rules, self.memory, watermark)
        outcome.join(self._judge_latest(changed(before, self.rules), watermark))
        return outcome

    def _judge_latest(self, rules: RuleSet, watermark: int, devices: Sequence[int] | None = None) -> Outcome:
        """The latest values of all devices, or of those given, as if they were reported at the watermark."""
        wanted = {*rules.by_metric, *rules.asked}
        state, directory = self.state, self.directory
        frames = []
        for (subsystem, _), metric in self.metrics.items():
            if metric not in wanted:
                continue
            value = state.values[:, directory.slot[metric]]
            of = np.array([each.subsystem == subsystem and each.enabled for each in directory.devices], bool)
            if devices is not None:
                of &= np.isin(directory.device_pk, devices)
            known = np.flatnonzero(of & ~np.isnan(value))
            columns = {"message": known, "device": directory.device_pk[known], "value": value[known]}
            frames.append(pl.DataFrame(columns).with_columns(metric=pl.lit(metric), seen=pl.lit(watermark)))
        return evaluate(rules, pl.concat(frames).sort("message"), self.memory, self.facts) if frames else Outcome()

    def _subsystem(self, gateway: int) -> str:
        return self.directory.gateways[gateway][4]

    def rule_state(self, outcome: Outcome) -> Mapping[int, Any]:
        """What to write into the latest-state rows."""
        return {device: self.memory.rule_state(device, outcome) for device in outcome.touched(self.rules)}

    def commit(self, outcome: Outcome, watermark: int) -> None:
        """Inside the transaction: alarms, at the stream's time (ms)."""
        if outcome.transitions:
            apply_transitions(outcome.transitions, datetime.fromtimestamp(watermark / 1000, UTC))

    def committed(self, outcome: Outcome) -> None:
        self.memory.remember(outcome)
        self.note_failures(outcome)

    def note_failures(self, outcome: Outcome) -> None:
        for slug, error in outcome.failed.items():
            if slug not in self.failing:
                logger.error("the rule %s is passed over where it fails", slug, exc_info=error)
            self.failing[slug] = f"{type(error).__name__}: {error}"

    def settled(self) -> None:
        """What changed limits meant for the latest values is recorded."""
        self._replaced = None
