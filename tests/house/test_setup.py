"""What `deploy/setup.sh` says to a newcomer whose machine lacks something."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.source import REPOSITORY

TOOLS = ("bash", "cat", "cut", "dirname", "dpkg-query", "flock", "id", "ls", "setpriv", "sha256sum")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A clone on a machine with little more than a shell: no GDAL, no Chromium, nothing that installs."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(REPOSITORY / "deploy" / "setup.sh", tmp_path / "deploy")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def said(bare: Path, purpose: str, **environment: str) -> str:
    done = subprocess.run(
        [bare / "deploy" / "setup.sh", purpose], env={"PATH": str(bare / "bin"), **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert not (bare / ".venv").exists()
    return done.stderr


def test_what_is_missing_is_named_with_the_line_that_installs_it(bare: Path) -> None:
    words = said(bare, "demo", LANG="en_GB.UTF-8", HOME=str(bare))
    line = next(each for each in words.splitlines() if "run this as root" in each)
    assert "apt-get install --no-install-recommends" in line
    assert "gdal-bin" in line
    assert "chromium" not in line
    assert "sudo" not in line
    (bare / "bin" / "sudo").symlink_to(os.path.realpath("/bin/false"))
    assert "sudo apt-get install" in said(bare, "demo", LANG="en_GB.UTF-8")


def test_the_tests_need_more_and_it_is_said_in_chinese_without_a_home(bare: Path) -> None:
    words = said(bare, "test")
    assert "缺少系统软件包" in words
    assert "chromium mosquitto-clients" in words
    assert "unbound" not in words
