"""The least of NATS's wire protocol that reads a stream fast: one blocking socket, read by one thread.

The ordinary client builds an object, parses headers as mail and wakes a coroutine for every message; ten thousand a
second of those are a third of a core. Here a message is a tuple of slices. Everything that is not the stream of
messages goes through `engines.nats`.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from typing import Any, NamedTuple
from urllib.parse import unquote, urlparse

CRLF = b"\r\n"


class Raw(NamedTuple):
    sid: bytes
    subject: bytes
    reply: bytes
    headers: bytes
    payload: bytes


def connect(addresses: str, name: str) -> Wire:
    """To the first of the comma-separated addresses that answers."""
    urls = addresses.split(",")
    for url in urls[:-1]:
        try:
            return Wire(url.strip(), name)
        except OSError:
            continue
    return Wire(urls[-1].strip(), name)


class Wire:
    """A connection. OSError when it breaks; TimeoutError when nothing came in time."""

    def __init__(self, url: str, name: str, timeout_s: float = 5.0) -> None:
        parts = urlparse(url)
        self.socket = socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 4222), timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self._sending = threading.Lock()
        self._waiting: list[Raw] = []
        info = json.loads(self._line().removeprefix(b"INFO "))
        if parts.scheme == "tls" or info.get("tls_required"):
            context = ssl.create_default_context()
            self.socket = context.wrap_socket(self.socket, server_hostname=parts.hostname)
        hello: dict[str, Any] = {
            "verbose": False, "pedantic": False, "name": name, "lang": "python", "version": "1", "protocol": 1,
            "headers": True, "no_responders": True,
        }  # fmt: skip
        if parts.password is not None:
            hello |= {"user": unquote(parts.username or ""), "pass": unquote(parts.password)}
        elif parts.username:
            hello["auth_token"] = unquote(parts.username)
        self.send(b"CONNECT " + json.dumps(hello).encode() + CRLF + b"PING\r\n")
        while (line := self._line()) != b"PONG":
            if line.startswith(b"-ERR"):
                raise ConnectionError(line.decode())

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Also from other threads."""
        with self._sending:
            self.socket.sendall(data)

    def subscribe(self, subject: str, sid: int) -> None:
        self.send(f"SUB {subject} {sid}\r\n".encode())

    def publish(self, subject: bytes, payload: bytes = b"", reply: bytes = b"") -> None:
        self.send(b"PUB %b %b%d\r\n%b\r\n" % (subject, reply + b" " if reply else b"", len(payload), payload))

    def request(self, subject: str, body: Any, inbox: str, sid: int, timeout_s: float = 5.0) -> dict[str, Any]:
        """Answer of a JetStream API subject; messages of other subscriptions that come meanwhile wait."""
        self.publish(subject.encode(), json.dumps(body).encode(), inbox.encode())
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            arrived = self._read(until - time.monotonic())
            answers = [raw for raw in arrived if int(raw.sid) == sid]
            self._waiting += [raw for raw in arrived if int(raw.sid) != sid]
            if answers and answers[0].headers.startswith(b"NATS/1.0 503"):
                raise ConnectionError(f"nobody answers {subject}")
            if answers:
                return json.loads(answers[0].payload)
        raise TimeoutError(subject)

    def read(self, timeout_s: float) -> list[Raw]:
        """Messages that came, at least none after `timeout_s`."""
        early, self._waiting = self._waiting, []
        return early or self._read(timeout_s)

    def _line(self) -> bytes:
        while CRLF not in self.rest:
            self._more()
        line, _, self.rest = self.rest.partition(CRLF)
        return line

    def _more(self) -> None:
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError("the broker closed the connection")
        self.rest += data

    def _read(self, timeout_s: float) -> list[Raw]:
        self.socket.settimeout(max(timeout_s, 0.001))
        try:
            self._more()
        except TimeoutError:
            return []
        finally:
            self.socket.settimeout(5.0)
        found: list[Raw] = []
        buffer, place = self.rest, 0
        while (end := buffer.find(CRLF, place)) >= 0:
            if buffer.startswith((b"HMSG ", b"MSG "), place):
                words = buffer[place:end].split(b" ")
                size, start = int(words[-1]), end + 2
                if start + size + 2 > len(buffer):
                    break
                with_headers = words[0] == b"HMSG"
                head = int(words[-2]) if with_headers else 0
                reply = words[3] if len(words) == (6 if with_headers else 5) else b""
                found.append(Raw(words[2], words[1], reply, buffer[start : start + head], buffer[start + head : start + size]))
                place = start + size + 2
                continue
            line = buffer[place:end]
            place = end + 2
            if line == b"PING":
                self.send(b"PONG\r\n")
            elif line.startswith(b"-ERR"):
                self.rest = buffer[place:]
                raise ConnectionError(line.decode())
        self.rest = buffer[place:]
        return found
