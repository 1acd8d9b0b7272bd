"""How many messages a second the river carries: 10,000 lamps behind 100 gateways, all rules and both sinks on.

    python bench/ingest.py [--seconds 120] [--rate 10000] [--sync-always] [--no-ceiling] [--ceiling-seconds 120]

The generator speaks MQTT at QoS 1 through the real listener, each message carries three readings at sensor resolution,
0.1 % of the readings are beyond a limit: a lamp's voltage is too high for three seconds, then another's. The rule has no hold
time here, so each such rise raises an alarm and its end returns it; the count must come out even. Broker, generator, PostgreSQL (fsync on), history and ingest share the machine.
Held means: the backlog at the end is younger than two seconds and no larger than in the first half. Afterwards the
gateways send again what they were asked for, and every reading must be in the history exactly once.

The ceiling is the same consumer, decoder and insert without rules, state, checks and positions (`bench/bare.py`).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from functools import partial
from typing import Any

from rig import Gateways, Rig, result


def backlog(rig: Rig) -> dict[str, Any]:
    """What the *now* sink last reported."""
    from chengguan.observations.models import SinkReport

    found = {row.sink: row.figures for row in SinkReport.objects.all()}
    return found.get("now", {}) | {"history": found.get("history", {})}


def in_history() -> tuple[int, int]:
    """(rows, different readings)."""
    from chengguan.engines import history

    query = "SELECT count(), uniqExact(device, metric, t) FROM readings"
    return tuple(history.client().query(query, settings={"max_execution_time": 300}).result_rows[0])


EPISODE_S = 3


def make_rule_quick() -> None:
    """Every rule stays on; that of the high voltages holds for no time, so that each episode is an alarm."""
    from chengguan.alarms.models import Rule

    Rule.objects.filter(slug="lamp_overvoltage").update(hold_s=0, clear_hold_s=0)


def raised() -> int:
    """How often an alarm for high voltage was raised; the same lamp again counts again."""
    from django.db.models import Sum

    from chengguan.alarms.models import Alarm

    return Alarm.objects.filter(rule="lamp_overvoltage").aggregate(all=Sum("times_raised"))["all"] or 0


def hold(rig: Rig, rate: float, seconds: float, say: bool = True) -> dict[str, Any]:
    """One run at a fixed rate."""
    gateways = rig.start_gateways(rate, seconds + 3600, episode=EPISODE_S)
    time.sleep(8)
    before, cpu = gateways.counts(), rig.cpu()
    began = time.monotonic()
    ages = []
    while time.monotonic() - began < seconds:
        time.sleep(min(5, seconds))
        told = backlog(rig)
        ages.append((told.get("backlog", 0), told.get("age_s", 0)))
        if say:
            now = gateways.counts()
            print(
                f"{time.monotonic() - began:5.0f} s  sent {now['sent']:>8}  acknowledged {now['acknowledged']:>8}  backlog "
                f"{told.get('backlog')} {told.get('age_s')} s  history {told['history'].get('backlog')} rows "
                f"{told['history'].get('age_s')} s {told['history'].get('paused', '')}", flush=True,
            )  # fmt: skip
    elapsed = time.monotonic() - began
    after, used = gateways.counts(), rig.cpu()
    busy = {name: round((used[name] - cpu.get(name, 0)) / elapsed, 2) for name in used}
    gateways.say("rate 0")
    figures = {"rate": (after["sent"] - before["sent"]) / elapsed, "ages": ages, "busy": busy, "report": backlog(rig)}
    return figures | {"gateways": gateways}


def settle(rig: Rig, gateways: Gateways, limit_s: float = 120) -> dict[str, Any]:
    """Wait until everything sent, and sent again, is in the history."""
    deadline = time.monotonic() + limit_s
    sent = gateways.counts()["sent"]
    while time.monotonic() < deadline:
        time.sleep(2)
        sent = gateways.counts()["sent"]
        rows, different = in_history()
        if rows >= sent * 3:
            break
    counts = gateways.counts()
    gateways.stop()
    rows, different = in_history()
    told = {"sent": sent * 3, "rows": rows, "different": different, "resent": counts["resent"], "asked": counts["asked"]}
    return told | {"rises": counts["rises"], "raised": raised()}


def steady(ages: list[tuple[int, float]]) -> bool:
    half = len(ages) // 2
    first = max((age for _, age in ages[:half]), default=0.0)
    return bool(ages) and ages[-1][1] < 2.0 and ages[-1][1] <= max(first, 1.0)


def full(arguments: argparse.Namespace) -> dict[str, Any]:
    with Rig(arguments.gateways, arguments.lamps, sync_always=arguments.sync_always) as rig:
        make_rule_quick()
        rig.start_ingest()
        time.sleep(5)
        run = hold(rig, arguments.rate, arguments.seconds)
        told = settle(rig, run.pop("gateways"))
        print("steps", {name: step["busy"] for name, step in run["report"].get("steps", {}).items()})
        print("refused", run["report"].get("refused_total"), "slowest rule", run["report"].get("slowest_rule"))
        print("cores", run["busy"], told, flush=True)
        return run | told | {"steady": steady(run["ages"])}


def with_sync_always(arguments: argparse.Namespace) -> float:
    """The rate that comes through when the broker waits for the disk at every message; half a minute of it."""
    with Rig(arguments.gateways, arguments.lamps, sync_always=True) as rig:
        make_rule_quick()
        rig.start_ingest()
        time.sleep(5)
        run = hold(rig, arguments.rate, 30, say=False)
        run["gateways"].stop()
    print(f"sync_interval always: {run['rate']:.0f} messages/s", flush=True)
    return run["rate"]


YOUNG_S, FINEST = 2.0, 1.03
"""A backlog no older than so many seconds is young. The search for the highest rate ends at steps of 3 %."""


def highest(arguments: argparse.Namespace, bare: bool) -> float:
    """The highest rate held, found by raising it while the backlog stays young."""
    with Rig(arguments.gateways, arguments.lamps) as rig:
        if bare:
            rig.start_role("bare", [sys.executable, "bench/bare.py", str(rig.root / "bare.json")])
        else:
            make_rule_quick()
            rig.start_ingest()
        time.sleep(6)
        gateways = rig.start_gateways(arguments.start_rate, 7200, episode=EPISODE_S)
        time.sleep(5)
        rate = search(rig, gateways, arguments, bare)
        while True:
            calm(gateways, rate)
            went = watch(rig, gateways, arguments.ceiling_seconds, bare)
            print(f"{'bare' if bare else 'full'}: {went[0]:.0f}/s for {arguments.ceiling_seconds} s, age {went[1]:.1f} s", flush=True)
            if went[1] <= YOUNG_S:
                gateways.stop()
                return went[0]
            rate *= 0.97


def search(rig: Rig, gateways: Gateways, arguments: argparse.Namespace, bare: bool) -> float:
    """The highest rate that is held for a short while, in ever smaller steps: a step too far says only that it lies within that step."""
    rate, held, step = arguments.start_rate, 0.0, 1.15
    while True:
        went = watch(rig, gateways, arguments.search_seconds, bare)
        print(f"{'bare' if bare else 'full'}: asked {rate:.0f}/s, went {went[0]:.0f}/s, backlog age {went[1]:.1f} s", flush=True)
        kept_up = went[1] <= YOUNG_S
        held = max(held, went[0]) if kept_up else held
        if kept_up and went[0] < rate * 0.93:
            return held  # more than that cannot be brought here
        if not kept_up:
            step **= 0.5
            if step < FINEST or not held:
                return held or went[0]
            calm(gateways, held)
        rate = held * step
        gateways.say(f"rate {rate}")


def calm(gateways: Gateways, rate: float) -> None:
    """Let what has piled up flow away, then go on at that rate."""
    gateways.say(f"rate {rate * 0.5}")
    time.sleep(10)
    gateways.say(f"rate {rate}")


def watch(rig: Rig, gateways: Gateways, seconds: float, bare: bool) -> tuple[float, float]:
    """(messages a second that went through, age of the backlog at the end)."""
    import json

    before, began = gateways.counts()["sent"], time.monotonic()
    time.sleep(seconds)
    went = (gateways.counts()["sent"] - before) / (time.monotonic() - began)
    if bare:
        try:
            return went, json.loads((rig.root / "bare.json").read_text())["age_s"]
        except (OSError, ValueError):
            return went, 99.0
    return went, backlog(rig).get("age_s", 99.0)


ONLY = {"sync_always": with_sync_always, "full": partial(highest, bare=False), "bare": partial(highest, bare=True)}


def apart(name: str) -> float:
    """One of ONLY in a process of its own, for settings and engines are read once in each; its last line is the figure."""
    given = [each for each in sys.argv[1:] if each != "--no-ceiling"]
    last = ""
    with subprocess.Popen([sys.executable, __file__, *given, "--only", name], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            last = line.strip() or last
            if not last.startswith("rate "):
                print(line, end="", flush=True)
    if child.returncode or not last.startswith("rate "):
        raise SystemExit(f"{name}: exit {child.returncode}, no figure")
    return float(last.removeprefix("rate "))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--rate", type=float, default=10_000)
    parser.add_argument("--gateways", type=int, default=100)
    parser.add_argument("--lamps", type=int, default=100)
    parser.add_argument("--sync-always", action="store_true")
    parser.add_argument("--no-ceiling", action="store_true")
    parser.add_argument("--ceiling-seconds", type=float, default=120)
    parser.add_argument("--search-seconds", type=float, default=15)
    parser.add_argument("--start-rate", type=float, default=8000)
    parser.add_argument("--only", choices=ONLY)
    arguments = parser.parse_args()
    if arguments.only:
        print(f"rate {ONLY[arguments.only](arguments):.0f}", flush=True)
        return
    run = full(arguments)
    exact = run["rows"] == run["different"] == run["sent"] and run["raised"] == run["rises"]
    always = ratio = None
    if not arguments.no_ceiling:
        always, ours, ceiling = apart("sync_always"), apart("full"), apart("bare")
        ratio = round(ours / ceiling, 2)
        print(f"highest held: {ours:.0f}/s with rules and state, {ceiling:.0f}/s without", flush=True)
    met = run["rate"] >= 0.98 * arguments.rate and run["steady"] and exact and (ratio is None or ratio >= 0.4)
    result(
        "ingest", round(run["rate"]), "messages/s", 10_000, "the same consumer, decoder and insert without rules and state (0.4)",
        ratio, bool(met and arguments.rate >= 10_000), readings_s=round(run["rate"] * 3), sync="always" if arguments.sync_always else "default",
        with_sync_always=always,
        cores=run["busy"], backlog_age_s=run["ages"][-1][1], lost=run["sent"] - run["different"], twice=run["rows"] - run["different"],
        asked_again=run["asked"], alarms=run["raised"], episodes=run["rises"], published_elsewhere=5000,
    )  # fmt: skip


if __name__ == "__main__":
    main()
