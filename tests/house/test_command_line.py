"""What the command line says when it cannot begin."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import REPOSITORY


@pytest.mark.parametrize(("language", "words"), [("C.UTF-8", "无法读写"), ("en_GB.UTF-8", "cannot be read or written")])
@pytest.mark.parametrize("verb", ["up", "check"])
def test_a_data_folder_that_cannot_be_is_named_in_words(verb: str, language: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = subprocess.run(
        [sys.executable, "-m", "chengguan", verb], cwd=REPOSITORY, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "LANG": language, "CHENGGUAN_DATA": str(tmp_path / "file" / "data")},
    )  # fmt: skip
    assert said.returncode == 1
    assert words in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL is served by another account")
def test_a_restore_into_a_folder_postgresql_cannot_reach_leaves_nothing_there(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said = subprocess.run(
        [sys.executable, "-m", "chengguan", "restore", str(tmp_path / "backup")], cwd=REPOSITORY, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "CHENGGUAN_DATA": str(closed / "data")},
    )  # fmt: skip
    assert said.returncode == 1
    assert "进不去" in said.stderr
    assert list(closed.iterdir()) == []
