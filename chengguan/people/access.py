"""What pages ask before they show anything: may this person?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseNotAllowed
from django.shortcuts import redirect
from django_htmx.middleware import HtmxDetails

from chengguan.engines import prepared
from chengguan.people.models import Account
from chengguan.people.permissions import PERMISSIONS
from chengguan.people.selectors import Who, may


class Request(HttpRequest):
    """A request as the middleware leaves it, behind the sign-in."""

    who: Who
    user: Account  # type: ignore[assignment]
    htmx: HtmxDetails
    session_end: str


class AccountBackend(ModelBackend):
    """Demo accounts have a published password: outside demo mode they cannot sign in, nor stay signed in."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and (settings.DEMO or not getattr(user, "demo", False))

    def get_user(self, user_id: Any) -> Any:
        """Of every page of somebody signed in."""
        rows = prepared.found(Account, "id = %s", [user_id])
        return rows[0] if rows and self.user_can_authenticate(rows[0]) else None


def requires(*actions: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Only for those who may do at least one of `actions` (keys of permissions.PERMISSIONS); others get the 403 page."""
    for action in actions:
        if action not in PERMISSIONS:
            raise KeyError(action)

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: Request, *args: Any, **kwargs: Any) -> Any:
            if not any(may(request.who, action) for action in actions):
                raise PermissionDenied(str(PERMISSIONS[actions[0]].name))
            return view(request, *args, **kwargs)

        guarded.requires = actions  # type: ignore[attr-defined]
        return guarded

    return decorate


def sent_from(page: str, *keys: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An address that only takes the form of `page`: who comes to it otherwise, by reloading, is led to that page (its
    address made of these `keys`)."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def taken(request: Request, *args: Any, **kwargs: Any) -> Any:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method in ("GET", "HEAD"):
                return redirect(page, *(kwargs[key] for key in keys))
            return HttpResponseNotAllowed(["POST"])

        return taken

    return decorate
