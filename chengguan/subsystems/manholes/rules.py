"""What a cover's tag says in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def in_words(model: str, values: Mapping[str, float], attributes: Mapping[str, Any]) -> tuple[bool | None, str]:
    """What the newest reading says to somebody who stands beside the cover: (well, words)."""
    if values.get("displaced") == 1:
        return False, "井盖移位或丢失"
    if values.get("opened") == 1:
        return False, "井盖开着"
    tilt = values.get("tilt")
    if tilt is not None and tilt > 10:
        return False, f"井盖倾斜 {tilt:g}°"
    if "opened" in values or tilt is not None:
        return True, "井盖已盖好" + (f"，倾角 {tilt:g}°" if tilt is not None else "")
    return None, "读数不全"
