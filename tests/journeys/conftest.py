"""One running town and one Chromium for all journeys of a process; and a small town within the test's own transaction, for those
whose people need no browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, expect, sync_playwright

from tests import migrated
from tests.founded import founded, town  # noqa: F401
from tests.journeys.people import People
from tests.journeys.town import Town, short_folder

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
"""Where Chromium was spoken to, Playwright's loop stays in the thread, and Django takes whoever asks the database there for async code."""
ARGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


ORDER = (
    "test_stories", "test_screens", "test_clicked_way", "test_clicked_days", "test_clicked_township", "test_duty_screens", "test_drafts",
)  # fmt: skip
"""Files share the town of their process. The stories of the lamp begin where it burns and nothing is open about it, so they come first,
the long screens beside them, and the duty officer raises alarms when those were looked at."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [number for number, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    placed = sorted((items[number] for number in ours), key=lambda item: ORDER.index(item.path.stem) if item.path.stem in ORDER else len(ORDER))
    for number, item in zip(ours, placed, strict=True):
        items[number] = item


@pytest.fixture(scope="session")
def running_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """The whole program: the engines, web, ingest and jobs under its own supervisor, on a database that is migrated already. While a
    story is being written, CHENGGUAN_TOWN may name one that runs (`python -m tests.journeys.town` starts one and says its name)."""
    if running := os.environ.get("CHENGGUAN_TOWN"):
        known = Town.known(running)
        known.listen()
        yield known
        known.stop()
        return
    folder = short_folder()
    with django_db_blocker.unblock():
        started = Town(folder, database=migrated.copy(connection, folder.name))
    try:
        started.start()
        started.listen()
        started.build()
        yield started
    finally:
        started.stop()
        with django_db_blocker.unblock():
            migrated.drop(connection, folder.name)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("PLAYWRIGHT_CHROMIUM", "/usr/bin/chromium"), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def people(running_town: Town, chromium: Browser) -> Iterator[People]:
    """Signed-in people, each in a browser of their own; at the end no page may have complained."""
    everyone = People(running_town, chromium)
    yield everyone
    everyone.leave()
    assert everyone.complaints == []

