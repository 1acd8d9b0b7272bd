"""Files in a bucket of an S3-compatible store, named by an address:

    s3://KEY:SECRET@host[:port]/bucket[/folder][?region=us-east-1&style=path&tls=1]

`style=virtual` puts the bucket into the host's name, as public clouds ask; `tls=0` speaks plain HTTP. The bucket must be
there already. Key and secret are percent-encoded.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlparse

IN_MEMORY = 32 << 20
CHUNK = 1 << 20
MISSING = {"NoSuchKey", "404"}


@lru_cache(maxsize=4)
def of(url: str) -> Bucket:
    return Bucket(url)


class Bucket:
    """ValueError for an address that names no bucket."""

    def __init__(self, url: str) -> None:
        import boto3  # a fifth of a second and 20 MB, for those who use it
        from botocore.config import Config

        parts = urlparse(url)
        self.name, _, folder = parts.path.strip("/").partition("/")
        if parts.scheme != "s3" or not parts.hostname or not self.name:
            raise ValueError("FILES_URL: s3://KEY:SECRET@host:port/bucket")
        asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        self.folder = f"{folder}/" if folder else ""
        scheme = "http" if asked.get("tls") == "0" else "https"
        self.host = parts.hostname + (f":{parts.port}" if parts.port else "")
        self._client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=f"{scheme}://{self.host}",
            region_name=asked.get("region", "us-east-1"),
            aws_access_key_id=unquote(parts.username or ""),
            aws_secret_access_key=unquote(parts.password or ""),
            config=Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"total_max_attempts": 2},
                s3={"addressing_style": asked.get("style", "path")},
                # checksums beyond the signature are not known to every compatible store
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _key(self, sha256: str) -> str:
        return f"{self.folder}{sha256[:2]}/{sha256}"

    def put(self, sha256: str, content: BinaryIO, size: int) -> None:
        with _in_words():
            if not self._has(sha256, size):
                self._client.put_object(Bucket=self.name, Key=self._key(sha256), Body=content, ContentLength=size)

    def _has(self, sha256: str, size: int) -> bool:
        from botocore.exceptions import ClientError

        try:
            return self._client.head_object(Bucket=self.name, Key=self._key(sha256))["ContentLength"] == size
        except ClientError as error:
            if error.response["Error"]["Code"] in MISSING:
                return False
            raise

    def open(self, sha256: str) -> BinaryIO:
        whole = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever asked closes it
        with _in_words(sha256):
            answer = self._client.get_object(Bucket=self.name, Key=self._key(sha256))
            for chunk in answer["Body"].iter_chunks(CHUNK):
                whole.write(chunk)
        whole.seek(0)
        return whole  # type: ignore[return-value]

    def remove(self, sha256: str) -> None:
        with _in_words():
            self._client.delete_object(Bucket=self.name, Key=self._key(sha256))

    def every(self) -> Iterator[str]:
        with _in_words():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=self.folder):
                for row in page.get("Contents", ()):
                    found = re.fullmatch(r"[0-9a-f]{2}/([0-9a-f]{64})", row["Key"].removeprefix(self.folder))
                    if found:
                        yield found[1]

    def probe(self) -> str:
        with _in_words():
            self._client.head_bucket(Bucket=self.name)
        return f"{self.host}/{self.name}"


@contextmanager
def _in_words(sha256: str = "") -> Iterator[None]:
    """The client's own errors as OSError; FileNotFoundError when `sha256` is not kept."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if sha256 and error.response["Error"]["Code"] in MISSING:
            raise FileNotFoundError(sha256) from error
        raise OSError(str(error)) from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error
