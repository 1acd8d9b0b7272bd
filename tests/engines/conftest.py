"""A stranger's store of objects."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest

from chengguan.engines import ports


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address, without what stands behind `?`, of a bucket in an S3 server on loopback; spoken to with `?tls=0`."""
    port = ports.free()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ports.wait_until_open(port)
    there = {"endpoint_url": f"http://127.0.0.1:{port}", "region_name": "us-east-1"}
    boto3.client("s3", aws_access_key_id="any", aws_secret_access_key="any", **there).create_bucket(Bucket="county")
    yield f"s3://the%20key:a%2Fsecret%2Bwith%20signs@127.0.0.1:{port}/county"
    server.kill()
    server.wait()
