"""The long way of a case by clicks, each step on the page of the one who may take it: returned, redirected, extended, suspended, urged,
reworked, appealed. What passes between the steps, and what both clocks say of it, is told without a browser in test_long_way.py. (M-18)"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import telling
from tests.journeys.clerks import SHANGHAI
from tests.journeys.people import People
from tests.journeys.telling import begun, decide, stage
from tests.journeys.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

LATE = """
import json
from datetime import timedelta
from unittest.mock import patch
from django.db import transaction
from django.utils import timezone
from chengguan.things.models import Component
from tests.small_town import PATH, dark_lamp, move, walk
now = timezone.now
with transaction.atomic():
    with patch.object(timezone, "now", lambda: now() - timedelta(days=20)):
        case = walk(dark_lamp({"lamp": Component.objects.get(label="L-004711")}, description="三个星期才修好"), "assign")
    with patch.object(timezone, "now", lambda: now() - timedelta(hours=1)):
        for who, slug in PATH[5:]:
            case.refresh_from_db()
            move(case, who, slug)
print(json.dumps(case.pk))
"""


def row(page: Page, case: str) -> Page:
    return page.locator("#work-list [data-row]", has=page.locator(f'a[data-open][href="{case}"]'))  # type: ignore[return-value]


def test_what_was_sent_wrong_is_returned_sent_on_and_redirected(running_town: Town, people: People) -> None:
    dispatcher, lighting, drainage = (people.desk(name) for name in ("dispatch", "lighting", "drainage"))
    case, = begun(running_town, "dispatch", "灯杆下的检查井积水")
    decide(lighting, case, "签收", "处置中")
    decide(lighting, case, "申请回退", "处置中", reason="检查井进水，电缆泡坏，属排水")
    dispatcher.goto("/work?asked=1")
    row(dispatcher, case).locator("a[data-open]").click()
    expect(dispatcher.locator("#case-actions")).to_contain_text("检查井进水，电缆泡坏，属排水")
    decide(dispatcher, case, "同意回退", "待派遣")

    # against the suggestion only with a word why; what was chosen stays
    dispatcher.fill("#f-department-q", "排水")
    dispatcher.press("#f-department-q", "Enter")
    telling.refused(dispatcher, "派遣", "仍要派遣请写明意见")
    telling.fill(dispatcher, opinion="先排水")
    telling.confirm(dispatcher, "派遣")
    stage(dispatcher, "待处置")

    # the other department has it, until it is redirected
    drainage.goto("/work")
    expect(row(drainage, case)).to_be_visible()
    telling.chosen(dispatcher, case, "改派")
    dispatcher.fill("#f-department-q", "路灯")
    dispatcher.press("#f-department-q", "Enter")
    telling.fill(dispatcher, reason="现场看过，井里没有水")
    telling.confirm(dispatcher, "改派")
    expect(row(drainage, case)).to_have_count(0)
    decide(lighting, case, "签收", "处置中")
    for words in ("属排水", "先排水", "井里没有水"):
        expect(lighting.locator(".timeline")).to_contain_text(words)


def test_more_time_is_asked_for_and_given_and_the_clock_stands_until_it_is_resumed(running_town: Town, people: People) -> None:
    lighting, dispatcher, shift = (people.desk(name) for name in ("lighting", "dispatch", "shift"))
    case, = begun(running_town, "assign", "灯罩要从重庆发货")
    decide(lighting, case, "申请延期", "处置中", reason="备件从重庆发货")
    dispatcher.goto(case)
    expect(dispatcher.locator("#case-actions")).to_contain_text("延期待审")
    expect(dispatcher.locator("#act-grant_extend")).to_have_count(0)
    decide(shift, case, "同意延期", "处置中", opinion="同意")

    telling.chosen(lighting, case, "申请挂账")
    telling.fill(lighting, reason_code="条件不具备", until=f"{datetime.now(SHANGHAI) - timedelta(days=1):%Y-%m-%dT%H:%M}", reason="备件下周到货")
    telling.refused(lighting, "申请挂账", "这个时间已经过去了")
    telling.fill(lighting, until=f"{datetime.now(SHANGHAI) + timedelta(days=9):%Y-%m-%dT%H:%M}")
    telling.confirm(lighting, "申请挂账")
    expect(lighting.locator("#case-actions")).to_contain_text("备件下周到货")
    shift.goto(case)
    expect(shift.locator("#act-grant_suspend")).to_have_count(0)
    decide(dispatcher, case, "挂账初审", "处置中")
    decide(shift, case, "同意挂账", "挂账(缓办)")
    expect(shift.get_by_text("已停表").first).to_be_visible()
    decide(dispatcher, case, "恢复", "处置中")


def test_an_urge_is_answered_from_the_list_of_those_owed(running_town: Town, people: People) -> None:
    leader, lighting = people.desk("leader"), people.desk("lighting")
    case, = begun(running_town, "assign", "学校门口的灯")
    decide(leader, case, "督办", "处置中", urge_kind="领导督办", level="一级", words="学校门口，三天之内要亮")
    lighting.goto("/urges?side=owed")
    owed = lighting.locator("#urges [data-row]", has=lighting.locator(f'a[href="{case}"]'))
    expect(owed).to_contain_text("学校门口，三天之内要亮")
    owed.get_by_role("link", name="回复").click()
    telling.fill(lighting, words="等备件，先挂临时灯")
    telling.confirm(lighting, "回复督办")
    expect(lighting.locator(".timeline")).to_contain_text("等备件，先挂临时灯")
    leader.goto("/urges?side=sent&show=answered")
    expect(leader.locator("#urges [data-row]", has=leader.locator(f'a[href="{case}"]'))).to_contain_text("按时回复")


def test_what_is_not_done_is_reworked_and_closed_when_it_is(running_town: Town, people: People) -> None:
    lighting, acceptor = people.desk("lighting"), people.desk("accept")
    case, = begun(running_town, "send_to_verify", "修了还是不亮")
    telling.looked(people, case, "不通过")
    acceptor.goto(case)
    expect(acceptor.locator("#act-accept_result")).to_have_count(0)
    decide(acceptor, case, "返工", "处置中", reason="灯还是不亮")
    telling.chosen(lighting, case, "反馈")
    telling.fill(lighting, done="已更换电缆")
    telling.refused(lighting, "反馈", "请附上")
    telling.fill(lighting, photos="after")
    telling.confirm(lighting, "反馈")
    stage(lighting, "已反馈待批转")
    expect(lighting.locator(".timeline")).to_contain_text("已更换电缆")
    telling.closed(people, case)


def test_a_late_closing_is_appealed_against_in_two_reviews(running_town: Town, people: People) -> None:
    case = f"/cases/{running_town.ask(LATE)}"
    lighting, dispatcher, acceptor = (people.desk(name) for name in ("lighting", "dispatch", "accept"))
    decide(lighting, case, "申诉", "已结案", reason="井下进水，工期不由人")
    acceptor.goto(case)
    expect(acceptor.locator("#act-grant_appeal")).to_have_count(0)
    decide(dispatcher, case, "申诉初审", "已结案", opinion="情况属实")
    acceptor.goto("/work")
    row(acceptor, case).locator("a[data-open]").click()
    acceptor.wait_for_url(f"**{case}")
    decide(acceptor, case, "申诉成立", "已结案", opinion="不计分")
    expect(acceptor.locator(".timeline")).to_contain_text("不计分")
    lighting.goto(case)
    expect(lighting.locator("#act-ask_appeal")).to_have_count(0)


def test_in_danger_somebody_is_sent_at_once_and_whose_it_is_is_settled_afterwards(running_town: Town, people: People) -> None:
    acceptor, dispatcher, lighting, leader = (people.desk(name) for name in ("accept", "dispatch", "lighting", "leader"))
    case, = begun(running_town, "file", "灯杆漏电，有人被电到")
    dispatcher.goto(case)
    expect(dispatcher.locator("#act-dispatch")).to_be_visible()
    expect(dispatcher.locator("#act-dispatch_first")).to_have_count(0)
    decide(acceptor, case, "标为急要件", "待派遣", reason="有人触电")
    expect(acceptor.locator(".case-head .flag")).to_have_text("急要件")

    telling.chosen(dispatcher, case, "先行派遣")
    dispatcher.fill("#f-department-q", "路灯")
    dispatcher.press("#f-department-q", "Enter")
    telling.refused(dispatcher, "先行派遣", "理由")
    telling.fill(dispatcher, reason="先断电救人")
    telling.confirm(dispatcher, "先行派遣")
    stage(dispatcher, "待处置")

    # the department goes; whose it is stays on the dispatcher's list until it is said
    lighting.goto("/work")
    expect(row(lighting, case)).to_contain_text("责任待定")
    decide(lighting, case, "签收", "处置中")
    dispatcher.goto("/work?mark=responsibility")
    row(dispatcher, case).locator("a[data-open]").click()
    decide(dispatcher, case, "定责", "处置中", reason="灯杆归路灯管理所")
    expect(dispatcher.locator(".case-head")).not_to_contain_text("责任待定")
    dispatcher.goto("/work?mark=responsibility")
    expect(row(dispatcher, case)).to_have_count(0)
    decide(leader, case, "取消急要件", "处置中", reason="已断电，人已送医")
    expect(leader.locator(".case-head .flag")).to_have_count(0)


def test_a_long_work_is_cut_into_stretches_and_finished_one_after_another(running_town: Town, people: People) -> None:
    dispatcher, lighting, phone = people.desk("dispatch"), people.desk("lighting"), people.phone("crew")
    case, = begun(running_town, "assign", "灯杆被撞倒，压住半条路")
    telling.chosen(dispatcher, case, "设定分段")
    lines = dispatcher.locator("#action-form .choices .bar")
    for number, (name, value, clock) in enumerate((("围护", "2", "紧急工作时"), ("立杆", "3", "工作日"), ("恢复路面", "5", "工作日"))):
        line = lines.nth(number)
        line.locator("[name=stage-name]").fill(name)
        line.locator("[name=stage-value]").fill(value)
        line.locator("[name=stage-clock]").select_option(label=clock)
    telling.refused(dispatcher, "设定分段", "理由")
    telling.fill(dispatcher, reason="要分三段做")
    telling.confirm(dispatcher, "设定分段")
    stretches = dispatcher.locator(".stretches > li")
    expect(stretches).to_have_count(3)
    expect(stretches.nth(0)).to_have_class("now")

    # the crew finishes the first in the street, the department the second; only the last is reported back
    phone.goto(f"/field/tasks/{case.rsplit('/', 1)[-1]}")
    expect(phone.locator(".progress-list li")).to_contain_text(["围护", "立杆", "恢复路面"])
    phone.locator("input[name=photos]").set_input_files([telling.picture("fence", (200, 150, 60))])
    expect(phone.locator("[data-photos-shown] img")).to_have_count(1)
    phone.fill("#done", "已围护，车绕行")
    phone.get_by_role("button", name="报这一段完成").click()
    expect(phone.get_by_text("这一段已报完成")).to_be_visible()
    expect(phone.locator(".progress-list li.done")).to_have_text(re.compile("围护"))
    lighting.goto(case)
    expect(lighting.locator(".timeline")).to_contain_text("已围护，车绕行")
    expect(lighting.locator("#act-report_back")).to_have_count(0)
    decide(lighting, case, "完成分段", "处置中", done="新杆立好了", photos="after")
    expect(lighting.locator(".stretches > li.done")).to_have_count(2)
    decide(lighting, case, "反馈", "已反馈待批转", done="路面已恢复", photos="after")
