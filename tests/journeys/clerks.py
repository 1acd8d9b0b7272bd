"""People at work without a browser: they sign in, open pages, fill in the forms that are drawn, and send them. What no page offers is
tried by sending it all the same (`cannot`). For stories in which time passes or many people act and no page's script is the point; the
database, the files and the pages are the real ones, but all is one transaction of the test, so that nothing happens after a commit, and
the jobs of the clock run when the story's `Clock` is set. How a case came to where a story begins is often told by `small_town.walk`,
by the same services without their pages.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from chengguan.cases import jobs
from chengguan.cases.models import Case
from tests.journeys.reading import Form, Page
from tests.journeys.town import PASSWORD

SHANGHAI = ZoneInfo("Asia/Shanghai")
LAMP = (108.9915, 28.4482)
_number = itertools.count(1)


def photo() -> SimpleUploadedFile:
    """Never the same picture twice."""
    number, body = next(_number), io.BytesIO()
    Image.new("RGB", (64, 48), (number % 256, number // 256 % 256, 120)).save(body, "JPEG")
    return SimpleUploadedFile(f"photo-{number}.jpg", body.getvalue(), content_type="image/jpeg")


class Clock:
    """What the platform takes for now. Set anew, it lets the jobs of that moment run, as they do every few seconds."""

    def __init__(self, start: str) -> None:
        self.now = self._read(start)

    @staticmethod
    def _read(words: str) -> datetime:
        return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI)

    def __call__(self) -> datetime:
        return self.now

    def to(self, words: str) -> None:
        """To a moment of the county's own day, 2026-10-02 22:00; only forward."""
        after = self._read(words)
        assert after > self.now, words
        self.now = after
        jobs.watch_clocks(timestamp=0)
        jobs.recall_tasks(timestamp=0)
        if (after.hour, after.minute) == (2, 20):
            jobs.archive(timestamp=0)

    def on(self, minutes: float) -> None:
        self.to(f"{self.now.astimezone(SHANGHAI) + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}")


