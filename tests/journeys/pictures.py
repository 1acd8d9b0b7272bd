"""Pictures of every screen and of the stories, made by walking the demo in Chromium: `make pictures`, or
`make pictures NAMES="a b"` for single screens, or `stories`. They lie in docs/pictures, with a page that shows them.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Error, Page, sync_playwright

from tests.journeys.conftest import ARGS
from tests.journeys.people import LAMP, People, settle
from tests.journeys.picture_page import PAGE, STORIES, page_of_pictures
from tests.journeys.screens import SCREENS, Screen
from tests.journeys.story_pictures import play
from tests.journeys.town import Town, short_folder, wait_for

COLOURS = 256
"""Enough for flat pages and a quiet map, and a third of the bytes; chosen so that a rare colour, such as a light's, is kept."""
STAND = "from tests.journeys.standing import stand; stand()"
BEGIN = """
import json
from chengguan.alarms.models import Alarm
from chengguan.demo import story
standing = []
for each in story.STORIES.values():
    alarm = Alarm.objects.filter(rule=each.rule, device__key=each.device, active=True).order_by("-pk").first()
    if alarm is None:  # also once more: a gateway that has only just come does not hear the first
        story.begin(each.slug)
    elif hasattr(alarm, "case_link"):
        standing.append([alarm.pk, alarm.case_link.case_id, alarm.point.x, alarm.point.y])
print(json.dumps(standing if len(standing) == len(story.STORIES) else None))
"""
"""Begins the stories that do not stand yet; once each is an alarm with a case, these and their places."""
UNTIL_THE_ALARMS_STAND_S = 240


class Photographer(People):
    """People of whom pictures are taken, each where the story is."""

    here = LAMP

    def phone(self, username: str = "", at: tuple[float, float] | None = None) -> Page:
        return super().phone(username, at or self.here)


def keep(page: Page, file: Path) -> None:
    """Photograph the window at rest, with few colours: the pictures travel with every clone."""
    settle(page)
    page.wait_for_timeout(1500 if page.locator("[data-island$=map]").count() else 200)  # tiles fade in
    page.screenshot(path=file)
    with Image.open(file) as shot:
        shot.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(file, optimize=True)
    print(file.stem, flush=True)


def photograph(people: People, folder: Path, screens: list[Screen], keys: dict[str, Any]) -> None:
    for screen in screens:
        page = people.phone(screen.who) if screen.phone else people.desk(screen.who)
        try:
            answer = page.goto(screen.address.format(**keys))
            assert answer is not None and answer.status == 200, f"answered {answer and answer.status}"
            keep(page, folder / f"{screen.name}.png")
        except (Error, AssertionError) as trouble:  # the others are wanted all the same
            people.complaints.append(f"{screen.name}: {trouble}")
        page.close()


def take(town: Town, people: Photographer, folder: Path, only: list[str]) -> None:
    """The stories begin at once; until their alarms stand, the screens that show none are photographed."""
    keys = town.ask(STAND)
    town.ask(BEGIN)
    wanted = [screen for screen in SCREENS if not only or screen.name in only]
    photograph(people, folder, [screen for screen in wanted if not screen.alarms], keys)
    if only and "stories" not in only and not any(screen.alarms for screen in wanted):
        return
    alarms = wait_for(lambda: town.ask(BEGIN), UNTIL_THE_ALARMS_STAND_S, 20, "the stories' alarms did not come")
    photograph(people, folder, [screen for screen in wanted if screen.alarms], keys | {"alarm": alarms[0][0]})
    if not only or "stories" in only:
        play(town, people, alarms, lambda page, name: keep(page, folder / f"{name}.png"))


def main(only: list[str]) -> int:
    """1 when something is missing or a page complained, which is printed. CHENGGUAN_TOWN may name a demo that runs already."""
    unknown = set(only) - {screen.name for screen in SCREENS} - {"stories"}
    if unknown:
        print(f"no such screen: {', '.join(sorted(unknown))}; there are: stories {' '.join(screen.name for screen in SCREENS)}")
        return 2
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    root, running, began = short_folder(), os.environ.get("CHENGGUAN_TOWN"), time.monotonic()
    town = Town.known(running) if running else Town(root, demo=True)
    try:
        if not running:
            town.start(seconds=900)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=os.environ.get("PLAYWRIGHT_CHROMIUM", "/usr/bin/chromium"), args=ARGS)
            people = Photographer(town, browser)
            take(town, people, PAGE.parent, only)
            people.leave()
            browser.close()
    finally:
        town.stop()
        shutil.rmtree(root, ignore_errors=True)
    PAGE.write_text(page_of_pictures())
    known = {f"{screen.name}.png" for screen in SCREENS} | {f"{story.slug}-{number:02d}.png" for story in STORIES for number in range(1, len(story.steps) + 1)}
    for file in PAGE.parent.glob("*.png"):
        if file.name not in known:
            file.unlink()
    size = sum(file.stat().st_size for file in PAGE.parent.glob("*.png"))
    print(*people.complaints, f"{len(known)} pictures, {size / 1e6:.1f} MB, {time.monotonic() - began:.0f} s", sep="\n")
    return 1 if people.complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
