"""The whole program with a county's years of cases in it, for every measurement of the desk.

`DeskTown` starts one, with two web workers, or joins the one that `bench/run.py --desk` has running (CHENGGUAN_DESK_TOWN). With
CHENGGUAN_DESK_FOLDER the town stays in that folder, and the next run finds it laid. `python bench/desk/town.py` starts one and keeps it
running: it prints the CHENGGUAN_DESK_TOWN by which programs join it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
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
PEOPLE = ("accept", "dispatch", "shift", "hotline", "leader", "lighting")
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
            self.town, self.laid, self.cookies, self.key = Town.known(json.dumps(facts["town"])), facts["laid"], facts["cookies"], facts["key"]
            self.crowd = facts["crowd"]
            return self
        os.environ["CHENGGUAN_WEB_WORKERS"] = "2"
        kept = os.environ.get("CHENGGUAN_DESK_FOLDER")
        self.kept = Path(kept).resolve() if kept else None
        if self.kept:
            self.kept.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.town = Town(self.kept or short_folder())
        try:
            print("starting the program", flush=True)
            self.town.start(600)
            self.laid = self._laid()
            self.cookies = self.inside(f"laying.sign_in({list(PEOPLE)!r})")
            self.crowd = self.inside("crowd.come()")
            self.key = self.inside("laying.partner_key()")
        except BaseException:
            self.__exit__()
            raise
        return self

    def _laid(self) -> dict[str, Any]:
        """What lies here; made anew in a folder where nothing lies yet."""
        noted = self.town.root / "laid.json"
        if noted.exists():
            return {**json.loads(noted.read_text()), "earlier": True}
        self.town.build()
        cases = cases_asked()
        print(f"laying {cases:,} cases", flush=True)
        laid = self.inside(f"laying.lay({cases}, {max(cases // OPEN_SHARE, 50)})", 3600)
        noted.write_text(json.dumps(laid))
        return laid

    def __exit__(self, *_: object) -> None:
        if self.own:
            self.town.stop()
            if not self.kept:
                shutil.rmtree(self.town.root, ignore_errors=True)

    def facts(self) -> str:
        """What a program needs to join."""
        town = {"root": str(self.town.root), "port": self.town.port, "mqtt_port": self.town.mqtt_port, "keys": self.town.keys}
        return json.dumps({"town": town, "laid": self.laid, "cookies": self.cookies, "crowd": self.crowd, "key": self.key})

    def inside(self, call: str, seconds: float = 120) -> Any:
        """What a function of this folder, as `laying.sign_in([])`, prints last as JSON; run in a fresh process of the town's Django."""
        code = f"import sys; sys.path.insert(0, {str(REPOSITORY / 'bench' / 'desk')!r}); import {call.split('.')[0]}; {call}"
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


def at_the_same_time(one: Callable[[int], None], at_once: int, wrong: list[str]) -> None:
    """`one(number)` in a thread for each number. RuntimeError with the first of what went `wrong`."""
    threads = [threading.Thread(target=one, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(wrong[0])


def pull(port: int, cookie: str, address: Callable[[int], str], says_wrong: Callable[[int, str], str], seconds: float, at_once: int = 4) -> tuple[list[float], float]:
    """Whole pages, one after the other on each of `at_once` connections: milliseconds of each, and pages a second.
    RuntimeError when an answer is not the page; `says_wrong` tells what is wrong with one, nothing when it is right."""
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
                if answer.status != 200 or (words := says_wrong(at, body)):
                    wrong.append(f"{path}: {answer.status} {body[:200] if answer.status != 200 else words}")
                at += at_once
        except OSError as error:
            wrong.append(f"{error!r}")
        finally:
            connection.close()

    at_the_same_time(one, at_once, wrong)
    return took, len(took) / seconds


def send(port: int, address: str, headers: dict[str, str], body: Callable[[int], tuple[bytes, str]], seconds: float, at_once: int = 8) -> tuple[list[float], float]:
    """Posts `body(number)` (bytes and their type), one after the other on each of `at_once` connections: milliseconds of each that was
    created (201), and how many a second. RuntimeError when another answer comes."""
    took: list[float] = []
    wrong: list[str] = []
    began = time.monotonic()
    end = began + seconds

    def one(number: int) -> None:
        connection, at = HTTPConnection("127.0.0.1", port, timeout=120), number
        try:
            while time.monotonic() < end and not wrong:
                content, kind = body(at)
                since = time.monotonic()
                connection.request("POST", address, content, {"Content-Type": kind, **headers})
                answer = connection.getresponse()
                said = answer.read().decode(errors="replace")
                took.append((time.monotonic() - since) * 1000)
                if answer.status != 201:
                    wrong.append(f"{answer.status} {said[:300]}")
                at += at_once
        except (OSError, IndexError) as error:
            wrong.append(f"{error!r}")
        finally:
            connection.close()

    at_the_same_time(one, at_once, wrong)
    return took, len(took) / (time.monotonic() - began)


def page_figure(
    name: str, usual_s: float, cookie_of: str, address: Callable[[DeskTown, int], str], must: str | Callable[[DeskTown, int, str], str],
    reach_ms: float, reach_rate: float | None, against: tuple[str, float | None],
) -> None:  # fmt: skip
    """One page under four readers at once after a short warming: its 95th percentile, and how many a second, if that is asked for.
    `must`: words of the page, or what tells what is wrong with it; `against`: another program's figure, in words and pages a second."""

    def says_wrong(number: int, page: str) -> str:
        return must(desk, number, page) if callable(must) else "" if must in page else f"without {must}"

    with DeskTown() as desk:
        cookie = desk.cookies[cookie_of]
        pull(desk.town.port, cookie, lambda n: address(desk, n), says_wrong, 3)
        took, rate = pull(desk.town.port, cookie, lambda n: address(desk, n), says_wrong, seconds_asked(usual_s))
        cases = desk.laid["cases"]
    last = percentile(took, 0.95)
    print(f"{len(took)} pages, {rate:.1f}/s, median {percentile(took, 0.5):.0f} ms, 95 % {last:.0f} ms, worst {max(took):.0f} ms", flush=True)
    words, theirs = against
    ratio, met = round(rate / theirs, 1) if theirs else None, last <= reach_ms and rate >= (reach_rate or 0)
    result(name, round(last), "ms p95", reach_ms, words, ratio, met, rate=round(rate, 1), reach_rate=reach_rate, cases=cases)


def main() -> None:
    """Keep a town until Ctrl-C."""
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, signal.default_int_handler)
    try:
        with DeskTown() as desk:
            print(f"CHENGGUAN_DESK_TOWN='{desk.facts()}'", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
