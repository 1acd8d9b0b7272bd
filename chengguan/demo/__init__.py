"""A sample county with its people, devices and cases: synthetic, and loaded at most once.

Each part marks that it is in, in the same transaction as its rows, so an interrupted load goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from django.db import connection

PARTS = (
    ("county", "load_county", "县域、网格、地址、底图"),
    ("people", "load_people", "机构、岗位、账号"),
    ("devices", "load", "部件与设备"),
    ("cases", "load_cases", "案件"),
)
"""Module of this folder, its function (safe to call again), what it brings. In the order of the river."""


def load(say: Callable[[str], None] = print) -> None:
    """Everything of the sample county that is not yet there."""
    for module, function, brings in PARTS:
        name = f"{__name__}.{module}"
        if find_spec(name) is None:
            continue
        began = time.monotonic()
        say(f"示例数据: {brings} ...")
        getattr(import_module(name), function)()
        with connection.cursor() as cursor:  # the next part asks what is nearest: without statistics that takes minutes
            cursor.execute("ANALYZE")
        say(f"示例数据: {brings} 就绪 ({time.monotonic() - began:.1f} s)")


SHOWN = (
    "desk", "duty", "accept", "shift", "dispatch", "hotline", "lighting", "drainage", "crew", "crew2", "inspect", "engineer", "contractor",
    "evaluate", "oversee", "leader", "admin",
)  # fmt: skip
"""At least one account of every role; the sign-in page has them all."""


def accounts() -> list[str]:
    """Lines that tell how to sign in to the demo: account, name, posts, and the one password."""
    from django.conf import settings

    from chengguan.demo.people import ACCOUNTS
    from chengguan.people.roles import name_of

    known = {username: (name, posts) for username, name, posts in ACCOUNTS}
    lines = [f"演示账号（口令都是 {settings.DEMO_PASSWORD}）："]
    for username in SHOWN:
        name, posts = known[username]
        lines.append(f"  {username:<10} {name}  {'、'.join(str(name_of(role)) for _, role in posts)}")
    return lines
