"""The process that owns chDB and speaks ClickHouse's HTTP interface on loopback, behind a key.

Only this process imports chDB: one process may open a folder, and the import is heavy and takes over signal
handlers. A request gets a handle of its own, so settings sent with it end with it. Spoken: POST and GET,
the query in the `query` parameter or the body, `param_<name>`, settings as parameters, data after
`INSERT ... FORMAT <name>`, bodies in gzip, zstd or lz4, answers in gzip when asked. Not spoken: sessions,
temporary tables, external data.
"""

from __future__ import annotations

import argparse
import gzip
import hmac
import json
import os
import re
import signal
import threading
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import chdb
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

USER = "chengguan"
BOUNDS = {"max_execution_time": "60", "max_memory_usage": "400000000", "max_threads": "2"}
"""What a query may take when it does not say otherwise: seconds, bytes, threads."""
NOT_SETTINGS = {
    "query", "user", "password", "database", "default_format", "query_id", "session_id", "session_timeout",
    "session_check", "compress", "decompress", "enable_http_compression", "http_zlib_compression_level",
    "wait_end_of_query", "buffer_size", "client_protocol_version", "quota_key", "role",
    "send_progress_in_http_headers", "http_headers_progress_interval_ms", "send_receive_timeout",
}  # fmt: skip
INSERT_WITH_DATA = re.compile(rb"\s*INSERT\s+INTO\s.*?\bFORMAT\s+(\w+)[ \t]*(?:\r?\n|;|\Z| )", re.I | re.S)
STATUS_OF_CODE = {60: 404, 81: 404, 62: 400, 47: 400, 46: 404, 516: 403, 159: 408, 241: 507, 243: 507}


class Engine:
    """chDB over one folder. Handles are cheap; the first one keeps the engine open."""

    def __init__(self, folder: Path, memory_mb: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        caches = "mark_cache_size=64000000&uncompressed_cache_size=0&index_mark_cache_size=16000000"
        self._where = f"{folder}?max_server_memory_usage={memory_mb * 1_000_000}&{caches}&log-level=warning"
        self._keeper = chdb.connect(self._where)
        self._inserting = threading.BoundedSemaphore(2)
        self._asking = threading.BoundedSemaphore(4)

    def close(self) -> None:
        self._keeper.close()

    def ask(
        self, text: str, form: str, settings: Mapping[str, str], params: Mapping[str, str]
    ) -> tuple[bytes, dict[str, int]]:
        with self._asking:
            handle = chdb.connect(self._where)
            try:
                _apply(handle, settings)
                result = handle.query(text, form, params=dict(params))
                return bytes(result.bytes()), {"read_rows": result.rows_read(), "read_bytes": result.bytes_read()}
            finally:
                handle.close()

    def insert(self, head: str, form: str, data: bytes, settings: Mapping[str, str]) -> None:
        """`data` by way of a file in memory. The engine's own streaming insert is of no use: it says that rows are written when the disk is
        full and nothing was."""
        with self._inserting, os.fdopen(os.memfd_create("rows"), "wb") as rows:
            rows.write(data)
            rows.flush()
            handle = chdb.connect(self._where)
            try:
                _apply(handle, {**settings, "schema_inference_use_cache_for_file": "0"})
                handle.query(f"{head} SELECT * FROM file('/proc/self/fd/{rows.fileno()}', '{form}')")
            finally:
                handle.close()


def _apply(handle: Any, settings: Mapping[str, str]) -> None:
    given = {**BOUNDS, **settings}
    quoted = (f"{name} = '" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for name, value in given.items())
    handle.query("SET " + ", ".join(quoted))


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity") or not body:
        return body
    if encoding in ("gzip", "deflate"):
        return gzip.decompress(body)
    if encoding == "zstd":
        from backports import zstd

        return zstd.decompress(body)
    if encoding == "lz4":
        import lz4.frame

        return lz4.frame.decompress(body)
    raise ValueError(f"Content-Encoding {encoding} is not understood here")


def _knows_the_key(request: Request, key: str) -> bool:
    given = request.headers.get("x-clickhouse-key") or request.query_params.get("password") or ""
    kind, _, rest = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            given = b64decode(rest).decode().partition(":")[2]
        except (Base64Error, UnicodeDecodeError):
            given = ""
    return hmac.compare_digest(given.encode(), key.encode())


def _answer(engine: Engine, query: bytes, body: bytes, parameters: Mapping[str, str], form: str) -> tuple[bytes, dict]:
    params = {name[6:]: value for name, value in parameters.items() if name.startswith("param_")}
    settings = {
        name: value
        for name, value in parameters.items()
        if name not in NOT_SETTINGS and not name.startswith("param_") and re.fullmatch(r"\w+", name)
    }
    text = query + (b"\n" if query and body else b"") + body
    head = INSERT_WITH_DATA.match(text)
    if head is not None:
        statement = re.sub(rb"\bFORMAT\s+\w+\W*\Z", b"", head.group(0), flags=re.I).decode()
        data = text[head.end() :] if not query else body
        engine.insert(statement, head.group(1).decode(), data, settings)
        return b"", {}
    return engine.ask(text.decode(), form, settings, params)


def application(engine: Engine, key: str) -> Starlette:
    async def handle(request: Request) -> Response:
        if not _knows_the_key(request, key):
            return PlainTextResponse(
                "Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)",
                403,
                {"X-ClickHouse-Exception-Code": "516"},
            )
        parameters = dict(request.query_params)
        form = request.headers.get("x-clickhouse-format") or parameters.get("default_format") or "TabSeparated"
        try:
            body = _unpacked(await request.body(), request.headers.get("content-encoding", ""))
            result, summary = await run_in_threadpool(
                _answer, engine, parameters.get("query", "").encode(), body, parameters, form
            )
        except Exception as error:  # noqa: BLE001  whatever the engine says goes to who asked
            return _complaint(str(error))
        headers = {
            "X-ClickHouse-Summary": json.dumps({name: str(value) for name, value in summary.items()}),
            "X-ClickHouse-Query-Id": parameters.get("query_id", ""),
            "X-ClickHouse-Timezone": "UTC",
            "X-ClickHouse-Format": form,
        }
        if parameters.get("enable_http_compression") == "1" and "gzip" in request.headers.get("accept-encoding", ""):
            result = gzip.compress(result, 1)
            headers["Content-Encoding"] = "gzip"
        return Response(result, media_type="text/plain; charset=UTF-8", headers=headers)

    async def ping(request: Request) -> Response:
        return PlainTextResponse("Ok.\n")

    return Starlette(routes=[Route("/ping", ping), Route("/", handle, methods=["GET", "POST"])])


def _complaint(words: str) -> Response:
    found = re.search(r"Code: (\d+)\.", words)
    code = int(found.group(1)) if found else 1002
    return PlainTextResponse(
        words if found else f"Code: 1002. DB::Exception: {words}. (UNKNOWN_EXCEPTION)",
        STATUS_OF_CODE.get(code, 500),
        {"X-ClickHouse-Exception-Code": str(code)},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--memory-mb", type=int, required=True)
    given = parser.parse_args()
    engine = Engine(given.folder, given.memory_mb)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    uvicorn.run(
        application(engine, given.key_file.read_text().strip()),
        host="127.0.0.1",
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    engine.close()


if __name__ == "__main__":
    main()
