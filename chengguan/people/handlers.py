"""Signing in and out leaves a trace, whether it worked or not."""

from __future__ import annotations

import time
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from chengguan.people.middleware import SEEN, STARTED, client_ip
from chengguan.people.selectors import Who, who_is
from chengguan.people.services import audit


def _stranger(request: HttpRequest | None, username: str) -> Who:
    return Who(None, username[:80], ip=client_ip(request) if request is not None else None)


@receiver(user_logged_in, dispatch_uid="people.signed_in")
def signed_in(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    if request is None:
        return
    request.session[STARTED] = request.session[SEEN] = time.time()
    audit(who_is(user, client_ip(request)), "session.signin", user, str(user))


@receiver(user_logged_out, dispatch_uid="people.signed_out")
def signed_out(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    if request is None or user is None:
        return
    reason = getattr(request, "session_end", "") or "by hand"
    audit(who_is(user, client_ip(request)), "session.signout", user, f"{user} ({reason})")


@receiver(user_login_failed, dispatch_uid="people.signin_failed")
def signin_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    username = str(credentials.get("username") or "")
    audit(_stranger(request, username), "session.failed", "account", username)


@receiver(user_locked_out, dispatch_uid="people.locked_out")
def locked_out(sender: Any, request: HttpRequest | None, username: str | None = None, **_: Any) -> None:
    audit(_stranger(request, username or ""), "session.locked", "account", username or "")
