"""Every request knows who asks; nobody gets in without signing in, except where a page says it is open.

A page is opened with Django's `login_not_required`, a path outside Django's views (the JSON API's) with
`open_to_everyone`. Pages of the chosen language are Chinese until the person asks for another: the browser's own
language says nothing about a county's staff.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import resolve_url
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from chengguan.people.access import Request
from chengguan.people.selectors import Who, who_is

log = logging.getLogger(__name__)
_open: set[str] = set()
STARTED, SEEN = "started_at", "seen_at"
SEEN_EVERY_S = 30


def open_to_everyone(*paths: str) -> None:
    """These exact paths need no sign-in."""
    _open.update(paths)


def client_ip(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None


class LanguageMiddleware(LocaleMiddleware):
    """Chinese, unless the language cookie says otherwise."""

    def process_request(self, request: HttpRequest) -> None:
        asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()


class WhoMiddleware(MiddlewareMixin):
    """Sets `request.who`; ends sessions that were idle or open too long; sends strangers to the sign-in page."""

    def process_request(self, request: Request) -> None:
        request.session_end = ""
        # asked of the database only by who needs it: a tile of the open base map does not
        request.who = cast(Who, SimpleLazyObject(lambda: _ask(request)))

    def process_view(self, request: Request, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or request.path in _open:
            return None
        if request.who.is_anonymous:
            return refuse(request)
        if request.user.must_change_password and request.path not in {"/password", "/signout"}:
            return HttpResponseRedirect("/password")
        return None


class PolicyMiddleware(MiddlewareMixin):
    """A page may load nothing but what comes from here, and tiles from the one host a town configured."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        page = response.get("Content-Type", "").startswith("text/html")
        if page and "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = policy(tables=request.path.startswith("/admin/"))
            response["Referrer-Policy"] = referrer_policy()
        return response


class UnseenMiddleware(MiddlewareMixin):
    """A form that a script sends is led on to the page of what came of it before anybody sees that page: what it has to say waits for
    the browser, which opens it then."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.method == "GET" and request.headers.get("X-Requested-With") == "fetch" and hasattr(request, "_messages"):
            request._messages.used = False
        return response


def referrer_policy() -> str:
    """A tile service that binds its key to the address of an installation must be told that address, and no more."""
    return "strict-origin-when-cross-origin" if settings.BASE_MAP else "same-origin"


def policy(*, tables: bool = False) -> str:
    """`tables`: for the administrator's tables, which the library draws with scripts in the page."""
    tiles = " ".join(settings.BASE_MAP.get("hosts", ()))
    return "; ".join(
        (
            "default-src 'self'",
            *(["script-src 'self' 'unsafe-inline' 'unsafe-eval'"] if tables else ()),
            f"img-src 'self' data: blob: {tiles}".strip(),
            f"connect-src 'self' {tiles}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _ask(request: Request) -> Who:
    if request.user.is_authenticated:
        request.session_end = ended(request)
        if request.session_end:
            logout(request)
    return who_is(request.user, client_ip(request))


def ended(request: Request) -> str:
    """Why this session is over: "idle", "age", "revoked"; empty while it lives. Notes that it was used, at most every
    SEEN_EVERY_S; a request with the header X-Background (a screen re-reading by itself) is not use."""
    now = time.time()
    session = request.session
    started, seen = session.get(STARTED), session.get(SEEN)
    if started is None or seen is None:
        session[STARTED] = session[SEEN] = now
        return ""
    valid_from = request.user.sessions_valid_from
    if not request.user.is_active or (valid_from is not None and started < valid_from.timestamp()):
        return "revoked"
    if now - started > settings.SESSION_COOKIE_AGE:
        return "age"
    if now - seen > settings.SESSION_IDLE_S:
        return "idle"
    if now - seen > SEEN_EVERY_S and "X-Background" not in request.headers:
        session[SEEN] = now
    return ""


def refuse(request: Request) -> HttpResponse:
    """What a stranger is told: JSON for programs, a redirect for pages, a full-page redirect for parts of a page."""
    words = _("登录已过期，请重新登录。") if request.session_end else _("请先登录。")
    if request.path.startswith("/api/") or request.headers.get("Accept", "").startswith(("application/json", "text/event-stream")):
        return JsonResponse({"detail": words}, status=401)
    back, ended = _way_back(request), request.session_end
    if request.method not in ("GET", "HEAD"):
        ended = "unsent"
    query = urlencode({key: value for key, value in (("next", back), ("ended", ended)) if value})
    target = f"{resolve_url(settings.LOGIN_URL)}?{query}"
    if request.headers.get("HX-Request"):
        return HttpResponse(words, status=401, headers={"HX-Redirect": target}, content_type="text/plain; charset=utf-8")
    return HttpResponseRedirect(target)


def _way_back(request: Request) -> str:
    """The page to return to after signing in. An address that only takes forms is none: then the page the form stood on."""
    if request.headers.get("HX-Request"):
        return request.headers.get("HX-Current-URL", "")
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    return f"{page.path}?{page.query}".rstrip("?") if page.netloc == request.get_host() else ""


class UnfitMiddleware(MiddlewareMixin):
    """What the database cannot take as a value (a NUL in a text, a number beyond its column, a text longer than it) is most
    often a fault of the request: said in words. It can be one of ours (a division by zero, a cast), so it is logged whole."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DataError):
            return None
        log.error("%s %s: the database could not take a value", request.method, request.path, exc_info=error)
        return HttpResponse(unfit(), status=400, content_type="text/plain; charset=utf-8")


def unfit() -> str:
    return _("填写的内容里有不能保存的字符，或数字、文字超出了范围，请检查后再试。")
