"""The few words that differ by town, on every screen: a thin layer under gettext.

A Chinese message of ours has no Chinese translation, so gettext hands it to the language's fallback: that is
where the county's own words are put in. What people wrote, and English screens, are left as they are. Each process
looks the words up again every few seconds as requests arrive, and whenever it reads the settings.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from gettext import NullTranslations
from typing import Any

from django.conf import settings
from django.core.signals import request_started
from django.db import DatabaseError
from django.utils.translation import trans_real

from chengguan.standards.switches import WORDS

log = logging.getLogger(__name__)
LOOK_EVERY_S = 2.0


class Wording(NullTranslations):
    """The county's words over the Chinese messages."""

    def __init__(self) -> None:
        super().__init__()
        self._own: dict[str, str] = {}
        self._told: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._next_look = 0.0

    def take(self, own: Mapping[str, Any]) -> None:
        """These are the county's settings now; words among them that equal the default say nothing."""
        chosen = {said: str(own[key]) for key, (forms, _others) in WORDS.items() if key in own and own[key] != forms[0] for said in forms}
        self._next_look = time.monotonic() + LOOK_EVERY_S
        if chosen != self._own:
            longest_first = sorted(chosen, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first))) if chosen else None
            self._own, self._told = chosen, {}

    def look(self) -> None:
        """Look the words up, unless that was done a moment ago. A database that is away leaves them as they were."""
        if time.monotonic() < self._next_look:
            return
        from chengguan.cases.models import Setting  # models are there only once Django is set up

        try:
            self.take(dict(Setting.objects.filter(key__in=list(WORDS)).values_list("key", "value")))
        except DatabaseError as trouble:
            log.warning("the county's words could not be looked up: %s", trouble)
            self._next_look = time.monotonic() + LOOK_EVERY_S

    def say(self, message: str) -> str:
        pattern, own, told = self._pattern, self._own, self._told
        if pattern is None:
            return message
        if message not in told:
            told[message] = pattern.sub(lambda found: own[found[0]], message)
        return told[message]

    def gettext(self, message: str) -> str:
        return self.say(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.say(msgid1 if n == 1 else msgid2)


wording = Wording()


def install() -> None:
    trans_real.translation(settings.LANGUAGE_CODE).add_fallback(wording)
    request_started.connect(_on_request, dispatch_uid="cases.wording")


def _on_request(**_said: Any) -> None:
    wording.look()
