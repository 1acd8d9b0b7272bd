"""Every screen of work, field and portal opens at its size, says nothing in the console, and is not wider than its window."""

from __future__ import annotations

import pytest

from tests.journeys.people import People, overflow
from tests.journeys.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(600)]

SEED = """
import json
from django.contrib.auth import get_user_model
from tests.small_town import dark_lamp, move, walk, person
from chengguan.things.models import Component
from chengguan.cases.models import Case
town = {"lamp": Component.objects.get(label="L-004711")}
long_words = "灯杆倾斜，有倒下的危险，旁边就是学校门口和公交站，请尽快派人来看，已经两天没有人管，" * 4
stages = {name: walk(dark_lamp(town, description=long_words), name).pk for name in ("accept", "dispatch", "assign", "send_to_verify", "close")}
stages["reported"] = dark_lamp(town).pk
stages["code"] = Case.objects.filter(source="citizen").values_list("follow_code", flat=True).first() or ""
print(json.dumps(stages))
"""

DESK = (
    ("accept", "/work"), ("desk", "/work?post=dispatcher&text=路&light=green"), ("lighting", "/work"), ("leader", "/work"),
    ("hotline", "/work/new"), ("accept", "/cases/{reported}"), ("accept", "/cases/{reported}?act=merge"), ("shift", "/cases/{accept}"),
    ("dispatch", "/cases/{dispatch}"), ("lighting", "/cases/{assign}?act=report_back"), ("shift", "/cases/{close}"),
)  # fmt: skip
PHONE = (
    ("crew", "/field/"), ("crew", "/field/tasks/{assign}"), ("inspect", "/field/"), ("inspect", "/field/tasks/{send_to_verify}"),
    ("inspect", "/field/new"), ("inspect", "/field/tasks/{close}/done"), ("", "/report"), ("", "/report/find"),
)  # fmt: skip


@pytest.fixture(scope="module")
def stages(running_town: Town) -> dict[str, int]:
    found: dict[str, int] = running_town.ask(SEED)
    return found


def test_every_desk_screen_fits_1440_by_900(people: People, stages: dict[str, int]) -> None:
    wide = {}
    for username, address in DESK:
        page = people.desk(username)
        answer = page.goto(address.format(**stages))
        assert answer is not None and answer.status == 200, address
        page.wait_for_timeout(800)
        wide[address] = overflow(page)
        page.close()
    assert {address for address, pixels in wide.items() if pixels > 0} == set()


def test_every_phone_screen_fits_390_by_844_with_large_targets(people: People, stages: dict[str, int]) -> None:
    small: dict[str, list[str]] = {}
    for username, address in PHONE:
        page = people.phone(username)
        answer = page.goto(address.format(**stages))
        assert answer is not None and answer.status == 200, address
        page.wait_for_timeout(800)
        assert overflow(page) <= 0, address
        small[address] = page.evaluate(
            "[...document.querySelectorAll('main .btn, main .picks label, main .answer label, main .tile[href], main input:not([type=hidden],[type=file],[type=checkbox],[type=radio])')]"
            ".filter(e => e.offsetParent && !e.closest('.hp') && e.getBoundingClientRect().height < 47).map(e => e.outerHTML.slice(0, 80))"
        )
        page.close()
    assert {address: each for address, each in small.items() if each} == {}


def test_the_list_is_worked_by_keys(people: People, stages: dict[str, int]) -> None:
    page = people.desk("accept")
    page.goto("/work")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-ticked]").first.inner_text() == "1"
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.locator("dialog[open] button").click()
    page.keyboard.press("k")
    assert page.locator("[data-row].row-active").count() == 1
    page.locator("body").press("Enter")
    page.wait_for_url("**/cases/*")
