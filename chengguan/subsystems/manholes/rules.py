"""What a cover's tag says in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chengguan.registry import Told
from chengguan.registry import gettext_noop as _


def in_words(model: str, values: Mapping[str, float], attributes: Mapping[str, Any]) -> Told:
    """What the newest reading says to somebody who stands beside the cover in words."""
    if values.get("displaced") == 1:
        return Told(False, _("井盖移位或丢失"))
    if values.get("opened") == 1:
        return Told(False, _("井盖开着"))
    tilt = values.get("tilt")
    if tilt is not None and tilt > 10:
        return Told(False, _("井盖倾斜 %(tilt)s°"), {"tilt": f"{tilt:g}"})
    if tilt is not None:
        return Told(True, _("井盖已盖好，倾角 %(tilt)s°"), {"tilt": f"{tilt:g}"})
    if "opened" in values:
        return Told(True, _("井盖已盖好"))
    return Told(None, _("读数不全"))
