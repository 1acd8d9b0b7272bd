"""Signing in and out, the first page, the own password, the language."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from chengguan.people import roles, selectors, services
from chengguan.people.access import Request


def _next(request: Request) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed and not target.startswith(("/signin", "/signout", "/api/")) and target != "/" else ""


def _page(request: Request, status: int = 200, **given: Any) -> HttpResponse:
    words = {
        "idle": _("长时间没有操作，已自动退出。请重新登录。"),
        "age": _("登录已满最长时限，已自动退出。请重新登录。"),
        "unsent": _("登录已过期，刚才提交的内容没有保存。登录后会回到原来的页面，请再办一次。"),
        "revoked": _("账号已变更，请重新登录。"),
    }
    context = {
        "next": _next(request),
        "ended": words.get(request.GET.get("ended", "")),
        "demo_cards": selectors.demo_cards() if settings.DEMO else ([], []),
        "demo_password": settings.DEMO_PASSWORD if settings.DEMO else "",
        "username": request.POST.get("username", ""),
        "citizen_url": _citizen_url(),
    }
    return render(request, "people/signin.html", context | given, status=status)


def _citizen_url() -> str:
    """Where a citizen reports without an account; empty where no such page is present."""
    try:
        return reverse("portal-report")
    except NoReverseMatch:
        return ""


@never_cache
@sensitive_post_parameters("password")
@login_not_required
def signin(request: Request) -> HttpResponse:
    if request.method != "POST":
        return redirect(roles.first_page(request.who.roles)) if not request.who.is_anonymous else _page(request)
    username, password = request.POST.get("username", "").strip(), request.POST.get("password", "")
    account = authenticate(request, username=username, password=password)
    if account is None:
        left = attempts_left(request, username)
        return _page(request, 200, error=_("账号或密码不对。"), left=left)
    login(request, account)
    target = _next(request) or roles.first_page(selectors.who_is(account).roles)
    return HttpResponseRedirect(target)


def attempts_left(request: Request, username: str) -> int:
    """How many wrong passwords are left before the lock, for this name from this address."""
    return max(0, settings.AXES_FAILURE_LIMIT - AxesDatabaseHandler().get_failures(request, {"username": username}))


def locked_out(request: Request, response: Any = None, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """After too many wrong passwords: in words, with the time that is left."""
    named = {"username": request.POST.get("username", "")}
    times = [a.attempt_time for rows in AxesDatabaseHandler().get_user_attempts(request, credentials or named) for a in rows]
    free_at = max(times, default=timezone.now()) + (get_cool_off(request) or timedelta())
    minutes = max(1, math.ceil((free_at - timezone.now()).total_seconds() / 60))
    if request.path.startswith("/api/"):
        return HttpResponse(status=429)
    return _page(request, 429, locked_minutes=minutes, locked_limit=settings.AXES_FAILURE_LIMIT)


@require_POST
def signout(request: Request) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGIN_URL)


def home(request: Request) -> HttpResponse:
    """Each to the first page of their post."""
    return redirect(roles.first_page(request.who.roles))


def welcome(request: Request) -> HttpResponse:
    """For an account that holds no post today."""
    return render(request, "people/welcome.html")


@sensitive_post_parameters()
@never_cache
def password(request: Request) -> HttpResponse:
    """Change the own password; other sessions of the account end."""
    errors: list[str] = []
    if request.method == "POST":
        old, new, again = (request.POST.get(key, "") for key in ("old", "new", "again"))
        if not request.user.check_password(old):
            errors.append(_("原密码不对。"))
        elif new != again:
            errors.append(_("两次输入的新密码不一致。"))
        elif new == old:
            errors.append(_("新密码与原密码相同。"))
        else:
            try:
                services.set_password(request.who, request.user, new)
            except ValidationError as refused:
                errors += refused.messages
            else:
                update_session_auth_hash(request, request.user)
                return render(request, "people/password.html", {"done": True})
    return render(request, "people/password.html", {"errors": errors}, status=422 if errors else 200)


def stale_form(request: Request, reason: str = "") -> HttpResponse:
    """A form whose token is another sign-in's. Scripts get the words alone, so that they can stand beside what was typed."""
    words = _("这一页打开之后登录换过，没有收下。请刷新这一页再发；手机上填的内容会找回来。")
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With") or "html" not in request.headers.get("Accept", "html"):
        return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")
    return render(request, "403_csrf.html", status=403)


urlpatterns = [
    path("", home, name="home"),
    path("signin", signin, name="signin"),
    path("signout", signout, name="signout"),
    path("welcome", welcome, name="welcome"),
    path("password", password, name="password"),
    path("language", login_not_required(set_language), name="set_language"),
]
