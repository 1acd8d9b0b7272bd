"""Two hundred people at work for ten minutes (`people.py`, by locust), each with an account of its own: they open lists, cases and
searches, move cases on, walk with the telephone, and think ten seconds in the mean between two pages."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from town import REPOSITORY, DeskTown, result, seconds_asked

REACH_MS, A_SECOND = 500.0, 10
"""How many come a second. What is counted begins when all are there."""


def people(desk: DeskTown) -> int:
    return sum(len(cookies) for cookies in desk.crowd.values())


def work(desk: DeskTown, seconds: float, said: Path) -> dict:
    whole = int(seconds + people(desk) / A_SECOND)
    run = subprocess.run(
        [
            sys.executable, "-m", "locust", "-f", str(REPOSITORY / "bench" / "desk" / "people.py"), "--headless", "--only-summary",
            "--reset-stats",
            "--users", str(people(desk)), "--spawn-rate", str(A_SECOND), "--run-time", f"{whole}s", "--stop-timeout", "30", "--exit-code-on-error", "0",
        ],
        cwd=REPOSITORY, env=os.environ | {"CHENGGUAN_DESK_TOWN": desk.facts(), "CHENGGUAN_DESK_SAID": str(said)}, capture_output=True, text=True, timeout=whole + 300,
    )  # fmt: skip
    if run.returncode or not said.exists():
        raise RuntimeError((run.stderr or run.stdout)[-3000:])
    return json.loads(said.read_text())


if __name__ == "__main__":
    with DeskTown() as town, tempfile.TemporaryDirectory() as place:
        seconds, before = seconds_asked(600), town.inside("crowd.steps()")
        told = work(town, seconds, Path(place) / "said.json")
        moves = town.inside("crowd.steps()") - before
    for name, (pages, errors, last) in told["by"].items():
        print(f"{name}: {pages} pages, {errors} errors, 95 % {last:.0f} ms", flush=True)
    print(f"{told['pages']} pages in {seconds:.0f} s, median {told['p50']:.0f} ms, worst {told['worst']:.0f} ms, {told['errors']} errors {told['wrong']}", flush=True)
    print(f"{moves} steps of cases taken, among them those while people were still coming", flush=True)
    result(
        "desk_people", round(told["p95"]), "ms p95", REACH_MS, "", None, told["p95"] <= REACH_MS and not told["errors"] and told["pages"] > 0 and moves > 0,
        people=people(town), moves=moves, pages=told["pages"], errors=told["errors"],
    )  # fmt: skip
