"""Every screen on the list opens at its size: it answers 200, comes to rest, says nothing in the console (where a request that
failed is said, too), has its heading, and is not wider than its window."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from tests.journeys.people import PHONE, People, overflow, settle
from tests.journeys.screens import SCREENS, Screen
from tests.journeys.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(600)]

SMALL = (
    "[...document.querySelectorAll('main .btn, main .picks label, main .answer label, main .tile[href], "
    "main input:not([type=hidden],[type=file],[type=checkbox],[type=radio])')]"
    ".filter(e => e.offsetParent && !e.closest('.hp') && e.getBoundingClientRect().height < 47).map(e => e.outerHTML.slice(0, 80))"
)
HEADED = "[...document.querySelectorAll('h1')].some(h => h.offsetParent && h.innerText.trim()) && document.title.length > 3"
ONLY_IN_THE_DEMO = {"story-page"}  # opened where its button is tried, in the demo's own tests and for the pictures


@pytest.fixture(scope="module")
def standing(running_town: Town) -> dict[str, Any]:
    found: dict[str, Any] = running_town.ask("from tests.journeys.standing import stand; stand()")
    return found


def faults(page: Page, screen: Screen, standing: dict[str, Any]) -> list[str]:
    try:
        answer = page.goto(screen.address.format(**standing))
        settle(page)
    except Error as trouble:
        return [f"did not open: {trouble.message}"]
    found = [] if answer and answer.status == 200 else [f"answered {answer and answer.status}"]
    found += [] if page.evaluate(HEADED) else ["no heading"]
    found += [f"wider than its window by {pixels}" for pixels in [overflow(page)] if pixels > 0]
    if screen.phone:
        found += [f"too small for a thumb: {each}" for each in page.evaluate(SMALL)]
    if screen.on_a_phone_too:
        page.set_viewport_size(PHONE)
        try:
            page.wait_for_function("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth", timeout=15_000)  # a chart follows its frame
        except Error:
            found.append(f"wider than a phone by {overflow(page)}")
    return found


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_screen_opens_at_its_size_and_comes_to_rest(people: People, standing: dict[str, Any], phone: bool) -> None:
    found = {}
    for screen in SCREENS:
        if screen.phone is phone and screen.name not in ONLY_IN_THE_DEMO:
            page = people.phone(screen.who) if phone else people.desk(screen.who)
            found[screen.name] = faults(page, screen, standing)
            page.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_the_list_is_worked_by_keys(people: People, standing: dict[str, Any]) -> None:
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


def test_enter_decides_nothing_where_a_form_has_several_buttons(people: People, standing: dict[str, Any]) -> None:
    page = people.desk("accept")
    finding = "/surveys/{survey}/findings/{finding}".format(**standing)
    page.goto(finding)
    page.fill("#reason", "已有人在修")
    page.press("#reason", "Enter")
    expect(page.get_by_role("button", name="转为案件")).to_be_visible()
    page.goto("/surveys/{survey}?tab=findings&show=".format(**standing))
    page.locator("input[name=finding]").first.check()
    page.fill("input[name=reason]", "已有人在修")
    page.press("input[name=reason]", "Enter")
    page.goto(finding)
    expect(page.get_by_role("button", name="转为案件")).to_be_visible()

    # a number of a call is looked up, not sent; Ctrl+Enter sends, and what is missing is said
    page.goto("/work/new")
    page.fill("#reporter_phone", "13800001234")
    page.press("#reporter_phone", "Enter")
    expect(page.locator("#caller a").first).to_be_visible()
    assert page.locator("[data-errors] [role=alert]").count() == 0
    page.press("#description", "Control+Enter")
    expect(page.locator("[data-errors]").first).to_contain_text("位置")

    # a box that was just ticked holds the keys: Enter opens its row, and takes no step with it
    page.goto("/work?state=reported")
    page.locator("#work-list [data-row] input[type=checkbox]").first.click()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    expect(page.locator(".case-head .stage")).to_have_text("待受理")


def test_a_second_press_sends_nothing_again_and_a_later_one_does(people: People, standing: dict[str, Any]) -> None:
    page, sent = people.desk("accept"), []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto("/handover/new")
    for times in (1, 2):
        page.fill("#since", "2099-01-01T00:00")
        page.locator("form:has(#since) button").last.dblclick()
        expect(page.locator("form [role=alert]")).to_contain_text("当班自要早于现在")
        page.wait_for_load_state("networkidle")
        assert len(sent) == times


def test_a_list_on_paper_has_its_filters_and_no_bars(people: People, standing: dict[str, Any]) -> None:
    page = people.desk("accept")
    page.goto("/work?state=reported")
    page.emulate_media(media="print")
    expect(page.locator(".print-head")).to_contain_text("环节：待受理")
    for bar in (".topbar", "#work-filter", "#work-list .tabs", ".page-head", "#work-list .work-tick"):
        assert not page.locator(bar).first.is_visible(), bar
    page.emulate_media(media="screen")


def test_a_row_of_the_quarantine_shows_its_message_beside_and_says_what_became_of_it(people: People, standing: dict[str, Any]) -> None:
    page = people.desk("admin")
    page.goto("/quarantine")
    row = page.locator(f"[data-row='{standing['entry']}']")
    row.locator("td.subject").click()
    panel = page.locator("#entry-panel")
    expect(panel.locator("pre.payload").first).to_be_visible()
    panel.get_by_role("button", name="重新送入").click()
    expect(panel.locator(".tag")).to_have_text("已重放")
    expect(panel).to_contain_text("重放后", timeout=20_000)
    expect(row).to_have_count(0)
