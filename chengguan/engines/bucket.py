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
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

IN_MEMORY = 32 << 20
CHUNK = 1 << 20
MISSING = {"NoSuchKey", "404"}


@dataclass(frozen=True)
class Address:
    name: str
    folder: str
    host: str
    key: str
    secret: str
    region: str
    style: str
    scheme: str


OPTIONS = {"region": r"[\w-]+", "style": "path|virtual", "tls": "0|1"}


def read(url: str) -> Address:
    """What the address says; ImproperlyConfigured, in words without key and secret, when it names no bucket."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong() from None
    name, _, folder = parts.path.strip("/").partition("/")
    if parts.scheme != "s3" or not parts.hostname or not name or parts.fragment:
        raise _wrong()
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    for option, value in asked.items():
        if not re.fullmatch(OPTIONS.get(option, "(?!)"), value):
            raise _wrong(f"{option}=? " if option.isalpha() else "")
    return Address(
        name=name,
        folder=f"{folder}/" if folder else "",
        host=parts.hostname + (f":{port}" if port else ""),
        key=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        region=asked.get("region", "us-east-1"),
        style=asked.get("style", "path"),
        scheme="http" if asked.get("tls") == "0" else "https",
    )


def _wrong(what: str = "") -> ImproperlyConfigured:
    return ImproperlyConfigured(f"FILES_URL: {what}s3://KEY:SECRET@host[:port]/bucket[/folder][?region=us-east-1&style=path|virtual&tls=1|0]")


def _speaker(session: Any, address: Address, *, connect_s: float, read_s: float, attempts: int) -> Any:
    from botocore.config import Config

    return session.client(
        "s3",
        endpoint_url=f"{address.scheme}://{address.host}",
        region_name=address.region,
        aws_access_key_id=address.key,
        aws_secret_access_key=address.secret,
        config=Config(
            connect_timeout=connect_s,
            read_timeout=read_s,
            retries={"total_max_attempts": attempts},
            s3={"addressing_style": address.style},
            # checksums beyond the signature are not known to every compatible store
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@lru_cache(maxsize=4)
def of(url: str) -> Bucket:
    return Bucket(read(url))


class Bucket:
    def __init__(self, address: Address) -> None:
        import boto3  # a fifth of a second and 20 MB, for those who use it

        self.name, self.folder, self.host = address.name, address.folder, address.host
        session = boto3.session.Session()
        self._client = _speaker(session, address, connect_s=3, read_s=20, attempts=2)
        self._prober = _speaker(session, address, connect_s=1, read_s=1, attempts=1)
        """For the question whether it answers, asked every few seconds: a thread must not wait longer than who asks."""

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
            self._prober.head_bucket(Bucket=self.name)
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
