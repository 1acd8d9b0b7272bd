"""A key that is shown once: the form that makes it leads to a page of its own, which reloaded shows nothing and makes none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from chengguan.people.access import Request


def lead_to(request: Request, page: str, of: int, key: str) -> HttpResponse:
    """To that page of the thing with this id; until it is opened the key lies in the session, each thing's by itself."""
    request.session[_place(page, of)] = key
    return redirect(page, of)


def show(request: Request, page: str, of: int, template: str, context: dict[str, Any], back: str) -> HttpResponse:
    """The page that is led to; to `back` once the key was seen."""
    key = request.session.pop(_place(page, of), "")
    if not key:
        messages.info(request, _("密钥只显示一次。没有记下的话，请再换一把。"))
        return redirect(back, of)
    response = render(request, template, {**context, "key": key})
    response["Cache-Control"] = "no-store"
    return response


def _place(page: str, of: int) -> str:
    return f"{page}.{of}"
