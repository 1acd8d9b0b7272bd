"""Conditions of street lights that a threshold cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chengguan.registry import Batch, Told, View
from chengguan.registry import gettext_noop as _
from chengguan.subsystems.street_lights.sun import elevation

RATED_W = 100.0


def _is_lit(lamp: View) -> bool | None:
    """Whether the lamp draws more than the share of its rated power (default 20 %) that counts as burning."""
    power = lamp.values.get("power")
    if power is None:
        return None
    rated = float(lamp.attributes.get("rated_w") or RATED_W)
    dim = lamp.values.get("dim") or 100.0
    return abs(power) > rated * max(dim, 10.0) / 100 * float(lamp.limits["share_of_rated"]) / 100


def lamp_dark(lamp: View) -> bool | None:
    """Switched on, and draws no power."""
    on, lit = lamp.values.get("on"), _is_lit(lamp)
    if on is None or lit is None:
        return None
    return on == 1 and not lit


def lamp_may_be_dark(batch: Batch) -> Any:
    """Neither said to be off nor drawing what no share of its power explains."""
    on, power = batch.said["on"], batch.said["power"]
    return ~((~np.isnan(on) & (on != 1)) | (np.abs(power) > _rated(batch) * float(batch.limits["share_of_rated"]) / 100))


def _rated(batch: Batch) -> Any:
    rated = batch.attribute("rated_w")
    return np.where(np.isnan(rated) | (rated == 0), RATED_W, rated)


def lamp_on_by_day(lamp: View) -> bool | None:
    """Burns while the sun stands above the limit, and nobody commanded it on in daylight."""
    lit = _is_lit(lamp)
    if lit is None:
        return None
    above = float(lamp.limits["sun_above_deg"])
    return lit and elevation(lamp.at) > above and not _switched_on_by_day(lamp, above)


def lamp_may_be_on_by_day(batch: Batch) -> Any:
    """By night none; the sun climbs less than a degree in the minutes that a batch may span."""
    power = batch.said["power"]
    first, last = int(batch.at.min()), int(batch.at.max())
    if last - first < 120_000 and max(elevation(first), elevation(last)) < float(batch.limits["sun_above_deg"]) - 1:
        return np.zeros(len(power), bool)
    return ~(np.abs(power) <= _rated(batch) * float(batch.limits["share_of_rated"]) / 1000)


def _switched_on_by_day(lamp: View, above: float) -> bool:
    """For a test or a repair: the last command was on, and the sun stood high when it was given."""
    return lamp.commanded.get("name") in ("on", "dim") and elevation(int(lamp.commanded["at"])) > above


def phase_lost(cabinet: View) -> bool | None:
    """One phase is gone while another is alive (a cabinet without any supply is silent instead)."""
    phases = [cabinet.values[name] for name in ("voltage_a", "voltage_b", "voltage_c") if name in cabinet.values]
    if len(phases) < 3:
        return None
    below = float(cabinet.limits["below"])
    return min(phases) < below <= max(phases)


def in_words(model: str, values: Mapping[str, float], attributes: Mapping[str, Any]) -> Told:
    """What the newest reading says to somebody who stands under the lamp in words."""
    if model == "lamp_controller":
        lit = _is_lit(View(values, {"share_of_rated": 20}, attributes, {}, 0))
        watts = f"{values['power']:g} W" if "power" in values else ""
        if lit:
            return Told(True, _("灯已亮 %(watts)s"), {"watts": watts})
        if values.get("on") == 1 and lit is False:
            return Told(False, _("已开灯，灯不亮 %(watts)s"), {"watts": watts})
        return Told(None, _("灯已关") if values.get("on") == 0 else _("读数不全"))
    if "breaker" in values:
        if values["breaker"] == 0:
            return Told(False, _("回路跳闸"))
        return Told(True, _("回路正常 %(watts)s"), {"watts": f"{values.get('circuit_power', 0):g} W"})
    if "voltage_a" in values:
        volts = " / ".join(f"{values[name]:.0f}" for name in ("voltage_a", "voltage_b", "voltage_c") if name in values)
        return Told(None, _("三相电压 %(volts)s"), {"volts": f"{volts} V"})
    return Told(None, _("读数不全"))
