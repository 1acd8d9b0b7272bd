"""The stories played in the demo by their people, each on their own page, with a picture of every step that is told."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys import telling
from tests.journeys.people import LAMP, People
from tests.journeys.picture_page import STORIES
from tests.journeys.telling import decide
from tests.journeys.town import Town

Keep = Callable[[Page, str], None]
DRAWN = """
import base64, json
from chengguan.demo.cases_pictures import draw
wanted = {{"road": ("litter", False), "after": ("{scene}", True), "verify": ("{scene}", True)}}
print(json.dumps({{name: base64.b64encode(draw(*which)).decode() for name, which in wanted.items()}}))
"""
MEND = "from chengguan.demo import story; story.mend('{}')"


def camera(slug: str, keep: Keep) -> telling.See:
    """Keeps the picture of each step of that story under its number; a step that is not told is passed over."""
    steps = [step for step, _chinese, _english in next(story for story in STORIES if story.slug == slug).steps]

    def see(page: Page, step: str) -> None:
        if step in steps:
            keep(page, f"{slug}-{steps.index(step) + 1:02d}")

    return see


def play(town: Town, people: Any, alarms: list[list[Any]], keep: Keep) -> None:
    """`alarms`: of the lamp and of the cover, each with its case and its place."""
    (lamp, lamp_case, *lamp_place), (cover, cover_case, *cover_place) = alarms
    see = camera("story", keep)
    _photos(town, "lamp")
    people.here = tuple(lamp_place)
    _seen(people, see, f"/map?sel=alarm-{lamp}", "duty", "告警")
    _seen(people, see, "/work?state=reported", "accept", "登记")
    decide(people.desk("accept"), f"/cases/{lamp_case}", "受理", "待立案", see)
    decide(people.desk("shift"), f"/cases/{lamp_case}", "立案", "待派遣", see)
    telling.handled(people, f"/cases/{lamp_case}", "lighting", "crew", "路灯抢修一班", "路灯管理所", "灯已亮", lambda: town.ask(MEND.format("lamp")), see)
    telling.closed(people, f"/cases/{lamp_case}", see)
    _seen(people, see, f"/cases/{lamp_case}", "shift", "已结案")
    _seen(people, see, "/work", "shift", "时长")

    see = camera("cover", keep)
    _photos(town, "cover")
    people.here = tuple(cover_place)
    _seen(people, see, f"/map?sel=alarm-{cover}", "duty", "告警")
    decide(people.desk("accept"), f"/cases/{cover_case}", "受理", "待立案", see)
    decide(people.desk("shift"), f"/cases/{cover_case}", "立案", "待派遣", see)
    telling.handled(people, f"/cases/{cover_case}", "drainage", "crew2", "排水抢修班", "市政排水", "井盖已盖好", lambda: town.ask(MEND.format("cover")), see)
    decide(people.desk("drainage"), f"/cases/{cover_case}", "反馈", "已反馈待批转", done="已复位并锁紧", photos="after")
    telling.closed(people, f"/cases/{cover_case}", see)
    _seen(people, see, f"/cases/{cover_case}", "shift", "已结案")
    _report(people, camera("report", keep))


def _photos(town: Town, scene: str) -> None:
    """What the crew and the inspector photograph: the demo's own drawings."""
    telling.PHOTOS.update({name: base64.b64decode(drawn) for name, drawn in town.ask(DRAWN.format(scene=scene)).items()})


def _seen(people: People, see: telling.See, address: str, who: str, step: str) -> None:
    page = people.desk(who)
    page.goto(address)
    see(page, step)
    page.close()


def _report(people: Any, see: telling.See) -> None:
    people.here = LAMP
    phone = people.phone()
    phone.goto("/report")
    phone.locator("input[name=photos]").set_input_files([telling.picture("road")])
    expect(phone.locator("[data-photos-shown] img")).to_have_count(1)
    phone.get_by_role("button", name="用我现在的位置").click()
    expect(phone.locator("#address")).not_to_have_value("")
    phone.fill("#description", "路边堆着垃圾，两天没人清")
    see(phone, "上报")
    phone.get_by_role("button", name="上报").click()
    expect(phone.get_by_text("收到了，谢谢您")).to_be_visible()
    see(phone, "收到")
    code = phone.locator(".follow-code").inner_text()
    acceptor = people.desk("accept")
    acceptor.goto("/work?state=reported&source=citizen")
    see(acceptor, "登记")
    acceptor.locator("#work-list a[data-open]").first.click()
    expect(acceptor.locator(".photo img").first).to_be_visible()
    see(acceptor, "受理")
    acceptor.close()
    phone.goto(f"/report/{code}")
    see(phone, "进度")
