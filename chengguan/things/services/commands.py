"""Commands to devices: queued, sent, acknowledged, confirmed by a reading; or timed out, or failed by the device's own word.

A command leaves after the commit, on `zhcg.down.<gateway>.<subsystem>.<device>`, and is proved by the reading its
manifest names, not by the device's word. To a group it goes as one message for each member, under one number.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.engines import announce, nats
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit
from chengguan.things.models import Command, Device, Group

logger = logging.getLogger(__name__)
State = Command.State
OPEN = (State.QUEUED, State.SENT, State.ACKNOWLEDGED)


@dataclass(frozen=True)
class CommandIssued:
    command_id: int


@dataclass(frozen=True)
class CommandChanged:
    command_id: int
    state: str


class AskAgain(ValidationError):
    """A dangerous command, or one to a whole group, is asked for twice; `touches` says how many devices it reaches."""

    def __init__(self, message: str, touches: int) -> None:
        super().__init__(message, code="ask_again")
        self.touches = touches


@transaction.atomic
def issue_command(
    who: Who, target: Device | Group, name: str, parameters: Mapping[str, Any] | None = None, confirmed: bool = False
) -> Command:
    """Queue a command and send it after the commit. ValidationError says what is wrong with it, AskAgain that it needs
    `confirmed`; PermissionDenied when `who` may not switch this."""
    declared = _declared(target.subsystem, name)
    members = _members(target, name)
    _check_leave(who, target, members)
    given = _check_parameters(declared, parameters or {})
    if not confirmed and (declared.dangerous or isinstance(target, Group)):
        words = _("“%(name)s”将作用于 %(target)s 的 %(count)d 台设备，请再次确认。")
        raise AskAgain(words % {"name": declared.name, "target": target, "count": len(members)}, len(members))
    now = timezone.now()
    command = Command.objects.create(
        device=target if isinstance(target, Device) else None,
        group=target if isinstance(target, Group) else None,
        name=name,
        parameters=given,
        asked_by_id=who.account_id,
        asked_name=who.name,
        asked_at=now,
        expires_at=now + timedelta(seconds=declared.timeout_s),
        expect=_expectation(target.subsystem, declared, given),
        waiting=[member.pk for member in members],
    )
    summary = f"{declared.name} → {target}（{len(members)}）"
    audit(who, "command.issue", command, summary, None, {"name": name, "parameters": given, "target": str(target)})
    announce.announce(CommandIssued(command.pk))
    _hint(command)
    transaction.on_commit(lambda: send(command.pk))
    return command


def _declared(subsystem: str, name: str) -> registry.Command:
    if subsystem in registry.present():
        for declared in registry.subsystem(subsystem).manifest.commands:
            if declared.slug == name:
                return declared
    raise ValidationError(_("子系统 %(subsystem)s 没有指令 %(name)s") % {"subsystem": subsystem, "name": name}, code="unknown")


def _members(target: Device | Group, name: str) -> list[Device]:
    """The enabled devices the command reaches; only those whose model knows it."""
    models = {model.slug: model for model in registry.subsystem(target.subsystem).manifest.models}

    def knows(device: Device) -> bool:
        model = models.get(device.model)
        return model is None or name in model.commands

    found = [target] if isinstance(target, Device) else list(target.devices.select_related("gateway", "component"))
    found = [device for device in found if device.enabled and device.gateway.enabled and knows(device)]
    if not found:
        raise ValidationError(_("%(target)s 没有能执行此指令的启用设备") % {"target": target}, code="nobody")
    return found


def _check_leave(who: Who, target: Device | Group, members: Iterable[Device]) -> None:
    action = "things.command" if isinstance(target, Device) else "things.command_group"
    maintainers = {device.component.maintainer_id if device.component else None for device in members}
    # an unknown maintainer is nobody's own: only those who may switch everything may switch it (0 is no organisation)
    if not all(may(who, action, maintainer or 0) for maintainer in maintainers):
        raise PermissionDenied(_("您的岗位不能向 %(target)s 发指令。") % {"target": target})


def _check_parameters(declared: registry.Command, given: Mapping[str, Any]) -> dict[str, Any]:
    """The declared parameters as numbers inside their bounds; nothing else is let through."""
    unknown = set(given) - set(declared.parameters)
    if unknown:
        raise ValidationError(_("指令没有参数 %(names)s") % {"names": "、".join(sorted(unknown))}, code="unknown")
    checked: dict[str, Any] = {}
    for name, spec in declared.parameters.items():
        label = spec.get("name", name)
        value = given.get(name, spec.get("default"))
        if value is None:
            raise ValidationError({name: _("请填写%(name)s") % {"name": label}})
        if spec.get("type", "number") in {"str", "string", "text"}:
            checked[name] = str(value)[:100]
            continue
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValidationError({name: _("%(name)s须是数字") % {"name": label}}) from None
        low, high = spec.get("low"), spec.get("high")
        if not (low is None or number >= low) or not (high is None or number <= high):
            raise ValidationError({name: _("%(name)s须在 %(low)s 到 %(high)s 之间") % {"name": label, "low": low, "high": high}})
        checked[name] = int(number) if number.is_integer() else number
    return checked


def _expectation(subsystem: str, declared: registry.Command, given: Mapping[str, Any]) -> dict[str, Any]:
    """What reading proves the command: {"metric", "value"}, or {"metric", "above"/"below"}; empty when none does.

    A subsystem's `encode` says it under "expect", or by a key that is the metric itself, or under "value"."""
    if not declared.confirm_metric:
        return {}
    encoded = encode(subsystem, declared.slug, given)
    told = encoded.get("expect")
    if isinstance(told, Mapping):
        return {"metric": declared.confirm_metric, **told}
    value = encoded.get(declared.confirm_metric, encoded.get("value", 1))
    return {"metric": declared.confirm_metric, "value": value}


