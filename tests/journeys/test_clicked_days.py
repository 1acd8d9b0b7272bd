"""Days at the desk and on the phone by keys and clicks: an acceptor narrows the list, keeps the view, finds a class by three keys; a
dispatcher works the ticked by one key; a department signs for several and its crew reports back from the street. (M-16, M-17, M-20)"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import telling
from tests.journeys.people import People
from tests.journeys.telling import begun, decide, stage
from tests.journeys.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

TOLD = """
import json
from django.contrib.gis.geos import Point
from chengguan.cases import services
from chengguan.people.selectors import ANONYMOUS
case = services.register(ANONYMOUS, source="citizen", point=Point(108.9915, 28.4482, srid=4490), description="{words}")
print(json.dumps(case.pk))
"""


ACTIVE = re.compile(r"\brow-active\b")


def row(page: Page, case: str) -> Locator:
    return page.locator("#work-list [data-row]", has=page.locator(f'a[data-open][href="{case}"]'))


def test_an_acceptor_narrows_the_list_keeps_the_view_and_classes_what_a_citizen_told(running_town: Town, people: People) -> None:
    case = f"/cases/{running_town.ask(TOLD.format(words='巷口的灯坏了'))}"
    called, = begun(running_town, "register", "值班电话报的灯")
    me = people.desk("accept")
    me.goto("/work")
    expect(row(me, called)).to_be_visible()
    me.select_option("#work-source", label="市民上报")
    chips = me.locator("[aria-label=筛选条件] .chosen")
    expect(chips).to_have_text(["来源：市民上报"])
    expect(row(me, called)).to_have_count(0)
    me.locator("[aria-label=环节] .chip", has_text="待受理").click()
    expect(chips).to_have_count(2)

    # kept under a name, and found again with one click
    me.get_by_role("button", name="保存为视图").click()
    me.fill("#view-name", "市民报来的")
    me.press("#view-name", "Enter")
    kept = me.locator(".tabs-views a", has_text="市民报来的")
    expect(kept).to_have_attribute("aria-current", "true")
    me.goto("/work")
    kept.click()
    expect(chips).to_have_count(2)
    me.locator("[aria-label=筛选条件] .chosen", has_text="来源").click()
    expect(chips).to_have_count(1)
    expect(row(me, called)).to_be_visible()
    kept.click()
    expect(row(me, called)).to_have_count(0)

    # searched, chosen and opened by keys; the class by three; without a condition it is not taken, and nothing typed is lost
    me.keyboard.press("/")
    me.keyboard.type("巷口的灯")
    me.keyboard.press("Enter")
    expect(chips).to_have_count(3)
    me.locator("body").press("j")
    expect(row(me, case)).to_have_class(ACTIVE)
    me.keyboard.press("Enter")
    me.wait_for_url(f"**{case}")
    me.locator("#f-matter_code-q").press_sequentially("ldy")
    expect(me.locator("[data-pick] .found button").first).to_contain_text("01037")
    me.press("#f-matter_code-q", "Enter")
    expect(me.locator("#conditions label", has_text="单盏不亮")).to_be_visible()
    telling.fill(me, opinion="照片看得清")
    telling.refused(me, "受理", "立案条件")
    expect(me.locator("#action-form [name=opinion]")).to_have_value("照片看得清")
    me.locator("#conditions label", has_text="单盏不亮").click()
    telling.confirm(me, "受理")
    stage(me, "待立案")
    expect(me.locator(".timeline")).to_contain_text("照片看得清")


def test_a_dispatcher_sends_the_ticked_by_one_key_and_opens_the_doubtful(running_town: Town, people: People) -> None:
    plain, other, doubtful = begun(running_town, "file", "灯不亮一", "灯不亮二", "灯杆边的沟盖")
    me = people.desk("dispatch")
    me.goto("/work")
    for case in (plain, other):
        row(me, case).locator("td").nth(4).click()
        expect(row(me, case)).to_have_class(ACTIVE)
        me.keyboard.press("x")
    bar = me.locator("[data-bulk=case]")
    expect(bar.locator("[data-ticked]")).to_have_text("2")
    me.keyboard.press("d")
    expect(me.get_by_text("已办理 2 件")).to_be_visible()
    expect(row(me, plain)).to_have_count(0)

    row(me, doubtful).locator("td").nth(4).dblclick()
    me.wait_for_url(f"**{doubtful}")
    me.fill("#f-department-q", "排水")
    expect(me.locator(".sift-list label:visible")).to_have_count(1)
    me.press("#f-department-q", "Enter")
    telling.refused(me, "派遣", "仍要派遣请写明意见")
    telling.fill(me, opinion="沟盖归排水")
    telling.confirm(me, "派遣")
    stage(me, "待处置")
    drainage = people.desk("drainage")
    drainage.goto("/work")
    expect(row(drainage, doubtful)).to_be_visible()


def test_a_department_signs_for_several_and_its_crew_reports_back_with_photos(running_town: Town, people: People) -> None:
    first, second = begun(running_town, "dispatch", "路口的灯", "桥头的灯")
    office, phone = people.desk("lighting"), people.phone("crew")
    phone.goto("/field/")
    office.goto("/work")
    for case in (first, second):
        row(office, case).locator("input[type=checkbox]").check()
    office.get_by_role("button", name="签收").click()
    expect(office.get_by_text("已办理 2 件")).to_be_visible()
    decide(office, second, "申请延期", "处置中", reason="等备件")
    decide(office, first, "指派", "处置中", crew="路灯抢修一班")

    # it comes to the phone by itself; without a photo it is not sent, and the words stay
    phone.locator(f"a[href$='/field/tasks/{first.rsplit('/', 1)[-1]}']").click()
    expect(phone.get_by_text("路口的灯")).to_be_visible()
    phone.get_by_role("button", name="已更换").click()
    phone.fill("#material", "LED 光源 1 只")
    phone.get_by_role("button", name="报回", exact=True).click()
    expect(phone.locator("[data-errors]").last).to_contain_text("请拍照片")
    expect(phone.locator("#material")).to_have_value("LED 光源 1 只")
    for number, name in enumerate(("lamp", "street"), 1):
        phone.locator("input[name=photos]").set_input_files([telling.picture(name, (200, 190, 120 * number))])
        expect(phone.locator("[data-photos-shown] img")).to_have_count(number)
    phone.get_by_role("button", name="报回", exact=True).click()
    expect(phone.get_by_text("发出去了")).to_be_visible()

    office.goto(first)
    stage(office, "已反馈待批转")
    expect(office.locator(".timeline")).to_contain_text("用料：LED 光源 1 只")
    expect(office.locator(".photo-pair > div").nth(1).locator("img")).to_have_count(2)
