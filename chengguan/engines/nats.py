"""The broker: NATS with JetStream and its MQTT listener."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def publish_hint(topic: str, about: Mapping[str, Any]) -> None:
    """Tell open screens to look again; lost when the broker is away, which is allowed."""
