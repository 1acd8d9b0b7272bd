"""People at work, for locust: each of a post, with lists and cases and searches open as the post has them, thinking ten seconds in the
mean between two pages. The town is told by CHENGGUAN_DESK_TOWN, as to every program of the desk; what came of it is written as JSON into
the file of CHENGGUAN_DESK_SAID.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

from laid_words import COMMON, LANDMARKS, TROUBLES, VILLAGES
from locust import FastHttpUser, events, task

FACTS = json.loads(os.environ["CHENGGUAN_DESK_TOWN"])
LAID, COOKIES = FACTS["laid"], FACTS["cookies"]
THINK_S = 10.0


class Person(FastHttpUser):
    """A page that is not the page, a sign-in for instance, is an error."""

    host = f"http://127.0.0.1:{FACTS['town']['port']}"
    abstract = True
    username = ""

    def wait_time(self) -> float:
        return random.expovariate(1 / THINK_S)

    def look(self, address: str, must: str, name: str) -> None:
        with self.client.get(address, headers={"Cookie": COOKIES[self.username]}, name=name, catch_response=True, allow_redirects=False) as answer:
            if answer.status_code != 200 or must not in (answer.text or ""):
                answer.failure(f"{answer.status_code} without {must}")

    def own_case(self) -> int:
        """Of those the centre sees: any."""
        return LAID["first"] + random.randrange(LAID["cases"] - 2)

    @task(8)
    def whole_list(self) -> None:
        self.look("/work", "work-rows", "/work")

    @task(3)
    def late_ones(self) -> None:
        self.look("/work?light=red", "<html", "/work?light")

    @task(8)
    def a_case(self) -> None:
        self.look(f"/cases/{self.own_case()}", "timebar", "/cases/…")


class Searching(Person):
    abstract = True

    @task(2)
    def search(self) -> None:
        words = random.choice((random.choice(VILLAGES) + random.choice(LANDMARKS), random.choice(TROUBLES), f"{random.choice(TROUBLES)} {random.choice(COMMON)}"))
        self.look(f"/cases?text={words}", 'name="text"', "/cases?text")


class Acceptor(Searching):
    weight, username = 3, "accept"


class Dispatcher(Searching):
    weight, username = 3, "dispatch"


class ShiftLeader(Searching):
    weight, username = 2, "shift"


class Operator(Searching):
    weight, username = 3, "hotline"


class Leader(Searching):
    weight, username = 1, "leader"

    @task(4)
    def one_department(self) -> None:
        self.look(f"/work?department={random.choice(LAID['departments'])}", "<html", "/work?department")


class Department(Person):
    """Sees its own cases only: those on its list, and those it was sent."""

    weight, username = 8, "lighting"

    def own_case(self) -> int:
        return random.choice(LAID["own_cases"])


@events.quitting.add_listener
def say(environment: Any, **_more: Any) -> None:
    whole = environment.stats.total
    told = {
        "pages": whole.num_requests, "errors": whole.num_failures, "p50": whole.get_response_time_percentile(0.5), "p95": whole.get_response_time_percentile(0.95),
        "worst": whole.max_response_time, "rate": whole.total_rps,
        "by": {entry.name: [entry.num_requests, entry.num_failures, entry.get_response_time_percentile(0.95)] for entry in environment.stats.entries.values()},
        "wrong": [f"{error.name}: {error.error}" for error in environment.stats.errors.values()][:5],
    }  # fmt: skip
    Path(os.environ["CHENGGUAN_DESK_SAID"]).write_text(json.dumps(told, ensure_ascii=False))
