"""People at work, for locust: each an account of its own, with lists and cases and searches open as the post has them, and the moves of
the post, thinking ten seconds in the mean between two pages. The town is told by CHENGGUAN_DESK_TOWN, as to every program of the desk;
what came of it is written as JSON into the file of CHENGGUAN_DESK_SAID.
"""

from __future__ import annotations

import json
import os
import random
import re
import uuid
from pathlib import Path
from typing import Any

from laid_words import COMMON, LANDMARKS, TROUBLES, VILLAGES
from locust import FastHttpUser, events, task

FACTS = json.loads(os.environ["CHENGGUAN_DESK_TOWN"])
LAID, CROWD = FACTS["laid"], FACTS["crowd"]
THINK_S, MOVED = 10.0, 0.5
LIST, PHONE = ("work-rows", "state-empty"), ("data-position",)
PLAIN = ("accept", "file", "dispatch", "receive", "forward", "send_to_confirm", "send_to_verify", "accept_result", "close", "approve")
"""Moves for several cases that ask for no words."""
LEFT = "没有办成"
TICK = re.compile(r'name="case" value="(\d+:\d+)" data-moves="([^"]*)"')
TOKEN = "c" * 32
"""Of the form's guard: its cookie and its field say the same."""


class Person(FastHttpUser):
    """A page that is not the page, a sign-in for instance, is an error."""

    host = f"http://127.0.0.1:{FACTS['town']['port']}"
    abstract = True
    like = ""

    def on_start(self) -> None:
        self.headers = {"Cookie": f"{CROWD[self.like].pop()}; csrftoken={TOKEN}"}

    def wait_time(self) -> float:
        return random.expovariate(1 / THINK_S)

    def look(self, address: str, must: tuple[str, ...], name: str) -> str:
        with self.client.get(address, headers=self.headers, name=name, catch_response=True, allow_redirects=False) as answer:
            page = answer.text or ""
            if answer.status_code != 200 or not any(words in page for words in must):
                answer.failure(f"{answer.status_code} without {' or '.join(must)}")
            return page

    def send(self, address: str, told: dict[str, str], name: str, or_says: str = "") -> None:
        """What is taken leads on to a page that is not the sign-in; what is refused in words is answered by a page that says so."""
        data = {"csrfmiddlewaretoken": TOKEN, **told}
        with self.client.post(address, data=data, headers=self.headers, name=name, catch_response=True, allow_redirects=False) as answer:
            refused = answer.status_code == 200 and or_says and or_says in (answer.text or "")
            if not refused and (answer.status_code != 302 or "/signin" in (answer.headers.get("Location") or "")):
                answer.failure(f"{answer.status_code}: not taken")


class AtDesk(Person):
    """Whoever finds a case on the list that the post can move on opens it as often as not and takes the move."""

    abstract = True

    def own_case(self) -> int:
        """Of those the centre sees: any."""
        return LAID["first"] + random.randrange(LAID["cases"] - 2)

    @task(8)
    def whole_list(self) -> None:
        page = self.look("/work", LIST, "/work")
        ticks = [(mark, move) for mark, moves in TICK.findall(page) for move in moves.split() if move in PLAIN]
        if ticks and random.random() < MOVED:
            mark, move = random.choice(ticks)
            self.look(f"/cases/{mark.partition(':')[0]}", ("timebar",), "/cases/… to be moved on")
            self.send("/work/bulk", {"action": move, "case": mark, "back": "?"}, f"{move}: /work/bulk", LEFT)

    @task(3)
    def late_ones(self) -> None:
        self.look("/work?light=red", LIST, "/work?light")

    @task(8)
    def a_case(self) -> None:
        self.look(f"/cases/{self.own_case()}", ("timebar",), "/cases/…")


class Searching(AtDesk):
    abstract = True

    @task(2)
    def search(self) -> None:
        words = random.choice((random.choice(VILLAGES) + random.choice(LANDMARKS), random.choice(TROUBLES), f"{random.choice(TROUBLES)} {random.choice(COMMON)}"))
        self.look(f"/cases?text={words}", LIST, "/cases?text")


class Acceptor(Searching):
    fixed_count, like = len(CROWD["accept"]), "accept"


class Dispatcher(Searching):
    fixed_count, like = len(CROWD["dispatch"]), "dispatch"


class ShiftLeader(Searching):
    fixed_count, like = len(CROWD["shift"]), "shift"


class Operator(Searching):
    fixed_count, like = len(CROWD["hotline"]), "hotline"

    @task(2)
    def a_call(self) -> None:
        told = {
            "source": "hotline", "description": f"{random.choice(TROUBLES)}，{random.choice(VILLAGES)}{random.choice(LANDMARKS)}", "matter_code": "01037",
            "lon": f"{108.9916 + random.uniform(-0.001, 0.001):.6f}", "lat": f"{28.4482 + random.uniform(-0.0003, 0.0003):.6f}",
            "reporter_phone": "13900001111", "key": uuid.uuid4().hex,
        }  # fmt: skip
        self.look("/work/new", ('name="reporter_phone"',), "/work/new")
        self.send("/work/new", told, "register: /work/new")


class Leader(Searching):
    fixed_count, like = len(CROWD["leader"]), "leader"

    @task(4)
    def one_department(self) -> None:
        self.look(f"/work?department={random.choice(LAID['departments'])}", LIST, "/work?department")


class Department(AtDesk):
    """Sees its own cases only: those on its list, and those it was sent."""

    fixed_count, like = len(CROWD["lighting"]), "lighting"

    def own_case(self) -> int:
        return random.choice(LAID["own_cases"])


class OnFoot(Person):
    """By telephone: the tasks, again and again."""

    abstract = True

    @task(6)
    def my_tasks(self) -> None:
        self.look("/field/", PHONE, "/field/")


class Inspector(OnFoot):
    fixed_count, like = len(CROWD["inspect"]), "inspect"

    @task(2)
    def new_report(self) -> None:
        self.look("/field/new", PHONE, "/field/new")

    @task(2)
    def what_stands_here(self) -> None:
        self.look("/field/near?lon=108.9915&lat=28.4482&accuracy=8", ("picks",), "/field/near")


class Crew(OnFoot):
    fixed_count, like = len(CROWD["crew"]), "crew"


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
