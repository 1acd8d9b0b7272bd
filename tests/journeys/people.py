"""People in their own browsers: a desk of 1440x900 or a phone of 390x844, with what their consoles complain about."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.town import PASSWORD, Town

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LAMP = (108.9915, 28.4482)


class People:
    def __init__(self, town: Town, browser: Browser) -> None:
        self.town, self.browser = town, browser
        self.complaints: list[str] = []
        self._contexts: dict[tuple[str, bool], BrowserContext] = {}

    def desk(self, username: str) -> Page:
        return self._page(username, phone=False)

    def phone(self, username: str = "", at: tuple[float, float] = LAMP) -> Page:
        page = self._page(username, phone=True)
        page.context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": 8})
        return page

    def _page(self, username: str, phone: bool) -> Page:
        key = (username, phone)
        if key not in self._contexts:
            options: dict[str, Any] = {
                "viewport": PHONE if phone else DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "base_url": self.town.url,
                "geolocation": {"longitude": LAMP[0], "latitude": LAMP[1], "accuracy": 8}, "permissions": ["geolocation"],
                "has_touch": phone, "is_mobile": phone,
            }  # fmt: skip
            context = self.browser.new_context(**options)
            context.set_default_timeout(30_000)
            self._contexts[key] = context
            if username:
                self._sign_in(context, username)
        page = self._contexts[key].new_page()
        page.on("console", lambda message: self._heard(page, message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def _heard(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and "422" not in text and "409" not in text:
            self.complaints.append(f"{page.url}: {text}")

    def _sign_in(self, context: BrowserContext, username: str) -> None:
        page = context.new_page()
        page.goto("/signin")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/signin" not in url)
        page.close()

    def leave(self) -> None:
        for context in self._contexts.values():
            context.close()


SETTLED = """() => document.fonts.status === 'loaded'
  && [...document.images].every(image => image.complete || image.loading === 'lazy')
  && !document.querySelector('.htmx-request')
  && [...document.querySelectorAll('[data-island]')].every(island => island.dataset.mounted === 'true')
  && [...document.querySelectorAll('[data-island$=map], [data-island=chart]')].every(island => island.dataset.ready === 'true')"""


def settle(page: Page) -> None:
    """Until nothing of the page is on its way any more: fonts, photos, parts, maps, charts."""
    page.wait_for_function(SETTLED, timeout=60_000)


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
