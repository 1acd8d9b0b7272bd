"""A work list's page while half of the ingest load runs, against the same page idle.

    python bench/worklist.py [--rate 5000] [--cases 3000] [--seconds 60]

The whole program runs as an operator starts it; 10,000 lamps behind 100 gateways send. A signed-in acceptor, whose desk
holds `--cases` open reports, opens the list again and again, half a second apart, as a browser does: the whole page, until
its last byte.
"""

from __future__ import annotations

import argparse
import time
import urllib.request

from town import BenchTown, percentile, result

REACH_MS = 500.0


def measure(address: str, cookie: str, seconds: float) -> list[float]:
    """Milliseconds of each opening."""
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Cookie": cookie}), timeout=60) as answer:
            body = answer.read()
        took.append((time.monotonic() - began) * 1000)
        if "/work" not in answer.url or "/cases/" not in body.decode():
            raise RuntimeError(f"this is no work list: {answer.url}")
        time.sleep(0.5)
    return took


def say(words: str, took: list[float]) -> float:
    last = percentile(took, 0.95)
    print(f"{words}: {len(took)} pages, median {percentile(took, 0.5):.0f} ms, 95 % {last:.0f} ms, worst {max(took):.0f} ms", flush=True)
    return last


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=5000)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    with BenchTown(100, 100) as bench:
        session = bench.ask(f"lay_cases({given.cases})")
        address, cookie = f"{bench.town.url}/work", f"{session['cookie']}={session['key']}"
        measure(address, cookie, 3)
        idle = say("idle", measure(address, cookie, given.seconds / 2))
        bench.start_load(given.rate)
        time.sleep(15)
        before, began = bench.sent(), time.monotonic()
        busy = say(f"while {given.rate:.0f} messages/s are sent", measure(address, cookie, given.seconds))
        rate = (bench.sent() - before) / (time.monotonic() - began)
    print(f"{rate:.0f} messages/s went", flush=True)
    result(
        "worklist", round(busy), "ms p95", REACH_MS, "the same page idle", round(busy / idle, 2), busy < REACH_MS and rate >= 0.95 * given.rate,
        idle_ms=round(idle), cases=given.cases, rate=round(rate),
    )  # fmt: skip


if __name__ == "__main__":
    main()
