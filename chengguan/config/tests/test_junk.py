"""Nonsense at every door: no page and no operation of the API answers it with an error of the server."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from chengguan.people import middleware
from chengguan.people.models import Account
from tests.small_town import dark_lamp, walk

JUNK = ("a\x00b", "a/b", "²", "9" * 25, "nan", "9999-12-31T23:59:59+00:00", "1,²," + "9" * 40)
ALONE = ("²", "9" * 5000, "0001-01-01")
NUMBERS = ("1", "99999999999999999999", "0")
WORDS = ("x", "a\x00b", "²", "9" * 300)
LEAVES = {"signout", "admin:logout"}
"""What would end the session that asks."""
TURNED_AWAY = {302, 403, 404, 405}
NAME = re.compile(r"""(?:GET|POST|data|params|query|given)(?:\.get|\.getlist)?[(\[]\s*["'](\w+)["']""")
FIELD = re.compile(r"^    (\w+) = forms\.", re.M)
KEPT = ("ids", "since", "after", "page", "q", "hours", "until", "p", "o", "version", "text", "reason", "words", "lon", "lat", "photos")


def _patterns(resolver: URLResolver, before: str = "", space: str = "") -> Iterator[tuple[str, URLPattern, str]]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _patterns(each, route, each.namespace or space)
        else:
            yield route, each, f"{space}:{each.name}" if space else str(each.name)


def _routes() -> dict[str, URLPattern]:
    return {route: pattern for route, pattern, name in _patterns(get_resolver()) if name not in LEAVES and "static" not in route}


def _addresses(route: str, pk: int) -> list[str]:
    route = "/" + re.sub(r"[\^$]|\\Z", "", route)
    if "(?P" in route:
        return []
    found = []
    for number, word in zip((str(pk), *NUMBERS), WORDS, strict=True):
        address = re.sub(r"<int:\w+>", number, route)
        found.append(re.sub(r"<(?:\w+:)?\w+>|\{\w+\}", word if word != "x" else str(pk), address))
    return list(dict.fromkeys(found))


def _names(pattern: URLPattern) -> list[str]:
    view = inspect.unwrap(pattern.callback)
    module = sys.modules.get(getattr(view, "__module__", ""))
    text = inspect.getsource(module) if module and module.__name__.startswith("chengguan") else ""
    return sorted({*NAME.findall(text), *FIELD.findall(text), *KEPT})


def _own_names(pattern: URLPattern) -> list[str]:
    """What this view itself reads of an address."""
    view = inspect.unwrap(pattern.callback)
    return sorted(set(NAME.findall(inspect.getsource(view)))) if str(getattr(view, "__module__", "")).startswith("chengguan") else []


class Door:
    """Asks as one person, each time from the same state of the database, and keeps what broke."""

    def __init__(self, username: str | None) -> None:
        self.broken: dict[str, str] = {}
        self.answers: Counter[int] = Counter()
        self.client = Client(raise_request_exception=False)
        if username:
            self.client.force_login(Account.objects.get(username=username))
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}

    def ask(self, method: str, address: str, **more: Any) -> None:
        raised: list[str] = []

        def note(**_given: Any) -> None:
            error, line = sys.exc_info()[1], ""
            for frame in inspect.getinnerframes(error.__traceback__) if error and error.__traceback__ else ():
                if "/chengguan/" in frame.filename and "site-packages" not in frame.filename:
                    line = f"{frame.filename.rsplit('/chengguan/', 1)[1]}:{frame.lineno}"
            raised.append(f"{line} {type(error).__name__}: {str(error)[:120]}")

        got_request_exception.connect(note)
        try:
            with transaction.atomic():
                answer = self.client.generic(method, address, **more)
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(note)
        for name, value in self.cookies.items():
            self.client.cookies[name] = value
        self.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            self.broken.setdefault(raised[0] if raised else f"{method} {address[:80]}", f"{method} {address[:80]} {str(more)[:120]}")


@pytest.fixture
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks is looked up once, not thousands of times: each request begins with the same posts, for what one did is undone."""
    monkeypatch.setattr(middleware, "who_is", lru_cache(middleware.who_is))


def _query(fields: dict[str, str]) -> str:
    from urllib.parse import urlencode

    return urlencode(fields)


def _press(door: Door, pk: int, only: str) -> int:
    """How many routes were tried."""
    pressed = 0
    for route, pattern in _routes().items():
        api = route.startswith("api/")
        if api != (only == "api") or route.startswith("admin/"):
            continue
        names = _names(pattern)
        pressed += bool(_addresses(route, pk))
        for number, address in enumerate(_addresses(route, pk)):
            for junk in JUNK if number == 0 else JUNK[:1]:
                fields = dict.fromkeys(names, junk)
                short = {name: value[:1500] for name, value in fields.items()} if len(junk) > 100 else fields
                door.ask("GET", address, QUERY_STRING=_query(short))
                body = json.dumps(fields) if api else _query(fields)
                door.ask("POST", address, data=body, content_type="application/json" if api else "application/x-www-form-urlencoded")
            if number == 0:
                for name in _own_names(pattern):
                    for junk in ALONE:
                        door.ask("GET", address, QUERY_STRING=_query({name: junk[:1500]}))
    return pressed


@pytest.mark.parametrize(("username", "only", "routes", "answers"), [
    (None, "pages", 80, 40), ("duty", "pages", 80, 280), ("admin", "pages", 80, 350), ("inspect", "pages", 80, 230),
    ("engineer", "api", 11, 60),
])  # fmt: skip
@pytest.mark.usefixtures("asked_once")
def test_nonsense_is_answered_in_words(town: dict[str, Any], username: str | None, only: str, routes: int, answers: int) -> None:
    """At least so many routes are tried, and so many answers come from behind the doors: else this would prove nothing."""
    case = walk(dark_lamp(town), "dispatch")
    door = Door(username)
    pressed = _press(door, case.pk, only)
    assert not door.broken, "\n".join(f"{what}   <- {asked}" for what, asked in door.broken.items())
    reached = sum(count for status, count in door.answers.items() if status not in TURNED_AWAY)
    assert (pressed >= routes, reached >= answers) == (True, True), f"{pressed} routes, {door.answers}"
