"""Words for the terminal, before Django's own translations are up: Chinese, English when LANG is English."""

from __future__ import annotations

import gettext as _gettext
import os
import sys
from pathlib import Path

CATALOGUES = Path(__file__).resolve().parents[1] / "config" / "locale"
"""Not asked of the settings: a data folder that cannot be read fails them, and must still be named."""


def _(text: str) -> str:
    """The text in the terminal's language; Chinese is the text itself."""
    if not english():
        return text
    catalogue = _gettext.translation("django", CATALOGUES, ["en"], fallback=True)
    return catalogue.gettext(text)


def english() -> bool:
    """Whether the terminal speaks English."""
    wanted = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return wanted.startswith("en")


def say(text: str) -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Refused(Exception):
    """What was asked cannot be done; the message says to a person what to do about it."""
