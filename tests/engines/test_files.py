"""Photos are kept once, whole, and under the hash of what they contain."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from django.conf import settings

from chengguan.engines import files


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(settings, "FILES_FOLDER", str(tmp_path / "files"))
    return tmp_path / "files"


def test_the_same_content_is_kept_once(own_folder: Path) -> None:
    content = b"photo" * 500_000
    assert files.put(io.BytesIO(content)) == files.put(io.BytesIO(content)) == (hashlib.sha256(content).hexdigest(), len(content))
    assert len(list(files.every())) == 1
    assert [each for each in own_folder.iterdir() if each.is_file()] == []


def test_what_breaks_off_leaves_nothing(own_folder: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionError
            return super().read(3)

    with pytest.raises(ConnectionError):
        files.put(Breaking(b"photograph"))
    assert list(own_folder.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64])
def test_only_a_hash_names_a_file(name: str) -> None:
    with pytest.raises(ValueError, match="not a sha256"):
        files.path(name)


def test_content_that_changed_on_disk_is_noticed() -> None:
    sha256, _ = files.put(io.BytesIO(b"photo"))
    assert files.check(sha256)
    files.path(sha256).write_bytes(b"other")
    assert not files.check(sha256)
