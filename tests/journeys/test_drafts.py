"""What was typed stays with the account that typed it, on a browser that several people use."""

from playwright.sync_api import Page, expect

from tests.journeys.people import PASSWORD, People
from tests.journeys.town import Town

KEPT = "() => JSON.stringify(localStorage)"


def sign_in(page: Page, username: str) -> None:
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/signin" not in url)


def test_the_next_at_the_desk_sees_nothing_of_a_secret_call(running_town: Town, people: People) -> None:
    page = people.desk("hotline")
    page.goto("/work/new")
    page.check("input[name=secret]")
    page.fill("#reporter_phone", "13700000000")
    page.fill("#reporter_name", "不愿留名的人")
    page.fill("textarea[name=description]", "楼下通宵施工")
    page.wait_for_function("() => JSON.stringify(localStorage).includes('楼下通宵施工')")
    assert "13700000000" not in page.evaluate(KEPT)
    page.context.clear_cookies()  # the session is over, the browser is not
    page.goto("/signin")
    sign_in(page, "shift")
    page.goto("/work/new")
    expect(page.locator("textarea[name=description]")).to_have_value("")
    page.fill("textarea[name=description]", "路灯不亮")
    page.wait_for_function("() => JSON.stringify(localStorage).includes('路灯不亮')")
    page.evaluate("() => document.querySelector('form[data-drafts-end]').requestSubmit()")
    page.wait_for_url(lambda url: "/signin" in url)
    assert "路灯不亮" not in page.evaluate(KEPT)
    sign_in(page, "hotline")
    page.goto("/work/new")
    expect(page.locator("textarea[name=description]")).to_have_value("楼下通宵施工")


def test_a_place_chosen_by_its_name_keeps_it(running_town: Town, people: People) -> None:
    page = people.desk("accept")
    page.goto("/work/new")
    page.locator("[data-pick=place] [data-picked-shown]").press_sequentially("渝秀大道")
    first = page.locator("[data-pick=place] .found-list button[data-address]").first
    expect(first).to_be_visible()
    chosen = first.get_attribute("data-address")
    with page.expect_response("**/work/here*"):
        first.click()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[name=address]")).to_have_value(chosen)