class Clerk:
    """One person. What a page has no button for can only be tried by `cannot`."""

    def __init__(self, username: str) -> None:
        self.username = username
        self.client = Client(enforce_csrf_checks=True)

    def open(self, address: str, status: int = 200) -> Page:
        page = self._reached(address)
        assert page.status == status, f"{self.username} at {address}: {page.status} {page.text[:300]}"
        return page

    def _reached(self, address: str) -> Page:
        page = self._read(self.client.get(address, follow=True), address)
        if page.address.startswith("/signin") and not address.startswith("/signin"):
            self._sign_in(page)
            page = self._read(self.client.get(address, follow=True), address)
        return page

    def _sign_in(self, page: Page) -> None:
        form = next(each for each in page.forms() if each.kinds("password"))
        data = form.filled() | {"username": self.username, "password": PASSWORD}
        answer = self.client.post(page.address, data)
        assert answer.status_code == 302, f"{self.username} cannot sign in: {Page('', 200, answer.content.decode()).text[-300:]}"

    @staticmethod
    def _read(answer: Any, address: str) -> Page:
        chain = getattr(answer, "redirect_chain", ())
        kind = answer.get("Content-Type", "")
        html = answer.content.decode() if "html" in kind else ""
        return Page(chain[-1][0] if chain else address, answer.status_code, html)

    def send(self, page: Page, form: Form, status: int = 200, button: str = "", /, **typed: Any) -> Page:
        """What is typed: words, the label of a box to tick, several of them, or photos. `button`: which of several is pressed, the
        first that says so."""
        data: dict[str, Any] = dict(form.filled())
        for name, value in typed.items():
            several = value if isinstance(value, list) else [value]
            data[name] = [form.value_of(name, each) if isinstance(each, str) else each for each in several]
        for _words, name, value in [each for each in form.buttons if button and button in each[0]][:1]:
            data[name] = value
        address = form.action or page.address
        answer = self._read(self.client.post(address, data, follow=True), address)
        assert answer.status == status, f"{self.username} sends {address}: {answer.status} {answer.text[:600]}"
        return answer

    def decide(self, case: str, action: str, then: str, /, **typed: Any) -> Page:
        """Open the case, take the action by its button, fill in what is named, and see where it comes to."""
        page, form = self._form_of(case, action)
        page = self.send(page, form, **typed)
        assert page.stage == then, f"{action}: {page.stage or page.text[:300]}"
        return page

    def _form_of(self, case: str, action: str) -> tuple[Page, Form]:
        """The form of the action: drawn at once when it is the ordinary next step, else behind its button."""
        page = self.open(case)
        address, said = page.action(action), f"确定{action}"
        if not any(said == words for form in page.forms() for words, _name, _value in form.buttons):
            page = self.open(address)
        form = page.form("action-form")
        assert any(said == words for words, _name, _value in form.buttons), form.buttons
        return page, form

    def refused(self, case: str, action: str, words: str, /, **typed: Any) -> Page:
        """The button is there, but what is filled in is not taken: it says why, and nothing has changed."""
        page, form = self._form_of(case, action)
        return self._refused(case, lambda: self.send(page, form, 422, **typed), words)

    def cannot(self, case: str, slug: str, /, **typed: Any) -> None:
        """No button, and sent all the same it is refused: nothing has changed."""
        assert f"?act={slug}" not in self._reached(case).html, f"{self.username} is offered {slug}"
        token = self.client.cookies["csrftoken"].value

        def by_force() -> Page:
            version = Case.objects.values_list("version", flat=True).get(pk=number_of(case))
            data = {"csrfmiddlewaretoken": token, "version": [str(version)], **typed}
            return self._read(self.client.post(f"{case}/do/{slug}", data, follow=True), case)

        answer = self._refused(case, by_force, "")
        assert answer.status in (403, 404), answer.status
        assert answer.status == 404 or "现在您不能办" in answer.text

    def _refused(self, case: str, attempt: Callable[[], Page], words: str) -> Page:
        before = Case.objects.get(pk=number_of(case))
        page = attempt()
        after = Case.objects.get(pk=number_of(case))
        assert (after.version, after.state) == (before.version, before.state), f"{self.username} could after all"
        assert words in page.text, page.text[:600]
        return page

    # ---- what is done again and again ------------------------------------------------------------

    def register(self, **told: Any) -> str:
        """A caller at the telephone: the address of the case it became. `at`: where, the lamp of the town unless said."""
        lon, lat = told.pop("at", LAMP)
        page = self.open("/work/new")
        page = self.send(page, page.form(action="/work/new"), lon=str(lon), lat=str(lat), **{"description": "路灯不亮，晚上看不清路", **told})
        assert "已登记" in page.text
        return page.address

    def listed(self, case: str, address: str = "/work") -> bool:
        """Whether the case stands on this person's list."""
        return f'href="{case}"' in self.open(address).html

    def task(self, case: str) -> str:
        """The page of the phone for a case, found in the list of tasks."""
        address = f"/field/tasks/{number_of(case)}"
        assert address in self.open("/field/").html, f"{self.username} has no such task"
        return address

    def report_back(self, case: str, done: str = "已更换") -> Page:
        page = self.open(self.task(case))
        return self.send(page, page.form(action="/do/"), done=done, photos=photo())

    def looks(self, case: str, found: str, at: tuple[float, float] = LAMP, status: int = 200) -> Page:
        """Confirm or verify on the spot: 属实, 不属实, 通过, 不通过."""
        page = self.open(self.task(case))
        form = page.form(action="/do/")
        name = "passed" if form.kinds("passed") else "true"
        value = "no" if found.startswith("不") else "yes"
        return self.send(page, form, status, **{name: value}, words="" if value == "yes" else "看过了，还不行", photos=photo(), lon=str(at[0]), lat=str(at[1]), accuracy="8")

    def new(self, at: tuple[float, float] = LAMP, status: int = 200, photos: Any = None, **told: Any) -> Any:
        """An inspector's own report from the phone: the address of the case, or the page when it is refused."""
        page = self.open("/field/new")
        data = {"lon": str(at[0]), "lat": str(at[1]), "accuracy": "8", "photos": photos or photo(), **told}
        page = self.send(page, page.form(action="/field/new"), status, **data)
        found = re.fullmatch(r"/field/tasks/(\d+)/done", page.address)
        return f"/cases/{found[1]}" if found else page


def number_of(case: str) -> int:
    found = re.search(r"/cases/(\d+)", case)
    assert found is not None, case
    return int(found[1])


def case_of(address: str) -> Case:
    return Case.objects.get(pk=number_of(address))


def patched(monkeypatch: Any, start: str) -> Clock:
    """A clock that everything which asks for the time now reads."""
    clock = Clock(start)
    monkeypatch.setattr(timezone, "now", clock)
    return clock
