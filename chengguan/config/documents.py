"""The generated pages under docs/reference: each written from the code it tells about."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.utils import translation

from chengguan.config.evaluation_page import evaluation
from chengguan.engines import announce
from chengguan.people import permissions


def flow() -> str:
    """Fact -> who hears of it."""
    rows = [f"| `{fact}` | {' → '.join(f'`{name}`' for name in handlers)} |" for fact, handlers in announce.flow().items()]
    return "\n".join(
        [
            "# Message flow",
            "",
            "Written from the handlers; a test fails when the two differ. A stage announces a fact, and the handlers of the stages",
            "below run in the same transaction, in this order. `chengguan flow` prints the same.",
            "",
            "| fact | handled by |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def settings_page() -> str:
    """What an operator may set, from the example of settings."""
    lines = (settings.REPOSITORY / "deploy" / "env.example").read_text().splitlines()
    rows, words = [], ""
    for line in lines:
        given = re.fullmatch(r"#?([A-Z_]+)=(.*)", line)
        if given:
            rows.append(f"| `{given[1]}` | {f'`{given[2]}`' if given[2] else ''} | {words} |")
            words = ""
        elif line.startswith("# ----"):
            rows.append(f"| **{line.strip('# -')}** | | |")
        else:
            words = line.strip("# ")
    return "\n".join(
        [
            "# Settings",
            "",
            "Written from `deploy/env.example`; a test holds that file to what `chengguan/config/settings.py` reads. All are",
            "environment variables, all optional.",
            "",
            "| setting | default or example | |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def api() -> str:
    """The JSON API: path, verb, what it is for."""
    from chengguan.config.urls import api as served

    rows = [
        f"| `{verb.upper()} {path}` | {operation.get('summary', '')} |"
        for path, verbs in served.get_openapi_schema()["paths"].items()
        for verb, operation in verbs.items()
    ]
    return "\n".join(
        [
            "# JSON API",
            "",
            "Written from the routers; a test fails when the two differ. `GET /api/docs` shows it with its fields. `GET /api/health`",
            "answers without sign-in: the state of engines and roles, and the real ports.",
            "",
            "| request | |",
            "|---|---|",
            *rows,
            "",
        ]
    )


PAGES: dict[str, Callable[[], str]] = {
    "api.md": api,
    "evaluation.md": evaluation,
    "flow.md": flow,
    "permissions.md": permissions.as_markdown,
    "settings.md": settings_page,
}


def write(name: str) -> str:
    """The page's text as it should be, in the language of the screens."""
    with translation.override("zh-hans"):
        return PAGES[name]()
