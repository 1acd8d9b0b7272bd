"""The duty officer's screens in a real browser: the map lives, a link shows the same, lost updates are said."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import People
from tests.journeys.town import Town

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(600)]

ALARM = """
import json
from chengguan.console.tests.duty import dark
from chengguan.things.models import Device
alarm = dark({{"device": Device.objects.get(key="L-004711")}}, rule="{rule}", value={value})
print(json.dumps({{"alarm": alarm.pk, "device": alarm.device_id}}))
"""


@pytest.fixture(scope="module")
def standing(running_town: Town) -> dict[str, int]:
    found: dict[str, int] = running_town.ask(ALARM.format(rule="lamp_overvoltage", value=251.0))
    return found


def map_page(people: People, address: str = "/map") -> Page:
    page = people.desk("duty")
    page.goto(address)
    expect(page.locator("[data-island=duty-map][data-mounted]")).to_be_attached(timeout=60_000)
    return page


def test_the_map_draws_the_town(people: People, standing: dict[str, int]) -> None:
    page = map_page(people)
    expect(page.locator("[data-island=duty-map][data-ready=true]")).to_be_attached(timeout=60_000)
    assert page.locator(".duty-canvas canvas").bounding_box()["height"] > 700  # type: ignore[index]


def test_a_new_alarm_stands_on_the_open_map_without_reload_and_is_announced(people: People, running_town: Town, standing: dict[str, int]) -> None:
    page = map_page(people)
    expect(page.locator("[data-alarm]").first).to_be_visible(timeout=20_000)
    told = running_town.ask(ALARM.format(rule="lamp_undervoltage", value=150.0))
    row = page.locator(f"[data-alarm='{told['alarm']}']")
    expect(row).to_be_visible(timeout=5_000)
    expect(page.locator("[data-part=announcer]")).to_contain_text("灯端电压过低")


def test_a_link_shows_the_same_selection_filters_and_place(people: People, standing: dict[str, int]) -> None:
    first = map_page(people)
    first.locator("[data-filter='rank:3']").click()
    first.locator(f"[data-alarm='{standing['alarm']}']").click()
    expect(first.locator(".duty-card h2.grow")).to_have_text("灯端电压过高")
    link = first.url
    second = people.another("duty")
    second.goto(link)
    expect(second.locator(".duty-card h2.grow")).to_have_text("灯端电压过高", timeout=30_000)
    expect(second.locator("[data-filter='rank:3']")).to_have_attribute("aria-pressed", "true")


def test_acknowledging_from_the_card_shows_in_the_drawer(people: People, running_town: Town, standing: dict[str, int]) -> None:
    told = running_town.ask(ALARM.format(rule="lamp_dark", value=0.2))
    page = map_page(people, f"/map?sel=alarm-{told['alarm']}")
    page.locator(".duty-card").get_by_role("button", name="确认").click(timeout=30_000)
    expect(page.locator(f"[data-alarm='{told['alarm']}'] [data-part=acked]")).to_be_visible(timeout=10_000)


def test_lost_updates_are_said_with_the_time_and_the_last_state_stays(people: People, standing: dict[str, int]) -> None:
    page = people.desk("duty")
    page.route("**/live?*", lambda route: route.abort())
    page.goto("/alarms")
    expect(page.locator("[data-live-state]")).to_contain_text("实时更新自", timeout=20_000)
    expect(page.locator("[data-row]").first).to_be_visible()
    page.unroute("**/live?*")
    expect(page.locator("[data-live-state]")).to_be_hidden(timeout=20_000)
    people.complaints.clear()  # the browser complains of the requests that were cut off on purpose


def test_a_key_acts_on_the_row_that_is_chosen(people: People, running_town: Town, standing: dict[str, int]) -> None:
    page = people.desk("duty")
    page.goto("/alarms?q=L-004711")
    page.keyboard.press("j")
    chosen = page.locator("[data-row].row-active").get_attribute("data-row")
    expect(page.locator(f"#alarm-panel [data-for-row='{chosen}']")).to_be_visible(timeout=10_000)
    page.keyboard.press("s")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.locator("dialog[open] input[name=reason]").fill("计划检修")
    page.locator("dialog[open] button.btn-primary").click()
    expect(page.locator(f"[data-row='{chosen}']")).to_have_count(0, timeout=10_000)


def test_what_the_search_finds_or_not_lies_over_the_panel_behind_it(people: People, standing: dict[str, int]) -> None:
    page = map_page(people)
    seen = """part => { const box = part.getBoundingClientRect();
        return part.contains(document.elementFromPoint(box.x + 20, box.y + box.height / 2)); }"""
    field = page.locator(".duty-search input")
    for text, part in (("不存在的路999", "[data-state=none]"), ("L-004711", "[role=listbox]")):
        field.fill(text)
        expect(page.locator(f".duty-search {part}")).to_be_visible()
        assert page.locator(f".duty-search {part}").evaluate(seen)
