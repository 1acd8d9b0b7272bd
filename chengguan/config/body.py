"""How much may be sent in one request: said before any of it is read, and kept to while it comes.

Django puts the whole body of a request on disk before it asks whose it is; so this stands before Django.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from chengguan.portal.services import MOST_PHOTOS
from chengguan.things.services.attachments import MOST_BYTES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

STRANGERS = ("/report", "/api/v1/portal/reports")
"""Where anybody may send something."""
WORDS = 256 << 10
PHOTOS = MOST_PHOTOS * MOST_BYTES + WORDS


def most(path: str, kind: str) -> int:
    """Bytes a request to that path may have."""
    if path.rstrip("/") in STRANGERS:
        return PHOTOS if kind.startswith("multipart/form-data") else WORDS
    return settings.BODY_MB << 20


class TooLong(Exception):
    """More came than may."""


class Limited:
    """The application behind a limit."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope.get("headers", ()))
        limit, said = most(scope["path"], headers.get(b"content-type", b"").decode("latin-1").lower()), headers.get(b"content-length", b"")
        if said.isdigit() and int(said[:19]) > limit:
            await self._refuse(scope, send, limit)
            return
        came, began = 0, False

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise TooLong
            return message

        async def noted(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except TooLong:
            if began:
                raise
            await self._refuse(scope, send, limit)

    async def _refuse(self, scope: Message, send: Send, limit: int) -> None:
        """In words: as a page that a form's script puts into its form, or as JSON for a program. The rest is not waited for."""
        words = _("发来的内容太大，没有保存。最多 %(most)s，请减少或压缩照片后再发。") % {"most": f"{limit >> 20} MB" if limit >> 20 else f"{limit >> 10} KB"}
        if scope["path"].startswith("/api/"):
            kind, body = "application/json; charset=utf-8", json.dumps({"detail": words}, ensure_ascii=False)
        else:
            kind, body = "text/html; charset=utf-8", render_to_string("413.html", {"words": words})
        content = body.encode()
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode()), (b"connection", b"close"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": content})
