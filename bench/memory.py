"""How much memory the whole platform takes while 1,000 messages a second arrive.

Proportional set size (PSS: shared pages counted once) of every process of ours, engines included and the generator
left out, read from /proc every second of the last half of the run; the highest sum counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rig import Rig, result

REACH_GB = 2.5


def family(pids: list[int]) -> set[int]:
    """These processes and everything they started."""
    import psutil

    every = set(pids)
    for pid in pids:
        try:
            every |= {child.pid for child in psutil.Process(pid).children(recursive=True)}
        except psutil.NoSuchProcess:
            continue
    return every


def pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (OSError, PermissionError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def measure(rig: Rig) -> dict[str, float]:
    return {
        name: round(sum(pss_mb(pid) for pid in family([process.pid])), 1)
        for name, process in rig.processes.items()
        if name != "generator"
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=1000)
    given = parser.parse_args()
    with Rig() as rig:
        rig.start_ingest()
        rig.start_role("jobs", [sys.executable, "-m", "chengguan", "jobs"])
        web = ["uvicorn", "chengguan.config.asgi:application", "--port", "0", "--lifespan", "off", "--no-access-log"]
        rig.start_role("web", [sys.executable, "-m", *web])
        gateways = rig.start_gateways(given.rate, given.seconds)
        began, highest = time.monotonic(), {"": 0.0}
        while time.monotonic() - began < given.seconds:
            time.sleep(1)
            gateways.counts()
            if time.monotonic() - began > given.seconds / 2:
                now = measure(rig)
                if sum(now.values()) > sum(highest.values()):
                    highest = now
        sent = gateways.counts()["sent"]
        gateways.stop()
    total = round(sum(highest.values()) / 1024, 2)
    print("  ".join(f"{name} {size:.0f} MB" for name, size in highest.items()), flush=True)
    enough = sent >= 0.9 * given.rate * given.seconds
    result("memory", total, "GB PSS", REACH_GB, "the reach itself", None, enough and total < REACH_GB, parts_mb=highest, sent=sent)


if __name__ == "__main__":
    main()
