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
        self._pages: dict[tuple[str, bool], Page] = {}

    def desk(self, username: str) -> Page:
        """The one page this person works on."""
        return self._page(username, phone=False)

    def another(self, username: str) -> Page:
        """A second window of the same browser."""
        self.desk(username)
        return self._opened(self._contexts[username, False])

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
                "has_touch": phone, "is_mobile": phone, "reduced_motion": "reduce",
            }  # fmt: skip
            context = self.browser.new_context(**options)
            context.set_default_timeout(30_000)
            self._contexts[key] = context
            if username:
                self._sign_in(context, username)
        if key not in self._pages or self._pages[key].is_closed():
            self._pages[key] = self._opened(self._contexts[key])
        return self._pages[key]

    def _opened(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", lambda message: self._heard(page, message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def _heard(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and "422" not in text and "409" not in text:
            self.complaints.append(f"{page.url}: {text}")

    def _sign_in(self, context: BrowserContext, username: str) -> None:
        """By the form of the page, sent without drawing it; who has signed in to this town before comes with that session while it lasts."""
        kept = self.town.sessions.get(username)
        if kept:
            context.add_cookies(kept)
            if context.request.get("/welcome", max_redirects=0).status == 200:
                return
        context.request.get("/signin")
        token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
        form: dict[str, str | float | bool] = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = context.request.post("/signin", form=form, max_redirects=0)
        assert answer.status == 302, f"{username} cannot sign in: {answer.status}"
        self.town.sessions[username] = context.cookies()

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
