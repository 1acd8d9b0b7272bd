"""A request that is too large is turned away before it is read, before it is counted, and in words. (M-16)"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chengguan.cases.services.takeover_batches import MOST_BYTES
from chengguan.config import asgi
from chengguan.config.body import PHOTOS, WORDS, Limited

FORM = "multipart/form-data; boundary=x"


class Asked:
    """One request through the limit; what came back, and how many bytes were read."""

    def __init__(self, path: str, kind: str, length: int | None, pieces: list[bytes], app: Any = None, cookies: str = "", host: str = "localhost") -> None:
        self.read, self.sent, self.came_in = 0, [], False
        headers = [(b"host", host.encode()), (b"content-type", kind.encode())] + ([(b"content-length", str(length).encode())] if length is not None else [])
        headers += [(b"cookie", cookies.encode())] if cookies else []
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers}
        left = list(pieces)

        async def receive() -> Any:
            piece = left.pop(0) if left else b""
            self.read += len(piece)
            return {"type": "http.request", "body": piece, "more_body": bool(left)}

        async def send(message: Any) -> None:
            self.sent.append(message)

        async def takes_all(scope: Any, receive: Any, send: Any) -> None:
            self.came_in = True
            while (await receive())["more_body"]:
                pass
            await send({"type": "http.response.start", "status": 200, "headers": []})

        asyncio.run((app or Limited(takes_all))(scope, receive, send))

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])


SIGNED_IN = "django_language=en; sessionid=abc"
UPLOAD = (100 << 20) + WORDS


@pytest.mark.parametrize(("path", "kind", "most", "cookies"), [
    ("/report", FORM, PHOTOS, ""), ("/report", "application/x-www-form-urlencoded", WORDS, SIGNED_IN), ("/api/v1/portal/reports", FORM, PHOTOS, ""),
    ("/api/v1/portal/reports", "application/json", WORDS, ""), ("/field/new", FORM, UPLOAD, SIGNED_IN), ("/work", "text/plain", UPLOAD, SIGNED_IN),
])  # fmt: skip
def test_a_length_beyond_the_limit_is_refused_unread(path: str, kind: str, most: int, cookies: str) -> None:
    fits, large = (Asked(path, kind, length, [b"x"], cookies=cookies) for length in (most, most + 1))
    assert (fits.status, fits.came_in) == (200, True)
    assert (large.status, large.came_in, large.read) == (413, False, 0)


@pytest.mark.parametrize(("path", "cookies", "status"), [("/field/new", "", 302), ("/signin", "csrftoken=abc", 302), ("/report/find", "sessionid=", 302), ("/api/v1/cases", "", 401)])
def test_who_brings_no_session_sends_little_and_is_asked_to_sign_in(path: str, cookies: str, status: int) -> None:
    fits, large = (Asked(path, FORM, length, [b"x"], cookies=cookies) for length in (WORDS, WORDS + 1))
    assert (fits.status, fits.came_in) == (200, True)
    assert (large.status, large.came_in, large.read) == (status, False, 0)
    if status == 302:
        assert dict(large.sent[0]["headers"])[b"location"].startswith(b"/signin?")


def test_who_asks_a_host_that_is_not_ours_is_turned_away_all_the_same() -> None:
    assert Asked("/field/new", FORM, WORDS + 1, [b"x"], host="elsewhere.example").status == 400


@pytest.mark.parametrize("length", [None, 10])
def test_what_comes_without_its_length_or_with_a_false_one_is_cut_off(length: int | None) -> None:
    asked = Asked("/api/v1/portal/reports", "application/json", length, [b"x" * 100_000] * 9)
    assert asked.status == 413
    assert asked.read <= WORDS + 100_000


def test_it_is_said_in_words_to_programs_and_to_the_form_of_a_page() -> None:
    program = Asked("/api/v1/portal/reports", FORM, 10**20, [])
    assert "最多 80 MB" in program.sent[1]["body"].decode()
    page = Asked("/report", FORM, PHOTOS + 1, []).sent[1]["body"].decode()
    assert "data-errors" in page
    assert "没有保存" in page


def test_the_web_role_stands_behind_the_limit() -> None:
    assert Asked("/report", FORM, PHOTOS + 1, [], asgi.application).status == 413


def test_the_largest_file_that_may_be_taken_over_has_room_for_its_form() -> None:
    assert Asked("/administration/takeovers/upload", FORM, MOST_BYTES + 10_000, [b"x"], cookies=SIGNED_IN).status == 200
