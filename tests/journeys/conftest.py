"""One running town and one Chromium for all journeys of a session; and a small town within the test's own transaction, for those
whose people need no browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.founded import founded, town  # noqa: F401
from tests.journeys.people import People
from tests.journeys.town import Town, short_folder

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
"""Where Chromium was spoken to, Playwright's loop stays in the thread, and Django takes whoever asks the database there for async code."""
ARGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@pytest.fixture(scope="module")
def running_town() -> Iterator[Town]:
    """The whole program: three engines, web, ingest and jobs under its own supervisor; one for each file, for a lamp that
    one file left shelved or dark is no beginning for another's story. While a story is being written,
    CHENGGUAN_TOWN may name one that runs already (`python -m tests.journeys.town` starts one and says its name)."""
    if running := os.environ.get("CHENGGUAN_TOWN"):
        yield Town.known(running)
        return
    folder = short_folder()
    started = Town(folder)
    try:
        started.start()
        started.build()
        yield started
    finally:
        started.stop()
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

