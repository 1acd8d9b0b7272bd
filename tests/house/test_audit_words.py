"""Whoever reads the trail reads words, not slugs."""

from __future__ import annotations

import re

import chengguan.people.words as words
from chengguan.cases import workflow
from tests.house import source

WRITTEN = re.compile(r"""audit\(\s*[\w.]+,\s*"([a-z_]+\.[a-z_]+)\"""")


def test_every_action_that_is_written_has_a_name() -> None:
    written = {action for each in source.modules() for action in WRITTEN.findall(each.read_text())}
    written |= {f"case.{slug}" for slug in workflow.ACTIONS}
    assert len(written) > 30
    assert written - set(words.ACTION_NAMES) == set()
