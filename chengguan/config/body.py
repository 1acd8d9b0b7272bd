"""How much may be sent in one request: said before any of it is read, and kept to while it comes.

Django puts the whole body of a request on disk before it asks whose it is; so this stands before Django.
"""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, parse_cookie
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from chengguan.people.access import Request
from chengguan.people.middleware import refuse
from chengguan.portal.services import MOST_PHOTOS
from chengguan.things.services.attachments import MOST_BYTES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

STRANGERS = ("/report", "/api/v1/portal/reports")
"""Where anybody may send something."""
WORDS = 256 << 10
"""What a form without files may have; and what may stand beside the files of one that has some."""
PHOTOS = MOST_PHOTOS * MOST_BYTES + WORDS


def most(path: str, kind: str, signed_in: bool) -> int:
    """Bytes a request to that path may have: of one who brings no session no more than a form that signs in needs. A file that may just
    be taken (cases/services/takeover_batches.py) has room for the form around it."""
    if path.rstrip("/") in STRANGERS:
        return PHOTOS if kind.startswith("multipart/form-data") else WORDS
    return (settings.BODY_MB << 20) + WORDS if signed_in else WORDS


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
        kind, cookies = (headers.get(name, b"").decode("latin-1") for name in (b"content-type", b"cookie"))
        signed_in = bool(parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME))
        limit, said = most(scope["path"], kind.lower(), signed_in), headers.get(b"content-length", b"")
        turn_away = self._refuse if signed_in or scope["path"].rstrip("/") in STRANGERS else self._ask_to_sign_in
        if said.isdigit() and int(said[:19]) > limit:
            await turn_away(scope, send, limit)
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
            await turn_away(scope, send, limit)

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

    async def _ask_to_sign_in(self, scope: Message, send: Send, _limit: int) -> None:
        """As anybody is told whose session is over: a form with photos keeps its draft and comes back to it."""
        request = cast(Request, ASGIRequest(scope, io.BytesIO()))
        request.session_end = ""
        try:
            answer = refuse(request)
        except DisallowedHost:  # Django's own handler, which would say so, is behind this
            answer = HttpResponse(status=400)
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.items()]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": [*headers, (b"connection", b"close"), (b"cache-control", b"no-store")]})
        await send({"type": "http.response.body", "body": answer.content})
