"""Photos and documents by the hash of their content, the same content once: in a folder, or in a bucket of an
S3-compatible store when FILES_URL names one.

OSError with words when the store does not answer; FileNotFoundError for what it does not keep.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from chengguan.engines import bucket

CHUNK = 1 << 20
IN_MEMORY = 8 << 20
"""Bytes of an arriving file beyond which it waits on disk for its hash."""


class Store(Protocol):
    def put(self, sha256: str, content: BinaryIO, size: int) -> None:
        """Keep the whole content, or nothing of it."""

    def open(self, sha256: str) -> BinaryIO: ...

    def remove(self, sha256: str) -> None: ...

    def every(self) -> Iterator[str]: ...

    def probe(self) -> str:
        """Where it keeps, for a person; OSError when it cannot."""


class Folder:
    """Nothing is half written: a file appears under its name when it is whole and on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def put(self, sha256: str, content: BinaryIO, size: int) -> None:
        place = self.place(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.root, prefix="arriving-", delete=False) as out:
            try:
                while chunk := content.read(CHUNK):
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
                os.replace(out.name, place)
            except BaseException:
                Path(out.name).unlink(missing_ok=True)
                raise

    def open(self, sha256: str) -> BinaryIO:
        return self.place(sha256).open("rb")

    def remove(self, sha256: str) -> None:
        self.place(sha256).unlink(missing_ok=True)

    def every(self) -> Iterator[str]:
        return (place.name for place in self.root.glob("??/" + "[0-9a-f]" * 64))

    def probe(self) -> str:
        there = next(place for place in (self.root, *self.root.parents) if place.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(str(there))
        return str(self.root)


def folder() -> Path:
    return Path(settings.FILES_FOLDER) if settings.FILES_FOLDER else settings.DATA_ROOT / "files"


def store() -> Store:
    return bucket.of(settings.FILES_URL) if settings.FILES_URL else Folder(folder())


def put(stream: BinaryIO) -> tuple[str, int]:
    """Keep what the stream gives; (sha256 in hexadecimal, bytes)."""
    digest, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as whole:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            whole.write(chunk)
        whole.seek(0)
        store().put(digest.hexdigest(), whole, size)  # type: ignore[arg-type]
    return digest.hexdigest(), size


def open(sha256: str) -> BinaryIO:
    """The content for reading; FileNotFoundError when it is not kept, ValueError for anything but a hash."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"not a sha256 in hexadecimal: {sha256!r}")
    return store().open(sha256)


def remove(sha256: str) -> None:
    """Keep it no longer; nothing when it is not kept. Who calls sees to it that nobody puts the same just now."""
    store().remove(sha256)


def every() -> Iterator[str]:
    """The hashes of all that is kept."""
    return store().every()


def sha256_of(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def check(sha256: str) -> bool:
    """Whether the content is there and still has its hash."""
    try:
        with open(sha256) as content:
            return sha256_of(content) == sha256
    except FileNotFoundError:
        return False
