"""The steps of a case as its people take them, each on their own page; shared by the stories."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.people import People
from tests.journeys.town import GatewayVoice, Town, wait_for

PHOTOS: dict[str, bytes] = {}


def picture(name: str, colour: tuple[int, int, int] = (70, 90, 110)) -> dict[str, Any]:
    """A photo as a phone's camera hands it over: a plain colour, or what lies in PHOTOS under that name."""
    body = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(body, "JPEG")
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": PHOTOS.get(name) or body.getvalue()}


See = Callable[[Page, str], None]
"""Told of each step just before it is sent: whoever photographs a story."""


def unseen(page: Page, step: str) -> None:
    """A story that nobody photographs."""


BEGUN = """
import json
from chengguan.things.models import Component
from tests.small_town import dark_lamp, walk
town = {{"lamp": Component.objects.get(label="L-004711")}}
cases = [dark_lamp(town, description=words) for words in {words!r}]
print(json.dumps([case.pk if "{until}" == "register" else walk(case, "{until}").pk for case in cases]))
"""
HEARD = """
import json
from chengguan.observations.models import LatestState
print(json.dumps(LatestState.objects.filter(device__key="{device}").exists()))
"""


def begun(town: Town, until: str, *words: str) -> list[str]:
    """Reports of the lamp, one of each words, that stand behind the action `until` where the story begins."""
    return [f"/cases/{pk}" for pk in town.ask(BEGUN.format(until=until, words=words))]


def heard(town: Town, device: str) -> None:
    """The platform knows the device's state."""
    wait_for(lambda: town.ask(HEARD.format(device=device)), 30, 0.1, f"nothing was heard of {device}")


class Chatter(threading.Thread):
    """A device that reports its state every second, as it is now."""

    def __init__(self, voice: GatewayVoice, subsystem: str, device: str, **values: float) -> None:
        super().__init__(daemon=True)
        self.voice, self.subsystem, self.device, self.values = voice, subsystem, device, values
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(1.0):
            self.voice.say(self.subsystem, self.device, **self.values)

    def end(self) -> None:
        self._over.set()
        self.join(10)
        self.voice.close()


def stage(page: Page, words: str) -> None:
    expect(page.locator(".case-head .stage")).to_have_text(words)


def decide(page: Page, case: str, action: str, then: str, see: See = unseen, **typed: str) -> None:
    """Open the case, take the action by its button, fill in what is named, and see the case come to its new stage."""
    chosen(page, case, action)
    fill(page, **typed)
    see(page, action)
    confirm(page, action)
    stage(page, then)


def chosen(page: Page, case: str, action: str) -> None:
    """The case with the form of the action: drawn at once when it is the ordinary next step, else behind its button."""
    page.goto(case)
    title = page.locator("#action-form h2")
    if title.count() == 0 or title.inner_text() != action:
        page.locator(".action-bar a", has_text=action).first.click()
        expect(title).to_have_text(action)


def fill(page: Page, **typed: str) -> None:
    """Words are typed, of choices the one with that label is taken, a photo is a plain picture of that name."""
    for name, value in typed.items():
        field = page.locator(f"#action-form [name={name}]")
        if field.first.get_attribute("type") == "file":
            field.set_input_files([picture(value)])
            expect(page.locator("#action-form [data-photos-shown] img")).to_have_count(1)
        elif field.first.get_attribute("type") in ("radio", "checkbox"):
            page.locator("#action-form label", has_text=value).first.click()
        else:
            field.fill(value)


def confirm(page: Page, action: str) -> None:
    """Send the form; it is taken, and the page of what comes of it is there."""
    with page.expect_navigation(wait_until="commit"):
        page.get_by_role("button", name=f"确定{action}").click()


def refused(page: Page, action: str, words: str) -> None:
    """Send the form; it is not taken, and says why."""
    page.get_by_role("button", name=f"确定{action}").click()
    expect(page.locator("#action-form [data-errors]")).to_contain_text(words)


def handled(people: People, case: str, department: str, crew: str, crew_name: str, suggested: str, burns: str, mend: Any, see: See = unseen) -> None:
    """From 待派遣 to 已反馈待批转: suggested department, receipt, assignment, the crew's phone; the department's word follows where it reviews the work."""
    dispatcher = people.desk("dispatch")
    dispatcher.goto(case)
    choice = dispatcher.locator("#action-form label.choice:has(input[name=department]:checked)")
    expect(choice).to_contain_text(suggested)
    expect(choice).to_contain_text("建议")
    decide(dispatcher, case, "派遣", "待处置", see)
    office = people.desk(department)
    decide(office, case, "签收", "处置中", see)
    decide(office, case, "指派", "处置中", see, crew=crew_name)

    phone = people.phone(crew)
    phone.goto("/field/")
    job = phone.locator(f"a[href$='/field/tasks/{case.rsplit('/', 1)[-1]}']")
    expect(job).to_be_visible()
    see(phone, "任务")
    job.click()
    mend()
    expect(phone.locator(".burns")).to_contain_text(burns, timeout=30_000)
    phone.locator("input[name=photos]").set_input_files([picture("after", (200, 190, 120))])
    expect(phone.locator("[data-photos-shown] img")).to_have_count(1)
    phone.get_by_role("button", name="已更换").click()
    phone.fill("#material", "备件 1 只")
    see(phone, "报回")
    phone.get_by_role("button", name="报回").click()
    expect(phone.get_by_text("发出去了")).to_be_visible()


def closed(people: People, case: str, see: See = unseen) -> None:
    """From 已反馈待批转 to 已结案: forward, send to verify, verify on the spot, accept the result, close."""
    decide(people.desk("dispatch"), case, "批转", "待发核查", see)
    acceptor = people.desk("accept")
    acceptor.goto(case)
    expect(acceptor.locator("#action-form label.choice:has(input[name=inspector]:checked)")).to_contain_text("杨秀英")
    decide(acceptor, case, "发核查", "核查中", see)

    looked(people, case, "通过", see)
    decide(acceptor, case, "核查批转", "待结案", see)
    decide(people.desk("shift"), case, "结案", "已结案", see)


def looked(people: People, case: str, found: str, see: See = unseen) -> None:
    """The inspector goes to the place, finds the work done or not, and sends it from the phone."""
    phone = people.phone("inspect")
    phone.goto("/field/")
    phone.locator(f"a[href$='/field/tasks/{case.rsplit('/', 1)[-1]}']").click()
    expect(phone.locator("[data-position].is-known")).to_contain_text("±8 米")
    phone.get_by_label(found, exact=True).check(force=True)
    if found == "不通过":
        phone.locator("#words").fill("灯还是黑的")
    phone.locator("input[name=photos]").set_input_files([picture("verify", (120, 160, 120))])
    expect(phone.locator("[data-photos-shown] img")).to_have_count(1)
    see(phone, "核查")
    phone.get_by_role("button", name="报核查结果").click()
    expect(phone.get_by_text("发出去了")).to_be_visible()


def until(page: Page, locator: str, seconds: float = 40) -> Any:
    """The first element of that locator, which the page must show by itself, without a reload."""
    found = page.locator(locator).first
    expect(found).to_be_visible(timeout=seconds * 1000)
    return found

