"""What every page's shell needs: navigation, unread notices, whether this is the demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from chengguan.people import navigation
from chengguan.people.roles import DESK
from chengguan.people.selectors import ANONYMOUS, unread_notices


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Lazy: a page that shows no bell asks nothing."""
    who = getattr(request, "who", ANONYMOUS)
    desk = navigation.entries(who)
    phone = navigation.entries(who, "phone")
    return {
        "who": who,
        "frame": "people/phone.html" if phone and not {post.role for post in who.posts} & DESK else "people/base.html",
        "DEMO": settings.DEMO,
        "BASE_MAP": settings.BASE_MAP,
        "nav": [entry for entry in desk if not entry.more],
        "nav_more": [entry for entry in desk if entry.more],
        "nav_current": navigation.current(desk, request.path),
        "nav_phone": phone,
        "nav_phone_current": navigation.current(phone, request.path),
        "unread_notices": lambda: unread_notices(who),
    }
