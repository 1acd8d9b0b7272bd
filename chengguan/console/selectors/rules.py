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


def limit_names() -> dict[str, str]:
    return {
        "above": _("高于"), "below": _("低于"), "clear_above": _("恢复：不高于"), "clear_below": _("恢复：不低于"), "silent_s": _("无通信超过（秒）"),
        "states": _("处于状态"), "share_of_rated": _("低于额定功率的（%）"), "sun_above_deg": _("太阳高度角高于（°）"),
    }  # fmt: skip


def metric_of(subsystem: str, default: registry.Rule) -> registry.Metric | None:
    found = registry.present().get(subsystem)
    return next((metric for metric in found.manifest.metrics if metric.slug == default.metric), None) if found else None


def in_words(subsystem: str, default: registry.Rule | None, limits: Mapping[str, Any]) -> str:
    """The limits as one short sentence."""
    metric = metric_of(subsystem, default) if default else None
    if metric is None and default is not None and subsystem == platform.SLUG:
        return _(default.source)
    unit = metric.unit if metric else ""
    names, parts = limit_names(), []
    for name, value in limits.items():
        if name.startswith("clear_"):
            continue
        if name == "states":
            told = [_(metric.states.get(int(state), str(state))) if metric else str(state) for state in value]
            parts.append(_("、").join(told))
        elif name == "silent_s":
            parts.append(_("无通信超过 %(time)s") % {"time": duration(float(value))})
        else:
            parts.append(f"{names.get(name, name)} {value:g}{unit if name in ('above', 'below') else ''}")
    return (f"{_(metric.name)} " if metric else "") + _("，").join(parts)


def duration(seconds: float) -> str:
    if seconds >= 3600 and seconds % 1800 == 0:
        return _("%(n)g 小时") % {"n": seconds / 3600}
    if seconds >= 120:
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
        "words": in_words(rule.subsystem, default, rule.limits),
        "hold": duration(rule.hold_s) if rule.hold_s else _("立即"),
        "settle": _("%(time)s后自动") % {"time": duration(rule.settle_s)} if rule.settle_s else _("立即自动"),
        "standing": standing,
        "changed": rule.version > 1,
    }


def fields(page: Any, limits: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The limits of a rule as fields of its form."""
    names = limit_names()
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
                "label": names.get(name, name),
                "unit": metric.unit if metric and name in ("above", "below", "clear_above", "clear_below") else "",
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
    told = limit_names()
    changes += [(told.get(key, key), before.get(key, "—"), after.get(key, "—")) for key in {**before, **after} if before.get(key) != after.get(key)]
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
