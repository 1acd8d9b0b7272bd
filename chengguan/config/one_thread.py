"""Pages answered on one thread each, from the first middleware to the last.

Django's own handler goes to a thread and back for every middleware of a request that is not awaited itself, which costs more than most
pages do, and begins and ends a thread for each request. Here a request gets a thread that was there before, and its whole chain runs
on it in one go; a page that is awaited (`/live`) still runs on the event loop.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

KEPT = 16
"""Threads that wait for the next request; a rush begins more, which end with it."""


class OneThread(ASGIHandler):
    def __init__(self) -> None:
        self._waiting: list[ThreadPoolExecutor] = []
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        thread = self._waiting.pop() if self._waiting else ThreadPoolExecutor(max_workers=1, thread_name_prefix="page")
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        except BaseException:  # what was broken off may still run there: nobody is to wait behind it
            thread.shutdown(wait=False)
            raise
        if len(self._waiting) < KEPT:
            self._waiting.append(thread)
        else:
            thread.shutdown(wait=False)
