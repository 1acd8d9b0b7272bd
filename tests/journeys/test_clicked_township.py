"""A township's desk by clicks: what the county gave it is on its list, it accepts, sends and handles it itself, hands up what is too big
for it, and the centre verifies; who reported it is not told. (M-45)"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import People
from tests.journeys.telling import chosen, confirm, decide, fill, stage
from tests.journeys.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

GIVEN = """
import json
from django.contrib.gis.geos import Point
from chengguan.cases import services
from chengguan.people.selectors import SYSTEM
from tests.small_town import person
services.set_setting(SYSTEM, "township.accepts", ["01035"])
told = {"source": "hotline", "matter_code": "01035", "point": Point(108.9915, 28.4482, srid=4490), "reporter_name": "田先生", "reporter_phone": "13800001234"}
print(json.dumps([services.register(person("hotline"), description=words, **told).pk for words in ("村口的旗杆掉漆", "广场的旗杆要倒了")]))
"""


def row(page: Page, case: str) -> Locator:
    return page.locator("#work-list [data-row]", has=page.locator(f'a[data-open][href="{case}"]'))


def test_a_township_does_its_own_and_hands_up_what_is_too_big(running_town: Town, people: People) -> None:
    small, big = (f"/cases/{pk}" for pk in running_town.ask(GIVEN))
    me, accept, dispatch = (people.desk(name) for name in ("township", "accept", "dispatch"))
    accept.goto("/work")
    me.goto("/work")
    row(me, small).locator("a[data-open]").click()
    me.wait_for_url(f"**{small}")
    expect(me.locator("main")).not_to_contain_text("13800001234")
    decide(me, small, "受理", "待立案", condition_key="破损、变形或锈蚀严重")
    decide(me, small, "立案", "待派遣")
    chosen(me, small, "派遣")
    expect(me.locator("#action-form input[name=department]")).to_have_count(1)
    fill(me, department="中和街道办事处", opinion="本街道自己修")
    confirm(me, "派遣")
    stage(me, "待处置")
    decide(me, small, "签收", "处置中")
    decide(me, small, "反馈", "已反馈待批转", done="刷了新漆", photos="after")
    expect(me.locator("#act-forward")).to_have_count(0)
    decide(dispatch, small, "批转", "待发核查")

    # the centre has on its desk only what was handed up, and that by itself
    expect(row(accept, small)).to_be_visible()
    expect(row(accept, big)).to_have_count(0)
    decide(me, big, "上交县中心", "待受理", reason="要动用县里的高空车")
    expect(row(accept, big)).to_be_visible()
    me.goto("/work")
    expect(row(me, big)).to_have_count(0)
