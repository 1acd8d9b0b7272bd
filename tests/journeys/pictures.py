"""The pictures of the README, made by walking the demo in Chromium: `python -m tests.journeys.pictures [FOLDER]`.

A demo of its own is started in a folder of its own, some cases are taken to each stage, the lamp of the story goes dark,
and every screen is photographed at its size.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.journeys.conftest import ARGS
from tests.journeys.people import People
from tests.journeys.town import REPOSITORY, Town, short_folder

COLOURS = 256
"""Enough for flat pages and a quiet map, and a third of the bytes; chosen so that a rare colour, such as a light's, is kept."""

SEED = """
import json
from django.utils import timezone
from datetime import timedelta
from chengguan.cases.models import Case
from chengguan.demo import story
from chengguan.things.models import Component
from tests.small_town import dark_lamp, walk
lamp = Component.objects.get(label="L-004711")
near = list(Component.objects.filter(class_code="01037", point__dwithin=(lamp.point, 0.004)).exclude(pk=lamp.pk)[:24])
at = {}
stages = ["", "", "", "accept", "file", "dispatch", "dispatch", "assign", "assign", "send_to_verify", "close", "close"]
words = ["路灯不亮，晚上看不清路", "灯杆倾斜，旁边是学校门口", "灯罩破损，电线露在外面"]
for number, (name, component) in enumerate(zip(stages, near)):
    case = dark_lamp({"lamp": component}, description=words[number % 3], occurred_at=timezone.now() - timedelta(minutes=7 + number))
    at[name or "reported"] = walk(case, name).pk if name else case.pk
shown = Case.objects.filter(state="closed", photos__kind="after").filter(photos__kind="report").exclude(pk__in=at.values())
at["close"] = getattr(shown.order_by("-closed_at").first(), "pk", at["close"])
for slug in story.STORIES:
    story.begin(slug)
print(json.dumps(at))
"""

UNTIL_THE_ALARMS_STAND = 75
"""Seconds: the stories' hold times, and the settling after which a case is registered."""
READY = "[...document.querySelectorAll('[data-island=duty-map], [data-island=place-map]')].every(map => map.dataset.ready === 'true')"

SHOTS = (
    # file, who, phone, address
    ("sign-in", "", False, "/signin"),
    ("duty-map", "duty", False, "/map"),
    ("alarm-desk", "duty", False, "/alarms"),
    ("work-list", "accept", False, "/work"),
    ("accept", "accept", False, "/cases/{reported}"),
    ("dispatch", "dispatch", False, "/cases/{file}"),
    ("case-file", "shift", False, "/cases/{close}"),
    ("register", "hotline", False, "/work/new"),
    ("rules", "engineer", False, "/rules"),
    ("operations", "engineer", False, "/operations"),
    ("administration", "admin", False, "/administration"),
    ("crew-tasks", "crew", True, "/field/"),
    ("crew-task", "crew", True, "/field/tasks/{assign}"),
    ("verify", "inspect", True, "/field/tasks/{send_to_verify}"),
    ("new-report", "inspect", True, "/field/new"),
    ("citizen", "", True, "/report"),
)


def keep(page: Page, file: Path) -> None:
    """Photograph the window, with few colours: the pictures travel with every clone."""
    page.screenshot(path=file)
    with Image.open(file) as shot:
        shot.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    root = short_folder()
    town = Town(root, demo=True)
    try:
        town.start(seconds=600)
        cases = town.ask(SEED)
        time.sleep(UNTIL_THE_ALARMS_STAND)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
            everyone = People(town, browser)
            for name, username, phone, address in SHOTS:
                page = everyone.phone(username) if phone else everyone.desk(username)
                page.goto(address.format(**cases))
                page.wait_for_function(READY, timeout=60_000)
                page.wait_for_timeout(3000)  # tiles fade in
                keep(page, folder / f"{name}.png")
                print(name, flush=True)
                page.close()
            everyone.leave()
            browser.close()
    finally:
        town.stop()
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "docs" / "pictures")
