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
