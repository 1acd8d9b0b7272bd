"""How much memory the whole platform takes while 1,000 messages a second arrive.

    python bench/memory.py [--seconds 60] [--rate 1000]

The sample county with its simulators as `make demo` starts it, a fleet of 1,000 lamps beside it, and three people's screens
open: a duty map that follows live, a work list and the alarm desk. Proportional set size (PSS: shared pages counted once)
of every process of the platform, engines included, generator and browser left out, read from /proc every second of the
last half of the run; the highest sum counts. A process that may not be read ends the measurement.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from town import BenchTown, result

REACH_GB = 2.5


def pss_mb(pid: int) -> float:
    """0 for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def name_of(pid: int) -> str:
    """What the process is for: postgres, nats-server, history_server, web, or our verb."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").split()
    except (FileNotFoundError, ProcessLookupError):
        return "ended"
    line = " ".join(words)
    if "postgres" in line.split(":")[0]:
        return "postgres"
    for mark, name in (("nats-server", "nats"), ("history_server", "history"), ("uvicorn", "web"), (" up", "supervisor")):
        if mark in line:
            return name
    return words[-1] if words else "ended"


def measure(bench: BenchTown) -> dict[str, float]:
    """MB by part."""
    from chengguan.engines import processes

    assert bench.town.process is not None
    data = bench.town.root / "postgres" / "data"
    found: dict[str, float] = {}
    for pid in {bench.town.process.pid, *processes.of_data_root(bench.town.root), *processes.working_in(data)}:
        name = name_of(pid)
        found[name] = found.get(name, 0.0) + pss_mb(pid)
    return found


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=1000)
    given = parser.parse_args()
    with BenchTown(10, 100, demo=True) as bench, sync_playwright() as playwright:
        browser = bench.chromium(playwright)
        for account, address in (("duty", "/map"), ("accept", "/work"), ("duty", "/alarms")):
            bench.signed_in(browser, account).goto(address)
        bench.start_load(given.rate)
        began, highest = time.monotonic(), {"": 0.0}
        while time.monotonic() - began < given.seconds:
            time.sleep(1)
            if time.monotonic() - began > given.seconds / 2:
                now = measure(bench)
                if sum(now.values()) > sum(highest.values()):
                    highest = now
        sent = bench.sent()
        browser.close()
    total = round(sum(highest.values()) / 1024, 2)
    parts = {name: round(size) for name, size in sorted(highest.items(), key=lambda each: -each[1])}
    print("  ".join(f"{name} {size} MB" for name, size in parts.items()), flush=True)
    enough = sent >= 0.9 * given.rate * given.seconds and {"postgres", "nats", "history", "web", "ingest", "jobs"} <= set(parts)
    result("memory", total, "GB PSS", REACH_GB, "the reach itself", None, enough and total < REACH_GB, parts_mb=parts, sent=sent)


if __name__ == "__main__":
    main()
