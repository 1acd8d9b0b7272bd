"""What is concluded without a reading: who has not been heard, whose hold time ran out, and what a rule that is no longer
in force lets go of. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from chengguan.alarms.conditions.held import ActiveRule, Facts, Held, Memory, Outcome, RuleSet, Transition


def silence(
    rules: RuleSet,
    heard: pl.DataFrame,
    gateways: Mapping[int, tuple[str, int]],
    memory: Memory,
    facts: Mapping[int, Facts],
    watermark: int,
    listening_since: int = 0,
) -> Outcome:
    """Judge who has not been heard. Called every few seconds, and only while the backlog is young.

    `heard`: columns device and seen (ms) of every enabled device. `gateways`: every enabled
    gateway -> (subsystem, ms last heard); 0 when never. `listening_since`: before it nobody could be
    heard (the broker was away). Devices behind a silent gateway are not judged."""
    outcome = Outcome()
    if memory.first_judged is None:
        memory.first_judged = watermark
    if not heard.height:
        heard = pl.DataFrame(schema={"device": pl.Int64, "seen": pl.Int64})
    devices, seen = heard["device"].to_numpy(), heard["seen"].to_numpy()
    seen = np.maximum(np.where(seen > 0, seen, memory.first_judged), listening_since)
    for rule in sorted(rules.missing, key=lambda each: each.watches != "gateway"):
        limit = int(float(rule.limits["silent_s"]) * 1000)
        if rule.watches == "gateway":
            quiet = [one for one, (_, last) in gateways.items() if watermark - max(last if last > 0 else memory.first_judged, listening_since) > limit]
        else:
            quiet = devices[watermark - seen > limit].tolist()
        already = memory.held.get(rule.slug, {})
        for one in quiet:
            if one in already:
                continue
            if rule.watches == "gateway":
                if gateways[one][0] != rule.subsystem:
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
        watcher.watches == "gateway" and rule.slug in watcher.explains and memory.holds(watcher.slug, known.gateway, outcome)
        for watcher in rules.missing
    )


def ripe(
    rules: RuleSet, memory: Memory, facts: Mapping[int, Facts], watermark: int, listening_since: int = 0
) -> Iterable[tuple[ActiveRule, list[int]]]:
    """Rules and the devices whose hold time ran out with no reading since that says otherwise: what was reported last holds
    until something else is, and many devices report a change once. Time in which nobody could be heard does not count."""
    for slug, of in memory.held.items():
        rule = rules.rules.get(slug)
        if rule is None or rule.kind == "missing":
            continue
        devices = []
        for device, (active, since, clearing) in of.items():
            began, time = (clearing, rule.clear_hold_ms) if active else (since, rule.hold_ms)
            if device in facts and began is not None and watermark - max(began, listening_since) >= time:
                devices.append(device)
        if devices:
            yield rule, devices


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


def changed(before: RuleSet, after: RuleSet) -> RuleSet:
    """The rules of `after` that are new or different: judge the latest values by them once, as if just reported."""
    return RuleSet((rule for slug, rule in after.rules.items() if before.rules.get(slug) != rule), after.metrics, after.version)
