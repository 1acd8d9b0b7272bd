"""Photos are kept once, whole, and under the hash of what they contain: in a folder and in a bucket alike."""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError

from chengguan.config import backup
from chengguan.engines import bucket, files, health, saying
from chengguan.things.services import put_attachment


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> files.Store:
    monkeypatch.setattr(settings, "FILES_FOLDER", str(tmp_path / "files"))
    if request.param == "bucket":
        monkeypatch.setattr(settings, "FILES_URL", f"{request.getfixturevalue('s3')}/{tmp_path.name}?tls=0")
    return files.store()


def test_the_same_content_is_kept_once(store: files.Store) -> None:
    content = b"photo" * 500_000
    told = files.put(io.BytesIO(content))
    assert files.put(io.BytesIO(content)) == told == (hashlib.sha256(content).hexdigest(), len(content))
    assert list(files.every()) == [told[0]]
    with files.open(told[0]) as kept:
        assert kept.read() == content
    assert files.check(told[0])


def test_what_is_removed_is_not_found_and_may_come_again(store: files.Store) -> None:
    told, _size = files.put(io.BytesIO(b"photo"))
    files.remove(told)
    files.remove(told)
    assert not files.check(told)
    files.put(io.BytesIO(b"photo"))
    assert files.check(told)


def test_what_breaks_off_leaves_nothing(store: files.Store, tmp_path: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionError
            return super().read(3)

    with pytest.raises(ConnectionError):
        files.put(Breaking(b"photograph"))
    assert list(files.every()) == []
    assert list(tmp_path.rglob("arriving-*")) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64])
def test_only_a_hash_names_a_file(store: files.Store, name: str) -> None:
    with pytest.raises(ValueError, match="not a sha256"):
        files.open(name)


def test_what_is_not_kept_is_not_found(store: files.Store) -> None:
    with pytest.raises(FileNotFoundError):
        files.open("a" * 64)
    assert not files.check("a" * 64)


def test_content_that_changed_is_noticed(store: files.Store) -> None:
    sha256, _ = files.put(io.BytesIO(b"photo"))
    assert files.check(sha256)
    if isinstance(store, files.Folder):
        store.place(sha256).write_bytes(b"other")
    else:
        store.put(sha256, io.BytesIO(b"others"), 6)
    assert not files.check(sha256)


def test_files_lie_in_the_bucket_and_not_in_the_folder(s3: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "FILES_FOLDER", str(tmp_path / "files"))
    monkeypatch.setattr(settings, "FILES_URL", f"{s3}?tls=0")
    files.put(io.BytesIO(b"photo"))
    assert not (tmp_path / "files").exists()
    assert files.store().probe().endswith("/county")


@pytest.mark.parametrize(
    "url",
    ["s3://key:secret@host", "https://key:secret@host/bucket", "s3:///bucket", "s3://key:secret@host:90x/bucket", "s3://key:se/cret@host/bucket"]
    + ["s3://key:secret@host/bucket?stile=virtual", "s3://key:secret@host/bucket?tls=no", "s3://key:se?cret@host/bucket"],
)
def test_an_address_that_names_no_bucket_is_refused_at_the_start_in_words(url: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="FILES_URL") as refused:
        bucket.read(url)
    words = str(refused.value).split("s3://KEY")[0]
    assert "key" not in words
    assert "cret" not in words


def test_a_misspelt_address_ends_the_command_line_without_a_traceback(tmp_path: Path) -> None:
    environment = os.environ | {"FILES_URL": "s3://key:secret@host/bucket?stile=virtual", "CHENGGUAN_DATA": str(tmp_path)}
    said = subprocess.run([sys.executable, "-m", "chengguan", "check"], env=environment, capture_output=True, text=True, timeout=60)
    assert said.returncode == 1
    assert said.stderr.startswith("FILES_URL: stile")


def test_a_store_that_hangs_holds_the_question_no_longer_than_who_asks() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = bucket.of(f"s3://key:secret@127.0.0.1:{silent.getsockname()[1]}/county?tls=0")
        began = time.monotonic()
        with pytest.raises(OSError, match="imeout"):
            store.probe()
        assert time.monotonic() - began < health.PROBE_S


def test_nothing_is_restored_while_the_store_is_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret-key").write_text("x")
    (tmp_path / "backup.json").write_text(json.dumps({"sha256": {}}))
    monkeypatch.setattr(settings, "DATABASE_URL", "attached")
    monkeypatch.setattr(settings, "DATA_ROOT", tmp_path / "new")
    monkeypatch.setattr(settings, "FILES_URL", "s3://key:secret@127.0.0.1:9/county?tls=0")
    with pytest.raises(saying.Refused, match="什么也没有恢复"):
        backup.restore(tmp_path)
    assert not (tmp_path / "new").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["a port where nobody is", "a bucket that is not there"])
def test_a_store_that_does_not_answer_is_named(s3: str, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    address = f"{s3}?tls=0".replace("/county", "/nobody") if "bucket" in where else "s3://key:secret@127.0.0.1:9/county?tls=0"
    monkeypatch.setattr(settings, "FILES_URL", address)
    words = [line for line in health.silent_attached() if "FILES_URL" in line]
    assert len(words) == 1
    assert "secret" not in words[0]
    with pytest.raises(ValidationError, match="暂时不可用"):
        put_attachment(io.BytesIO(b"%PDF-1.7"), name="document.pdf")
