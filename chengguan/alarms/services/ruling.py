"""Changing rules and limits: checked, with who and why, and undone as easily."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.alarms import platform
from chengguan.alarms.models import Rule, RuleRevision
from chengguan.alarms.selectors import declared
from chengguan.alarms.services.words import given_reason
from chengguan.engines import announce
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit

CHANGEABLE = ("enabled", "limits", "severity", "hold_s", "clear_hold_s", "settle_s", "auto_register")
LONGEST_S = 90 * 86400.0


def sync_rules() -> int:
    """Make a row of every rule the trades present (and the platform) declare; the county's changes stay. Returns how many are new."""
    wanted = [(platform.SLUG, rule) for rule in platform.RULES]
    wanted += [(slug, rule) for slug, present in registry.present().items() for rule in present.manifest.rules]
    known = set(Rule.objects.values_list("slug", flat=True))
    fresh = [_from_default(subsystem, rule) for subsystem, rule in wanted if rule.slug not in known]
    Rule.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def _from_default(subsystem: str, rule: registry.Rule) -> Rule:
    return Rule(
        slug=rule.slug, subsystem=subsystem, name=rule.name, limits=dict(rule.limits), severity=rule.severity, hold_s=rule.hold_s,
        clear_hold_s=rule.clear_hold_s, settle_s=rule.settle_s, auto_register=rule.auto_register,
    )  # fmt: skip


@transaction.atomic
def change_rule(who: Who, slug: str, changes: Mapping[str, Any], reason: str, version: int | None = None) -> Rule:
    """Change what the county may change of a rule. ValidationError says in words what is wrong and nothing is kept, also when the
    rule is no longer of the `version` that the person saw (code "stale"); ingest takes the new limits within seconds and judges the
    latest values anew."""
    if not may(who, "alarms.change_rules"):
        raise PermissionDenied(_("您的岗位不能修改告警规则。"))
    reason = given_reason(reason, _("请写明修改理由。"))
    rule = Rule.objects.select_for_update().get(slug=slug)
    _as_it_was_seen(rule, version)
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise ValidationError(_("不能修改：%(names)s") % {"names": "、".join(sorted(unknown))})
    before = snapshot(rule)
    checked = check(declared(slug), {**before, **changes})
    if checked == before:
        raise ValidationError(_("没有改动。"), code="same")
    for name, value in checked.items():
        setattr(rule, name, value)
    rule.version += 1
    rule.save()
    RuleRevision.objects.create(
        rule=rule, version=rule.version, who_id=who.account_id, who_name=who.name, reason=reason, before=before, after=checked
    )
    audit(who, "alarms.change_rule", rule, f"{rule.name}：{reason}", before, checked)
    announce.hint("rules", slug=slug)
    return rule


def _as_it_was_seen(rule: Rule, version: int | None) -> None:
    if version is None or version == rule.version:
        return
    newest = rule.revisions.first()
    said = {"who": newest.who_name if newest else "", "at": f"{timezone.localtime(rule.changed_at):%m-%d %H:%M}", "reason": newest.reason if newest else ""}
    words = _("%(who)s在 %(at)s 已经改过这条规则（%(reason)s）。您填的没有保存，还在表里；看过之后再保存一次，就以您填的为准。")
    raise ValidationError(words % said, code="stale")


def undo_rule(who: Who, slug: str, version: int, reason: str = "", seen: int | None = None) -> Rule:
    """Back to what the rule was before that change; `seen`: the version that the person looked at."""
    revision = RuleRevision.objects.select_related("rule").get(rule__slug=slug, version=version)
    if seen is not None and revision.rule.version != seen:
        raise ValidationError(_("这条规则刚刚又改过，没有撤销；请看最新的修改记录再决定。"), code="stale")
    return change_rule(who, slug, revision.before, reason.strip() or _("撤销第 %(version)d 版") % {"version": version}, seen)


def snapshot(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in CHANGEABLE}


