"""The whole program with a county's years of cases in it, for every measurement of the desk.

`DeskTown` starts one, with two web workers, or joins the one that `bench/run.py --desk` has running (CHENGGUAN_DESK_TOWN).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "bench")]

from rig import result  # noqa: E402

from tests.journeys.town import Town, short_folder  # noqa: E402

__all__ = ["DeskTown", "percentile", "pull", "result"]
PEOPLE = ("accept", "dispatch", "shift", "hotline", "leader")
OPEN_SHARE = 50
"""One case in so many is open: 20,000 of 1,000,000."""


def cases_asked() -> int:
    return int(os.environ.get("CHENGGUAN_DESK_CASES") or 1_000_000)


def seconds_asked(usual: float) -> float:
    return float(os.environ.get("CHENGGUAN_DESK_SECONDS") or usual)


class DeskTown:
    def __enter__(self) -> DeskTown:
        told = os.environ.get("CHENGGUAN_DESK_TOWN")
        self.own = not told
        if told:
            facts = json.loads(told)
            self.town, self.laid, self.cookies = Town.known(json.dumps(facts["town"])), facts["laid"], facts["cookies"]
            return self
        os.environ["CHENGGUAN_WEB_WORKERS"] = "2"
        self.town = Town(short_folder())
        try:
            print("starting the program", flush=True)
            self.town.start(600)
            self.town.build()
            cases = cases_asked()
            print(f"laying {cases:,} cases", flush=True)
            self.laid = self._inside(f"lay({cases}, {max(cases // OPEN_SHARE, 50)})", 3600)
            self.cookies = self._inside(f"sign_in({list(PEOPLE)!r})", 120)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.own:
            self.town.stop()
            shutil.rmtree(self.town.root, ignore_errors=True)

    def facts(self) -> str:
        """What a program needs to join."""
        town = {"root": str(self.town.root), "port": self.town.port, "mqtt_port": self.town.mqtt_port, "keys": self.town.keys}
        return json.dumps({"town": town, "laid": self.laid, "cookies": self.cookies})

    def _inside(self, call: str, seconds: float) -> Any:
        code = f"import sys; sys.path.insert(0, {str(REPOSITORY / 'bench' / 'desk')!r}); import laying; laying.{call}"
        run = subprocess.run(
            [sys.executable, "-m", "chengguan", "shell", "-v0", "-c", code],
            cwd=REPOSITORY, env=self.town.environment, capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip
        if run.returncode:
            raise RuntimeError(run.stderr[-3000:])
        return json.loads(run.stdout.strip().splitlines()[-1])


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def pull(port: int, cookie: str, address: Callable[[int], str], must: str, seconds: float, at_once: int = 4) -> tuple[list[float], float]:
    """Whole pages, one after the other on each of `at_once` connections: milliseconds of each, and pages a second.
    RuntimeError when an answer is not the page, which is known by the words `must` in it."""
    took: list[float] = []
    wrong: list[str] = []
    end = time.monotonic() + seconds

    def one(number: int) -> None:
        connection, at = HTTPConnection("127.0.0.1", port, timeout=120), number
        try:
            while time.monotonic() < end and not wrong:
                began, path = time.monotonic(), address(at)
                connection.request("GET", path, headers={"Cookie": cookie})
                answer = connection.getresponse()
                body = answer.read().decode(errors="replace")
                took.append((time.monotonic() - began) * 1000)
                if answer.status != 200 or must not in body:
                    wrong.append(f"{path}: {answer.status} {body[:200]}")
                at += at_once
        except OSError as error:
            wrong.append(f"{error!r}")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(wrong[0])
    return took, len(took) / seconds


def page_figure(name: str, usual_s: float, cookie_of: str, address: Callable[[DeskTown, int], str], must: str, reach_ms: float, reach_rate: float, against: str) -> None:
    """One page under four readers at once after a short warming: its 95th percentile, and how many a second."""
    with DeskTown() as desk:
        cookie = desk.cookies[cookie_of]
        pull(desk.town.port, cookie, lambda n: address(desk, n), must, 3)
        took, rate = pull(desk.town.port, cookie, lambda n: address(desk, n), must, seconds_asked(usual_s))
        cases = desk.laid["cases"]
    last = percentile(took, 0.95)
    print(f"{len(took)} pages, {rate:.1f}/s, median {percentile(took, 0.5):.0f} ms, 95 % {last:.0f} ms, worst {max(took):.0f} ms", flush=True)
    result(name, round(last), "ms p95", reach_ms, against, None, last <= reach_ms and rate >= reach_rate, rate=round(rate, 1), reach_rate=reach_rate, cases=cases)
