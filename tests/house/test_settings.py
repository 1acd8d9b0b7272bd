"""Every setting stands in the example an operator copies."""

from __future__ import annotations

import re

from tests.house import source

OWN_BUSINESS = {"CHENGGUAN_DEMO", "CHENGGUAN_DEBUG", "CHENGGUAN_NO_POOL"}
"""For the demo, for developers and for tests; nothing an installation sets."""


def test_every_setting_is_in_the_example_and_no_other() -> None:
    read = set(re.findall(r'"((?:CHENGGUAN_|DATABASE_|NATS_|HISTORY_|FILES_)\w+)"', (source.PACKAGE / "config" / "settings.py").read_text()))
    read |= {"CHENGGUAN_DATA"}
    shown = set(re.findall(r"^#?([A-Z_]+)=", (source.REPOSITORY / "deploy" / "env.example").read_text(), flags=re.M))
    settings = {name for name in read if name.startswith("CHENGGUAN_") or name.endswith("_URL")}
    assert shown == settings - OWN_BUSINESS