def check(default: registry.Rule, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted values with their right types; ValidationError by field when they make no sense."""
    wrong: dict[str, str] = {}
    checked = dict(wanted)
    checked["enabled"], checked["auto_register"] = bool(wanted["enabled"]), bool(wanted["auto_register"])
    severity = _number(wanted["severity"])
    if severity not in (1, 2, 3, 4):
        wrong["severity"] = _("级别须是 1 到 4。")
    else:
        checked["severity"] = int(severity)
    for name, label in (("hold_s", _("持续时间")), ("clear_hold_s", _("恢复持续时间")), ("settle_s", _("稳定时间"))):
        seconds = _number(wanted[name])
        if seconds is None or not 0 <= seconds <= LONGEST_S:
            wrong[name] = _("%(label)s须是 0 到 %(most)d 秒之间的数。") % {"label": label, "most": LONGEST_S}
        else:
            checked[name] = seconds
    checked["limits"], bad = _limits(default, wanted["limits"])
    wrong |= bad
    if wrong:
        raise ValidationError(wrong)
    return checked


def _limits(default: registry.Rule, given: Any) -> tuple[dict[str, Any], dict[str, str]]:
    if not isinstance(given, Mapping) or set(given) - set(default.limits) - _CLEARS.keys():
        return {}, {"limits": _("限值的项目与规则不符。")}
    limits: dict[str, Any] = {}
    for name, value in given.items():
        if name == "states":
            states = value if isinstance(value, list | tuple) else []
            if not states or any(_number(state) is None for state in states):
                return {}, {"limits": _("至少选择一个告警状态。")}
            limits[name] = [int(state) for state in states]
            continue
        number = _number(value)
        if number is None and name in _CLEARS:
            continue
        if number is None:
            return {}, {"limits": _("限值须是数字。")}
        limits[name] = number
    missing = set(default.limits) - set(limits) - _CLEARS.keys()
    if missing:
        return {}, {"limits": _("缺少限值：%(names)s") % {"names": "、".join(sorted(missing))}}
    return limits, _sense(default, limits)


_CLEARS = {"clear_above": "above", "clear_below": "below"}


def _sense(default: registry.Rule, limits: Mapping[str, Any]) -> dict[str, str]:
    """Limits that a person can type and that would never work."""
    wrong = ""
    above, below = limits.get("above"), limits.get("below")
    if "clear_above" in limits and (above is None or limits["clear_above"] > above):
        wrong = _("恢复值须不高于告警上限，否则一告警就恢复、来回跳动。")
    elif "clear_below" in limits and (below is None or limits["clear_below"] < below):
        wrong = _("恢复值须不低于告警下限，否则一告警就恢复、来回跳动。")
    elif above is not None and below is not None and above <= below:
        wrong = _("上限须高于下限，否则任何读数都会告警。")
    elif "silent_s" in limits and not 30 <= limits["silent_s"] <= LONGEST_S:
        wrong = _("失联时间须在 30 秒到 90 天之间。")
    elif any(name.startswith("share") and not 0 < value <= 100 for name, value in limits.items() if name != "states"):
        wrong = _("百分比须在 0 到 100 之间。")
    else:
        wrong = _believable(default, limits)
    return {"limits": wrong} if wrong else {}


def _believable(default: registry.Rule, limits: Mapping[str, Any]) -> str:
    for present in registry.present().values():
        for metric in present.manifest.metrics if default in present.manifest.rules else ():
            if metric.slug != default.metric:
                continue
            for name in ("above", "below"):
                value = limits.get(name)
                if value is not None and ((metric.low is not None and value < metric.low) or (metric.high is not None and value > metric.high)):
                    return _("%(value)g 超出%(metric)s可能的范围 %(low)g–%(high)g %(unit)s，规则永远不会（或总会）告警。") % {
                        "value": value, "metric": metric.name, "low": metric.low, "high": metric.high, "unit": metric.unit,
                    }  # fmt: skip
    return ""


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None
