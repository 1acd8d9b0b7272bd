"""What an alarm says."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.alarms.conditions import Transition
from chengguan.alarms.models import Rule
from chengguan.things.models import Device, Gateway

LONGEST_REASON = 200


def given_reason(text: str, missing: str) -> str:
    """The reason as typed, without blanks around it. ValidationError, in the words of `missing`, when there is none, or when
    it is too long to be read: it is never cut."""
    reason = text.strip()
    if not reason:
        raise ValidationError({"reason": missing})
    if len(reason) > LONGEST_REASON:
        told = {"most": LONGEST_REASON, "n": len(reason)}
        raise ValidationError({"reason": _("理由最多 %(most)d 字，现在有 %(n)d 字，请写短一些。") % told})
    return reason


def describe(
    rule: Rule, default: registry.Rule, transition: Transition, device: Device | None, gateway: Gateway | None, parts: int
) -> str:
    """One sentence: who, what was measured, against which limit."""
    subject = str(gateway or (device.group if parts and device and device.group else device) or "")
    if parts:
        return _("%(subject)s：%(count)d 台设备%(name)s") % {"subject": subject, "count": parts, "name": rule.name}
    if default.kind == "missing":
        return _("%(subject)s：超过 %(time)s未上报") % {"subject": subject, "time": span(float(rule.limits.get("silent_s", 0)))}
    metric = _metric(rule.subsystem, default.metric)
    if metric is None or transition.value is None:
        held = _("，持续 %(time)s") % {"time": span(rule.hold_s)} if rule.hold_s else ""
        return f"{subject}：{rule.name}{held}"
    if metric.states:
        state = metric.states.get(int(transition.value), transition.value)
        return f"{subject}：" + _("%(what)s为“%(state)s”") % {"what": metric.name, "state": state}
    limit = _("，限值 %(limit)g %(unit)s") % {"limit": transition.limit, "unit": metric.unit} if transition.limit is not None else ""
    return f"{subject}：{metric.name} {transition.value:g} {metric.unit}{limit}".rstrip()


def span(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds >= 7200:
        return _("%(n)g 小时") % {"n": round(seconds / 3600, 1)}
    if seconds >= 120:
        return _("%(n)g 分钟") % {"n": round(seconds / 60, 1)}
    return _("%(n)g 秒") % {"n": round(seconds, 1)}


def _metric(subsystem: str, slug: str) -> registry.Metric | None:
    present = registry.present().get(subsystem)
    return next((metric for metric in present.manifest.metrics if metric.slug == slug), None) if present else None
