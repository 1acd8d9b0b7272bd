"""The web role's door. `GET /api/health` is answered before Django, so that it answers when the database,
which sessions need, does not."""

from __future__ import annotations

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengguan.config.settings")
django.setup(set_prefix=False)

from chengguan.config.body import Limited, Message, Receive, Send  # noqa: E402
from chengguan.config.one_thread import OneThread  # noqa: E402
from chengguan.engines.health import health, told  # noqa: E402

pages = Limited(OneThread())


async def application(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] != "http" or scope["path"] != "/api/health":
        await pages(scope, receive, send)
        return
    body = json.dumps(told(await health()), ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
