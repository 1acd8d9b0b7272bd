"""The main job end to end, through the MQTT door and each person's own pages: a dark lamp, an open cover, a citizen. (M-16, M-20, M-26, M-27, M-41, M-43)"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys import telling
from tests.journeys.people import People
from tests.journeys.telling import Chatter, decide
from tests.journeys.town import PASSWORD, GatewayVoice, Town

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(900)]

STEPS = """
import json
from chengguan.cases.models import Case
case = Case.objects.get(pk={case})
print(json.dumps({{"number": case.number, "matter": case.matter_code, "condition": case.condition_key, "grid": bool(case.unit_grid_id),
  "alarms_active": [link.alarm.active for link in case.alarms.all()],
  "steps": [[s.action, s.who_name, s.role, s.acted_at.isoformat(), s.used_s, s.stage, bool(s.stage_deadline), s.overdue] for s in case.steps.all()],
  "photos": [p.kind for p in case.photos.all()]}}))
"""
DESK_CASES = """
import json
from chengguan.things.models import Component
from tests.small_town import dark_lamp, walk
town = {"lamp": Component.objects.get(label="L-004711")}
print(json.dumps({"verify": walk(dark_lamp(town), "verify").pk, "reported": dark_lamp(town).pk}))
"""
SESSIONS_END = """
from chengguan.people import services
from chengguan.people.models import Account
services.end_sessions(Account.objects.get(username="accept"))
print("{}")
"""
MAIN_PATH: list[tuple[str, str | None]] = [
    ("register", "系统"), ("accept", "李敏"), ("file", "王建国"), ("dispatch", "陈静"), ("receive", None), ("assign", None),
    ("report_back", None), ("forward", "陈静"), ("send_to_verify", "李敏"), ("verify", "杨秀英"), ("accept_result", "李敏"), ("close", "王建国"),
]  # fmt: skip


REVIEWED_PATH = [*MAIN_PATH[:6], ("submit", None), *MAIN_PATH[6:]]
"""Of matters whose department looks at its crew's work first."""


def _case_of(address: str) -> str:
    return "/cases/" + re.search(r"/cases/(\d+)", address).group(1)  # type: ignore[union-attr]


def _file_is_whole(town: Town, case: str, registered_by: str, path: list[tuple[str, str | None]]) -> dict[str, Any]:
    """Every step stands in the file: what, who, when, how much of which limit."""
    file = town.ask(STEPS.format(case=case.rsplit("/", 1)[-1]))
    steps = [step for step in file["steps"] if step[0] != "record_evidence"]
    assert [step[0] for step in steps] == [action for action, _who in path]
    for step, (_action, who) in zip(steps, [("register", registered_by), *path[1:]], strict=True):
        assert who is None or step[1] == who, step
    assert [step[3] for step in steps] == sorted(step[3] for step in steps)
    staged = [step for step in steps if step[5]]
    assert {"受理", "立案", "派遣", "批转", "核查批转", "结案"} <= {step[5] for step in staged}
    assert all(step[4] > 0 for step in staged if step[0] in ("accept", "file", "dispatch", "forward", "close"))
    assert not any(step[7] for step in steps)
    assert re.fullmatch(r"500241\d{8}\d{5}", file["number"])
    assert file["grid"]
    return file


def test_a_dark_lamp_becomes_a_closed_case(running_town: Town, people: People) -> None:
    duty, acceptor = people.desk("duty"), people.desk("accept")
    duty.goto("/map")
    acceptor.goto("/work?state=reported")
    expect(acceptor.locator("#work-list")).to_be_visible()

    lamp = Chatter(GatewayVoice(running_town, "C-012", running_town.keys["C-012"]), "street_lights", "L-004711", on=1, power=86.0)
    lamp.start()
    try:
        telling.heard(running_town, "L-004711")
        lamp.values = {"on": 1, "power": 0.3}
        telling.until(duty, "text=路灯不亮")
        row = telling.until(acceptor, "#work-list a[data-open]:has-text('路灯异常')")
        case = _case_of(row.get_attribute("href"))
        acceptor.goto(case)
        expect(acceptor.locator("#action-form input[name=condition_key]:checked")).to_have_count(1)
        decide(acceptor, case, "受理", "待立案")
        decide(people.desk("shift"), case, "立案", "待派遣")

        def mend() -> None:
            lamp.values = {"on": 1, "power": 86.0}

        telling.handled(people, case, "lighting", "crew", "路灯抢修一班", "路灯管理所", "灯已亮 86 W", mend)
        telling.closed(people, case)
    finally:
        lamp.end()
    file = _file_is_whole(running_town, case, "系统", MAIN_PATH)
    assert file["matter"] == "01037"
    assert file["condition"]
    assert file["alarms_active"] == [False]
    assert {"after", "verify"} <= set(file["photos"])
    shift = people.desk("shift")
    shift.goto("/work")
    expect(shift.locator(".durations")).to_contain_text("处置")


