"""Kills each process in turn while readings and alarms pass, and counts what is there afterwards.

    python tests/engines/faults_run.py [--readings 200000] [--alarms 200] [--rate 1500] [--kills ingest,postgres,...] [--settle 4]

A program of its own: it owns its engines and its environment; ingest, jobs and web run. With `--settle 0` an alarm is a case
at once, otherwise `jobs` makes it one after that many seconds. The last line is JSON: what was sent, what the history holds,
alarms, cases, what the web answers. Started by test_faults.py.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

sys.path[:1] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[2] / "bench")]

from rig import Gateways, Rig  # noqa: E402 - found beside the measurements

LAMPS, GATEWAYS = 50, 20


def kill(rig: Rig, name: str) -> None:
    """kill -9, a moment of absence, a new start."""
    process = rig.processes.pop(name)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(random.uniform(0.3, 1.5))
    if name == "postgres":
        start_postgres(rig)
    else:
        getattr(rig, f"start_{name}")()


def start_postgres(rig: Rig) -> None:
    from django.db import connection

    from chengguan.engines import postgres

    connection.close()
    cluster = postgres.cluster(rig.root)
    rig.processes["postgres"] = postgres.start(cluster, rig.root)
    postgres.wait_until_ready(cluster, rig.processes["postgres"])


def make_rules_quick(settle_s: float) -> None:
    """One rule raises at the first reading and registers a case, after its settling time or at once."""
    from chengguan.alarms.models import Rule

    Rule.objects.exclude(slug="lamp_overvoltage").update(enabled=False)
    Rule.objects.filter(slug="lamp_overvoltage").update(
        hold_s=0, clear_hold_s=0, settle_s=settle_s, severity=2 if settle_s else 1, auto_register=True
    )


def web_answers(rig: Rig) -> str:
    """The status of the health page; why not, when it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{rig.ports['web']}/api/health", timeout=10) as answer:
            return json.load(answer)["status"]
    except OSError as error:
        return str(error)


def counts(gateways: Gateways) -> dict[str, Any]:
    from chengguan.alarms.models import Alarm
    from chengguan.cases.models import Case, CaseAlarm
    from chengguan.engines import history
    from chengguan.observations.models import GatewaySequence, Quarantine

    rows, different = history.client().query("SELECT count(), uniqExact(device, metric, t) FROM readings").result_rows[0]
    told = gateways.counts()
    alarms = Alarm.objects.filter(rule="lamp_overvoltage")
    return {
        "sent": told["sent"] * 3, "rows": rows, "different": different, "asked": told["asked"], "resent": told["resent"],
        "alarms": alarms.count(), "alarm_subjects": alarms.values("cause_key").distinct().count(),
        "raised_twice": alarms.filter(times_raised__gt=1).count(), "cases": Case.objects.count(),
        "alarms_in_cases": CaseAlarm.objects.filter(alarm__in=alarms).count(),
        "cases_of_one": CaseAlarm.objects.filter(alarm__in=alarms).values("case").distinct().count(),
        "gaps": sum(len(row.gaps) for row in GatewaySequence.objects.all()), "quarantined": Quarantine.objects.count(),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--readings", type=int, default=200_000)
    parser.add_argument("--alarms", type=int, default=200)
    parser.add_argument("--rate", type=float, default=1500)
    parser.add_argument("--kills", default="web,ingest,postgres,jobs,history,broker")
    parser.add_argument("--settle", type=float, default=4)
    parser.add_argument("--limit", type=float, default=170)
    arguments = parser.parse_args()
    began = time.monotonic()
    with Rig(GATEWAYS, LAMPS) as rig:
        make_rules_quick(arguments.settle)
        rig.start_web()
        rig.start_jobs()
        rig.start_ingest()
        time.sleep(2)
        messages = arguments.readings // 3
        gateways = rig.start_gateways(arguments.rate, 3600, limit=messages, alarms=arguments.alarms, epoch=3, drop=400)
        names = arguments.kills.split(",")
        for at, name in enumerate(names, start=1):
            share = messages * (at - random.uniform(0.3, 0.9)) / len(names)
            while (sent := gateways.counts()["sent"]) < share:
                time.sleep(0.05)
            print(f"{time.monotonic() - began:4.0f} s  killing {name}, sent {sent}", flush=True)
            gateways.say(f"rate {arguments.rate / 3}")  # a slow restart must leave something for the next ones
            kill(rig, name)
            gateways.say(f"rate {arguments.rate}")
        found: dict[str, Any] = {}
        while time.monotonic() - began < arguments.limit:
            time.sleep(2)
            try:
                found = counts(gateways)
            except Exception as error:  # noqa: BLE001 - an engine is still on its way back
                print(f"{type(error).__name__}: {str(error)[:100]}", flush=True)
                continue
            print(f"{time.monotonic() - began:4.0f} s  {found}", flush=True)
            there = found["rows"] >= found["sent"] >= messages * 3 and found["cases"] >= arguments.alarms
            if there and web_answers(rig) == "ok":
                break
        time.sleep(3)
        found = counts(gateways) | {"web": web_answers(rig)}
        gateways.stop()
    print(json.dumps(found | {"seconds": round(time.monotonic() - began)}), flush=True)


if __name__ == "__main__":
    main()
