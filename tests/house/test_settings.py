"""Every setting stands in the example an operator copies, and none is there that nobody reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from chengguan.cases import workflow
from chengguan.evaluation.selectors.rules import in_force
from chengguan.standards.limits import SETTINGS
from tests.house import source

OWN_BUSINESS = {"CHENGGUAN_DEMO", "CHENGGUAN_DEBUG", "CHENGGUAN_NO_POOL"}
"""For the demo, for developers and for tests; nothing an installation sets."""


def test_every_setting_is_in_the_example_and_no_other() -> None:
    read = set(re.findall(r'"((?:CHENGGUAN_|DATABASE_|NATS_|HISTORY_|FILES_)\w+)"', (source.PACKAGE / "config" / "settings.py").read_text()))
    read |= {"CHENGGUAN_DATA"}
    shown = set(re.findall(r"^#?([A-Z_]+)=", (source.REPOSITORY / "deploy" / "env.example").read_text(), flags=re.M))
    settings = {name for name in read if name.startswith("CHENGGUAN_") or name.endswith("_URL")}
    assert shown == settings - OWN_BUSINESS


@pytest.mark.django_db
def test_every_setting_of_the_county_is_read_by_the_program() -> None:
    said = _words(source.PACKAGE.rglob("*.py"))
    stages = _words((source.PACKAGE / "cases" / "services").glob("*.py"))
    stages |= {stage for row in workflow.TABLE for verb, _colon, stage in map(lambda effect: effect.partition(":"), row.clock) if verb in ("start", "judge")}
    ratios = {f"ratio.{slug}" for slug in in_force().ratios}
    unread = [key for key in SETTINGS if key not in said | ratios and key.removeprefix("stage.") not in stages and key.removeprefix("notice.") not in said]
    assert not unread, "these settings change nothing"


def _words(files: Iterable[Path]) -> set[str]:
    """Every string of these modules, but for those that declare settings and those that test."""
    own = [file for file in files if "tests" not in file.parts and file.name != "limits.py"]
    return {node.value for file in own for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