def encode(subsystem: str, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the subsystem says the device must be told."""
    known = registry.subsystem(subsystem).encode
    return dict(known(name, dict(parameters))) if known else dict(parameters)


def send(command_id: int) -> bool:
    """Publish a queued command; it stays queued, to be tried again, while the broker is away."""
    with transaction.atomic():
        command = Command.objects.select_for_update().filter(pk=command_id, state=State.QUEUED).first()
        if command is None:
            return False
        devices = Device.objects.filter(pk__in=command.waiting).select_related("gateway")
        try:
            for device in devices:
                told = encode(device.subsystem, command.name, command.parameters)
                told.pop("expect", None)
                payload = {"command": command.pk, "name": command.name, **told}
                nats.publish(f"zhcg.down.{device.gateway.key}.{device.subsystem}.{device.key}", json.dumps(payload).encode())
        except OSError as trouble:
            logger.warning("command %s waits for the broker: %s", command_id, trouble)
            return False
        command.state, command.sent_at = State.SENT, timezone.now()
        command.save(update_fields=["state", "sent_at"])
        _changed(command)
    return True


@transaction.atomic
def acknowledge_command(command_id: int, gateway_key: str = "") -> Command | None:
    """The device (or its gateway) says it has the command. Another gateway's word does not count, nor one that comes
    after the command ended; None then."""
    command = _answered(command_id, gateway_key, (State.QUEUED, State.SENT))
    if command is None:
        return None
    command.acked_at = timezone.now()
    command.sent_at = command.sent_at or command.acked_at
    # without a reading that could prove it, the device's word is all there is
    command.state = State.ACKNOWLEDGED if command.expect else State.CONFIRMED
    command.confirmed_at = None if command.expect else command.acked_at
    command.save(update_fields=["acked_at", "sent_at", "state", "confirmed_at"])
    _changed(command)
    return command


@transaction.atomic
def fail_command(command_id: int, reason: str, gateway_key: str = "") -> Command | None:
    """The device (or its gateway) says it could not; None as for `acknowledge_command`. Of a group the others may still do it:
    the words stand beside the command, which goes on to its end."""
    command = _answered(command_id, gateway_key, OPEN)
    if command is None:
        return None
    if command.group_id is None:
        command.state = State.FAILED
    command.failure = reason[:200].replace("\0", "\ufffd")
    command.save(update_fields=["state", "failure"])
    _changed(command)
    return command


def _answered(command_id: int, gateway_key: str, states: Iterable[str]) -> Command | None:
    """The command that is answered, locked; only through the gateway of one of its devices, when one is named."""
    rows = Command.objects.select_for_update().filter(pk=command_id, state__in=states)
    if gateway_key:
        through = Q(device__gateway__key=gateway_key) | Q(group__devices__gateway__key=gateway_key)
        rows = rows.filter(pk__in=Command.objects.filter(through, pk=command_id).values("pk"))
    return rows.first()


@transaction.atomic
def confirm_commands(device_values: Mapping[int, Mapping[str, float]]) -> list[int]:
    """Readings just recorded, device id -> {metric: value}: sent commands they prove are confirmed (a group's when the
    last member's reading has come). Returns their ids. One query when nothing is open, whatever the batch's size."""
    open_now = Command.objects.filter(state__in=(State.SENT, State.ACKNOWLEDGED)).exclude(expect={})
    touched = [
        (pk, [device for device in waiting if device in device_values and proves(expect, device_values[device])])
        for pk, waiting, expect in open_now.values_list("pk", "waiting", "expect")
    ]
    proven = {pk: devices for pk, devices in touched if devices}
    if not proven:
        return []
    done = []
    for command in Command.objects.select_for_update().filter(pk__in=proven, state__in=OPEN).order_by("pk"):
        command.waiting = [device for device in command.waiting if device not in proven[command.pk]]
        if not command.waiting:
            command.state, command.confirmed_at = State.CONFIRMED, timezone.now()
            done.append(command.pk)
        command.save(update_fields=["waiting", "state", "confirmed_at"])
        _changed(command)
    return done


def proves(expect: Mapping[str, Any], values: Mapping[str, float]) -> bool:
    """Whether these values are the reading expected."""
    value = values.get(expect.get("metric", ""))
    if value is None:
        return False
    if "above" in expect or "below" in expect:
        return value > expect.get("above", float("-inf")) and value < expect.get("below", float("inf"))
    return abs(value - float(expect.get("value", 1))) <= float(expect.get("tolerance", 1e-6))


@transaction.atomic
def expire_commands() -> int:
    """Commands past their time without proof time out; returns how many."""
    rows = Command.objects.select_for_update(skip_locked=True).filter(state__in=OPEN, expires_at__lt=timezone.now())
    expired = list(rows)
    for command in expired:
        command.state = State.TIMED_OUT
        command.save(update_fields=["state"])
        _changed(command)
    return len(expired)


def send_waiting() -> int:
    """Try again what is still queued; returns how many left now."""
    before = timezone.now() - timedelta(seconds=2)
    rows = Command.objects.filter(state=State.QUEUED, asked_at__lt=before, expires_at__gt=timezone.now())
    return sum(send(pk) for pk in rows.values_list("pk", flat=True))


def _changed(command: Command) -> None:
    announce.announce(CommandChanged(command.pk, command.state))
    _hint(command)


def _hint(command: Command) -> None:
    announce.hint("devices", id=command.device_id, group=command.group_id, command=command.pk)
