"""Alarm rules in people's words: what is compared with what, and what would be raised now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan import registry
from chengguan.alarms import platform
from chengguan.alarms import selectors as questions
from chengguan.alarms.models import Rule, RuleRevision
from chengguan.alarms.words import LIMIT_NAMES
from chengguan.observations.models import LatestState
from chengguan.people.selectors import Who
from chengguan.things import selectors as thing_questions

KINDS = {"threshold": gettext_lazy("越限"), "state": gettext_lazy("状态"), "missing": gettext_lazy("失联"), "python": gettext_lazy("综合判断")}
MOST = 20_000


def trade_name(slug: str) -> str:
    found = registry.present().get(slug)
    return _(found.manifest.name) if found else _(platform.NAME) if slug == platform.SLUG else slug


def in_order(slugs: Iterable[str]) -> list[str]:
    """Trades as the registry counts their phases, the platform itself last."""
    present = registry.present()
    return sorted(slugs, key=lambda slug: (slug not in present, present[slug].manifest.phase if slug in present else 0, slug))


def metric_of(subsystem: str, default: registry.Rule) -> registry.Metric | None:
    found = registry.present().get(subsystem)
    wanted = default.metric or (default.metrics[-1] if default.metrics else "")
    return next((metric for metric in found.manifest.metrics if metric.slug == wanted), None) if found else None


def in_words(subsystem: str, default: registry.Rule | None, limits: Mapping[str, Any], hold_s: float = 0) -> str:
    """When the rule alarms, as one sentence a person of the trade would say: quantity, limit, unit, for how long."""
    if default is None:
        return ""
    if default.kind == "missing":
        watched = _("网关") if default.watches == "gateway" else _models(subsystem, default)
        return _("%(what)s超过 %(time)s没有通信") % {"what": watched, "time": duration(float(limits.get("silent_s", 0)))}
    held = _("，持续 %(time)s") % {"time": duration(hold_s)} if hold_s else ""
    return _condition(subsystem, default, limits) + held


def _models(subsystem: str, default: registry.Rule) -> str:
    found = registry.present().get(subsystem)
    names = [_(model.name) for model in (found.manifest.models if found else ()) if model.slug in default.models]
    return _("、").join(names) or _("设备")


def _condition(subsystem: str, default: registry.Rule, limits: Mapping[str, Any]) -> str:
    if default.says:
        return _(default.says).format(**{name: plain(value) for name, value in limits.items()})
    metric = metric_of(subsystem, default)
    if metric is None:
        return _(default.source)
    name, parts = _(metric.name), []
    if "states" in limits:
        told = " / ".join(_(metric.states.get(int(state), str(state))) for state in limits["states"])
        parts.append(_("%(what)s为“%(state)s”") % {"what": name, "state": told})
    for limit, words in (("above", _("%(what)s高于 %(value)s")), ("below", _("%(what)s低于 %(value)s"))):
        if limit in limits:
            parts.append(words % {"what": name, "value": f"{plain(limits[limit])} {metric.unit}".rstrip()})
    return _("，或").join(parts)


def duration(seconds: float) -> str:
    if seconds >= 3600 and seconds % 1800 == 0:
        return _("%(n)g 小时") % {"n": seconds / 3600}
    if seconds >= 120 or seconds == 60:
        return _("%(n)g 分钟") % {"n": round(seconds / 60, 1)}
    return _("%(n)g 秒") % {"n": seconds}


def line(who: Who, rule: Rule) -> dict[str, Any]:
    """A rule as one line of the list."""
    try:
        default: registry.Rule | None = questions.declared(rule.slug)
    except KeyError:
        default = None
    standing = questions.alarms(who).filter(rule=rule.slug, off_desk_at__isnull=True).count()
    return {
        "rule": rule,
        "default": default,
        "kind": KINDS.get(default.kind, "") if default else "",
        "words": in_words(rule.subsystem, default, rule.limits, rule.hold_s),
        "settle": _("%(time)s后自动") % {"time": duration(rule.settle_s)} if rule.settle_s else _("立即自动"),
        "standing": standing,
        "changed": rule.version > 1,
    }


def _unit(name: str, metric: registry.Metric | None) -> str:
    fixed = {"silent_s": _("秒"), "share_of_rated": "%", "sun_above_deg": "°"}
    return fixed.get(name) or (metric.unit if metric and name in ("above", "below", "clear_above", "clear_below") else "")


def fields(page: Any, limits: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The limits of a rule as fields of its form."""
    metric = metric_of(page.rule.subsystem, page.default)
    found = []
    for name, usual in page.default.limits.items():
        states = [(value, _(text)) for value, text in metric.states.items()] if name == "states" and metric else []
        chosen = limits.get(name, usual)
        if states:
            chosen = [int(value) for value in chosen] if isinstance(chosen, list | tuple) else []
        found.append(
            {
                "name": name,
                "label": str(LIMIT_NAMES.get(name, name)),
                "unit": _unit(name, metric),
                "value": chosen if states else plain(chosen),
                "usual": plain(usual),
                "states": states,
                "required": not name.startswith("clear_"),
            }
        )
    return found


