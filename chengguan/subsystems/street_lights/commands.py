"""Commands of lighting as the controllers read them: {"on": 0|1} and {"on": 1, "dim": percent}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def encode(command: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What goes into the payload beside the command's number; KeyError for a command that lamps do not know."""
    if command == "dim":
        return {"on": 1, "dim": int(parameters["level"])}
    return {"on": {"on": 1, "off": 0}[command]}
