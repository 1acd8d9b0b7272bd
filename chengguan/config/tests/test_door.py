"""What the door itself answers: the health of the program for strangers, and pages that load nothing from elsewhere."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DataError
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from chengguan.config import base_map, urls
from chengguan.config.asgi import application
from chengguan.config.settings import refusals_in_a_line
from chengguan.engines import health
from chengguan.people.middleware import UnfitMiddleware
from chengguan.people.models import Account

LOADED = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)=["']?((?:https?:)?//[^"'>\s]+)""", re.I)
LEAVES = {"signout", "logout"}


def _asked() -> dict[str, Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    asyncio.run(application({"type": "http", "path": "/api/health"}, receive, send))
    assert sent[0]["status"] == 200
    return json.loads(sent[1]["body"])


def test_a_stranger_learns_that_a_part_is_down_but_neither_host_nor_account_nor_folder(monkeypatch, tmp_path):
    for name, value in {"HOST": "127.0.0.1", "PORT": "9", "USER": "the-account", "NAME": "the-database"}.items():
        monkeypatch.setitem(django_settings.DATABASES["default"], name, value)
    monkeypatch.setattr(django_settings, "FILES_FOLDER", str(tmp_path / "the-folder"))
    whole = str(asyncio.run(health.health()))
    told = _asked()
    assert {"engines", "roles", "ports", "files", "status"} <= set(told)
    assert told["engines"]["postgres"]["state"] == "down"
    assert told["files"] == {"form": "embedded", "state": "ok"} | {key: told["files"][key] for key in ("pid", "restarts", "last_end", "answered_ms")}
    assert "the-folder" in whole  # the machine's own question is answered in full
    assert "reason" in whole
    for secret in ("the-account", "the-database", "the-folder", "127.0.0.1", "reason", "mend"):
        assert secret not in str(told)


def _plain_addresses(resolver: URLResolver, before: str = "/") -> list[str]:
    found = []
    for each in resolver.url_patterns:
        route = before + str(each.pattern).lstrip("^").removesuffix("$").replace("\\Z", "")
        if isinstance(each, URLResolver):
            found += _plain_addresses(each, route)
        elif isinstance(each, URLPattern) and not set("<(") & set(route) and each.name not in LEAVES:
            found.append(route)
    return found


@pytest.fixture
def administrator(town) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Account.objects.get(username="admin"))
    return client


def test_no_page_loads_anything_from_a_foreign_host_and_every_page_says_so(administrator):
    seen, foreign, bare = [], [], []
    for address in _plain_addresses(get_resolver()):
        answer = administrator.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and not answer.streaming:
            seen.append(address)
            foreign += [f"{address}: {there}" for there in LOADED.findall(answer.content.decode())]
            if "default-src 'self'" not in answer.get("Content-Security-Policy", "") and b"<html" in answer.content:
                bare.append(address)
    assert {"/api/docs", "/admin/", "/administration"} <= set(seen)
    assert len(seen) > 40
    assert (foreign, bare) == ([], [])


def test_the_page_of_the_api_is_served_from_here(administrator):
    page = administrator.get("/api/docs").content.decode()
    parts = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(parts) >= 3
    for part in parts:
        assert administrator.get(part).status_code == 200, part


def test_a_tile_service_is_told_where_the_map_stands_and_nobody_else(client, db, settings):
    settings.BASE_MAP = {}
    assert client.get("/signin")["Referrer-Policy"] == "same-origin"
    settings.BASE_MAP = base_map.read("https://tiles.example/{z}/{x}/{y}.png")
    assert client.get("/signin")["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("answer", [
    lambda request, error: UnfitMiddleware(lambda _request: None).process_exception(request, error), urls.unfit_value,
], ids=["pages", "api"])  # fmt: skip
def test_what_the_database_refused_is_logged_whole(answer, caplog):
    with caplog.at_level(logging.ERROR):
        assert answer(RequestFactory().get("/work"), DataError("division by zero")).status_code == 400
    assert "division by zero" in caplog.text


@pytest.mark.parametrize(("status", "whole"), [(403, False), (404, False), (500, True)])
def test_a_refusal_is_a_line_of_the_log_and_what_broke_is_whole(status: int, whole: bool) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "no", (), (ValueError, ValueError("x"), None))
    record.status_code = status
    assert refusals_in_a_line(record)
    assert (record.exc_info is not None) is whole
