"""Ports of this machine: a default that is taken gives way to another, one that was set does not."""

from __future__ import annotations

import ipaddress
import socket
import time

from chengguan.engines.saying import Refused, _


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def reached_at(host: str) -> str:
    """Where this machine reaches what listens on `host`, which may mean every address."""
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else f"[{host}]" if ":" in host else host


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
        return True


def free(host: str = "127.0.0.1") -> int:
    """Some port that nobody uses now."""
    with socket.socket() as trial:
        trial.bind((host, 0))
        return trial.getsockname()[1]


def choose(port: int, *, was_set: bool, variable: str, host: str = "127.0.0.1") -> int:
    """`port` when it is free; otherwise the next free one above it, or, when a person set it, Refused."""
    if is_free(port, host):
        return port
    if was_set:
        raise Refused(
            _("端口 {port}（由 {variable} 指定）已被别的程序占用。请让出该端口，或改用别的端口。").format(port=port, variable=variable)
        )
    return next((other for other in range(port + 1, port + 200) if other < 65536 and is_free(other, host)), 0) or free(host)


def answers(port: int, host: str = "127.0.0.1") -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until_open(port: int, limit_s: float = 30.0, host: str = "127.0.0.1") -> None:
    deadline = time.monotonic() + limit_s
    while not answers(port, host):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on port {port} after {limit_s:.0f} s")
        time.sleep(0.02)
