"""Rules in force, for ingest and for the rules page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.alarms import platform
from chengguan.alarms.conditions import ActiveRule, Facts, RuleSet
from chengguan.alarms.models import Alarm, Rule, RuleRevision
from chengguan.people.selectors import Who, may
from chengguan.things.models import Command, Device


def declared(slug: str) -> registry.Rule:
    """The default of a rule, of a subsystem or of the platform itself; KeyError when nobody declares it."""
    for rule in platform.RULES:
        if rule.slug == slug:
            return rule
    return registry.rule(slug)[1]


def rules_version() -> int:
    """Changes with every change of a rule; ingest asks every second or two."""
    return Rule.objects.aggregate(total=Sum("version"))["total"] or 0


def rules_in_force(metrics: Mapping[tuple[str, str], int]) -> RuleSet:
    """The enabled rules with the county's limits. `metrics`: (subsystem, metric slug) -> number."""
    version, active = rules_version(), []
    for rule in Rule.objects.filter(enabled=True):
        subsystem = registry.present().get(rule.subsystem)
        default = next((each for each in subsystem.manifest.rules if each.slug == rule.slug), None) if subsystem else None
        if subsystem is None or default is None:
            continue
        named = (default.metric, *default.metrics)
        active.append(
            ActiveRule(
                slug=rule.slug,
                subsystem=rule.subsystem,
                kind=default.kind,
                metrics=tuple(metrics[rule.subsystem, name] for name in named if (rule.subsystem, name) in metrics),
                limits=rule.limits,
                hold_ms=int(rule.hold_s * 1000),
                clear_hold_ms=int(rule.clear_hold_s * 1000),
                models=frozenset(default.models),
                watches=default.watches,
                explains=tuple(default.explains),
                condition=subsystem.conditions[default.condition] if default.kind == "python" else None,
                suspects=subsystem.conditions[default.suspects] if default.suspects else None,
            )
        )
    return RuleSet(active, {number: slug for (_, slug), number in metrics.items()}, version)


def device_facts(device_ids: Iterable[int] | None = None) -> dict[int, Facts]:
    """What rules know of enabled devices; of those given, or of all. `commanded` is the last command of
    the last day with its parameters: {"name": "dim", "level": 60, "at": ms}."""
    devices = Device.objects.filter(enabled=True)
    if device_ids is not None:
        devices = devices.filter(pk__in=list(device_ids))
    rows = list(devices.values_list("pk", "subsystem", "model", "gateway_id", "group_id", "attributes"))
    by_device, by_group = _commanded()
    return {
        pk: Facts(subsystem, model, gateway, attributes or {}, by_device.get(pk) or by_group.get(group) or {})
        for pk, subsystem, model, gateway, group, attributes in rows
    }


def newest_command() -> int:
    """Number of the newest command: while it stays the same nothing new was commanded."""
    return Command.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _commanded() -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
    recent = Command.objects.filter(asked_at__gte=timezone.now() - timedelta(days=1)).exclude(state=Command.State.FAILED)
    by_device: dict[int, dict[str, Any]] = {}
    by_group: dict[int, dict[str, Any]] = {}
    for device, group, name, given, at in recent.order_by("asked_at", "pk").values_list(
        "device_id", "group_id", "name", "parameters", "asked_at"
    ):
        (by_device if device else by_group)[device or group] = {"name": name, **given, "at": int(at.timestamp() * 1000)}
    return by_device, by_group


def gateway_memory() -> tuple[dict[str, dict[int, int]], dict[int, int]]:
    """For `Memory.load_gateways`: silent gateways by rule with since when (ms), and when others came back (ms)."""
    silent: dict[str, dict[int, int]] = {}
    for slug, gateway, since in Alarm.objects.filter(
        cause_kind=Alarm.Cause.GATEWAY, off_desk_at__isnull=True, active=True, folded_into__isnull=True
    ).values_list("rule", "gateway_id", "reading_at"):
        if _watches_gateway(slug):
            silent.setdefault(slug, {})[gateway] = int(since.timestamp() * 1000)
    back: dict[int, int] = {}
    returned = Alarm.objects.filter(cause_kind=Alarm.Cause.GATEWAY, returned_at__gte=timezone.now() - timedelta(days=2))
    for gateway, at in returned.order_by("returned_at").values_list("gateway_id", "returned_at"):
        if at is not None:
            back[gateway] = int(at.timestamp() * 1000)
    return silent, back


def _watches_gateway(slug: str) -> bool:
    try:
        return declared(slug).watches == "gateway"
    except KeyError:
        return False


@dataclass(frozen=True)
class RulePage:
    """A rule with its default and its history, for the rules page."""

    rule: Rule
    default: registry.Rule
    subsystem_name: str
    unit: str
    changed: bool
    revisions: list[RuleRevision] = field(default_factory=list)


def rules(who: Who, subsystem: str = "") -> QuerySet[Rule]:
    """Rules, for those who may see alarms."""
    found = Rule.objects.all() if may(who, "alarms.see") else Rule.objects.none()
    return found.filter(subsystem=subsystem) if subsystem else found


def rule_page(who: Who, slug: str) -> RulePage | None:
    """One rule with default and history; None when there is none or not for this person."""
    rule = rules(who).filter(slug=slug).first()
    if rule is None:
        return None
    try:
        default = declared(slug)
    except KeyError:
        return None
    present = registry.present().get(rule.subsystem)
    units = {metric.slug: metric.unit for metric in present.manifest.metrics} if present else {}
    return RulePage(
        rule=rule,
        default=default,
        subsystem_name=_(present.manifest.name if present else platform.NAME),
        unit=units.get(default.metric, ""),
        changed=rule.version > 1,
        revisions=list(rule.revisions.select_related("who")),
    )