def test_an_open_manhole_cover_becomes_a_closed_case(running_town: Town, people: People) -> None:
    acceptor = people.desk("accept")
    acceptor.goto("/work?state=reported")
    voice = GatewayVoice(running_town, "MG-007", running_town.keys["MG-007"])
    cover = Chatter(voice, "manholes", "MH-000123", opened=0, displaced=0, tilt=1.0)
    cover.start()
    try:
        telling.heard(running_town, "MH-000123")
        cover.values = {"opened": 1, "displaced": 0, "tilt": 60.0}
        row = telling.until(acceptor, "#work-list a[data-open]:has-text('雨水井盖异常')")
        case = _case_of(row.get_attribute("href"))
        decide(acceptor, case, "受理", "待立案")
        decide(people.desk("shift"), case, "立案", "待派遣")

        def mend() -> None:
            cover.values = {"opened": 0, "displaced": 0, "tilt": 1.0}

        telling.handled(people, case, "drainage", "crew2", "排水抢修班", "市政排水", "井盖已盖好", mend)
        decide(people.desk("drainage"), case, "反馈", "已反馈待批转", done="已复位并锁紧", photos="after")
        telling.closed(people, case)
    finally:
        cover.end()
    assert _file_is_whole(running_town, case, "系统", REVIEWED_PATH)["matter"] == "01003"


def test_a_citizens_report_enters_the_same_desk_and_is_followed(running_town: Town, people: People) -> None:
    acceptor = people.desk("accept")
    acceptor.goto("/work?state=reported&source=citizen")
    phone = people.phone()
    phone.goto("/report")
    phone.locator("input[name=photos]").set_input_files([telling.picture("road")])
    expect(phone.locator("[data-photos-shown] img")).to_have_count(1)
    phone.get_by_role("button", name="用我现在的位置").click()
    expect(phone.locator("[data-picked].is-known")).to_contain_text("±8 米")
    expect(phone.locator("#address")).not_to_have_value("")
    phone.fill("#description", "人行道上的路灯不亮")
    phone.get_by_role("button", name="上报").click()
    expect(phone.get_by_text("收到了，谢谢您")).to_be_visible()
    code = phone.locator(".follow-code").inner_text()

    row = telling.until(acceptor, "#work-list a[data-open]")
    case = _case_of(row.get_attribute("href"))
    acceptor.goto(case)
    expect(acceptor.locator(".photo img").first).to_be_visible()
    decide(acceptor, case, "不予受理", "不予受理", reason="已由路灯管理所处理，电话 13800001234")

    phone.goto(f"/report/{code}")
    expect(phone.locator(".progress-list")).to_contain_text("没有受理")
    shown = phone.locator("main").inner_text()
    assert "李敏" not in shown
    assert "13800001234" not in shown


def test_a_report_that_is_refused_loses_nothing(running_town: Town, people: People) -> None:
    phone = people.phone()
    phone.goto("/report")
    phone.fill("#description", "井盖响")
    phone.locator("summary").first.click()
    phone.fill("#phone", "12345")
    phone.get_by_role("button", name="上报").click()
    expect(phone.locator("[data-errors]")).to_contain_text("请在地图上点一下位置")
    expect(phone.locator("[data-errors]")).to_contain_text("电话号码好像不对")
    expect(phone.locator("#description")).to_have_value("井盖响")
    phone.reload()
    expect(phone.locator("#description")).to_have_value("井盖响")


def test_what_was_typed_outlives_the_session_and_the_bar_offers_only_what_fits(running_town: Town, people: People) -> None:
    """A session that ends while somebody writes costs them a password, not their words."""
    told = running_town.ask(DESK_CASES)
    page = people.desk("accept")
    page.goto(f"/cases/{told['reported']}?act=refuse")
    page.fill("textarea[name=reason]", "这处灯杆归公路段管")
    page.wait_for_function("() => JSON.stringify(localStorage).includes('这处灯杆归公路段管')")  # a draft is kept a moment after the last key
    running_town.ask(SESSIONS_END)
    page.get_by_role("button", name="确定不予受理").click()
    page.wait_for_url(lambda url: "/signin" in url)
    page.fill("input[name=username]", "accept")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    expect(page.locator("textarea[name=reason]")).to_have_value("这处灯杆归公路段管")

    page.goto("/work?post=acceptor")
    rows = page.locator("[data-row]")
    rows.filter(has=page.locator(f"a[href='/cases/{told['reported']}']")).locator("input[type=checkbox]").check()
    bar = page.locator("[data-bulk=case]")
    expect(bar.locator("button[value=accept]")).to_be_visible()
    expect(bar.locator("button[value=accept_result]")).to_be_hidden()
    rows.filter(has=page.locator(f"a[href='/cases/{told['verify']}']")).locator("input[type=checkbox]").check()
    expect(bar.locator("button[value=accept_result]")).to_contain_text("1/2")


CHOSEN = "form => [...new FormData(form).entries()].filter(([name, value]) => name.startsWith('matter_') && value).map(([name, value]) => [name, value])"


def test_of_a_class_searched_and_a_class_tapped_the_last_one_is_reported(running_town: Town, people: People) -> None:
    phone = people.phone("inspect")
    phone.goto("/field/new")
    expect(phone.locator("#near")).to_contain_text("L-004711")  # drawn anew at the position, once
    form, searched = phone.locator("form:has(#class-q)"), phone.locator("#class-q")
    first = phone.locator("input[name=matter_code]").first
    tapped = first.get_attribute("value")

    searched.press_sequentially("井盖")
    found = phone.locator(".found [data-value]").first
    other = found.get_attribute("data-value")
    found.click()
    assert form.evaluate(CHOSEN) == [["matter_other", other]]
    first.check(force=True)
    assert form.evaluate(CHOSEN) == [["matter_code", tapped]], "what was searched before is forgotten"
    expect(searched).to_have_value("")
    searched.press_sequentially("井盖")
    phone.locator(".found [data-value]").first.click()
    assert form.evaluate(CHOSEN) == [["matter_other", other]], "what was tapped before is no longer checked"
