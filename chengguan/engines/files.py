"""Photos and documents by the hash of their content: a folder, the same content once.

An object store is not spoken to: for several web servers the folder lies on a shared file system.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1 << 20


def folder() -> Path:
    return Path(settings.FILES_FOLDER) if settings.FILES_FOLDER else settings.DATA_ROOT / "files"


def path(sha256: str) -> Path:
    """Where that content lies, whether or not it is there. ValueError for anything but a hash."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"not a sha256 in hexadecimal: {sha256!r}")
    return folder() / sha256[:2] / sha256


def put(stream: BinaryIO) -> tuple[str, int]:
    """Keep what the stream gives; (sha256 in hexadecimal, bytes). Nothing is half written: the file appears
    under its name when it is whole and on disk."""
    folder().mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder(), prefix="arriving-", delete=False) as out:
        try:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
            place = path(digest.hexdigest())
            place.parent.mkdir(exist_ok=True)
            os.replace(out.name, place)
        except BaseException:
            Path(out.name).unlink(missing_ok=True)
            raise
    return digest.hexdigest(), size


def open(sha256: str) -> BinaryIO:
    """The content for reading; FileNotFoundError when it is not kept."""
    return path(sha256).open("rb")


def every() -> Iterator[Path]:
    """All that is kept."""
    return folder().glob("??/" + "[0-9a-f]" * 64)


def sha256_of(place: Path) -> str:
    digest = hashlib.sha256()
    with place.open("rb") as content:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def check(sha256: str) -> bool:
    """Whether the content is there and still has its hash."""
    return path(sha256).exists() and sha256_of(path(sha256)) == sha256