def grouping(default: registry.Rule) -> list[tuple[int, str, str]]:
    """(at least how many, within what time, what the joint alarm is called)"""
    return [(each.least, duration(each.within_s), _(each.name)) for each in default.grouping]


def revision(page: Any, each: RuleRevision) -> dict[str, Any]:
    """What one change changed, in words."""
    names = {
        "enabled": _("启用"), "severity": _("级别"), "hold_s": _("持续时间（秒）"), "clear_hold_s": _("恢复持续时间（秒）"),
        "settle_s": _("稳定时间（秒）"), "auto_register": _("自动登记"),
    }  # fmt: skip
    changes = [(names[key], each.before.get(key), each.after.get(key)) for key in names if each.before.get(key) != each.after.get(key)]
    before, after = each.before.get("limits", {}), each.after.get("limits", {})
    changes += [(str(LIMIT_NAMES.get(key, key)), before.get(key, "—"), after.get(key, "—")) for key in {**before, **after} if before.get(key) != after.get(key)]
    return {"revision": each, "changes": [(name, plain(a), plain(b)) for name, a, b in changes]}


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float | int):
        return f"{value:.10g}"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def preview(who: Who, page: Any, limits: Mapping[str, str], states: list[str]) -> dict[str, Any] | None:
    """Devices whose latest values these limits would alarm (hold times aside). None for kinds that the latest values
    alone cannot answer."""
    rule, default = page.rule, page.default
    try:
        numbers = {name: float(text) for name, text in limits.items() if text != ""}
        wanted = {int(state) for state in states}
    except ValueError:
        return {"error": _("限值须是数字。")}
    devices = thing_questions.devices(who).filter(subsystem=rule.subsystem, enabled=True)
    if default.models:
        devices = devices.filter(model__in=default.models)
    rows = LatestState.objects.filter(device__in=devices).select_related("device__component")[:MOST]
    if default.kind == "missing" and default.watches == "device":
        limit = timezone.now() - timedelta(seconds=numbers.get("silent_s", 0))
        hit = [row for row in rows if row.seen_at is not None and row.seen_at < limit]
    elif default.kind in ("threshold", "state"):
        hit = [row for row in rows if _breaks(row.values.get(default.metric), numbers, wanted)]
    else:
        return None
    return {"n": len(hit), "of": len(rows), "devices": [row.device for row in hit[:8]]}


def _breaks(value: Any, numbers: Mapping[str, float], wanted: set[int]) -> bool:
    if value is None:
        return False
    if wanted:
        return int(value) in wanted
    return ("above" in numbers and value > numbers["above"]) or ("below" in numbers and value < numbers["below"])
