"""Gateways' accounts at the broker. A password is shown once; only its bcrypt hash is kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

import bcrypt
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.engines import nats
from chengguan.people.selectors import Who
from chengguan.people.services import audit, require, save_audited
from chengguan.things.models import Gateway

ROUNDS = 8
"""Of bcrypt: keys are 32 random bytes, so guessing is hopeless at any cost; more rounds only slow a storm of reconnections."""


def _hash(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()


@transaction.atomic
def create_gateway(who: Who, key: str, name: str, subsystem: str, kind: str = Gateway.Kind.OWN, **fields: Any) -> Gateway:
    """A gateway without a key; `rotate_gateway_key` issues one."""
    require(who, "things.manage_gateways")
    gateway = Gateway(key=key, name=name, subsystem=subsystem, kind=kind, **fields)
    gateway.applications = _applications(gateway, gateway.applications)
    return save_audited(who, gateway, "gateway.create")


@transaction.atomic
def set_gateway_applications(who: Who, gateway: Gateway, applications: Iterable[str]) -> Gateway:
    """Which applications a ChirpStack server may speak for; the broker and the ingest know at once."""
    require(who, "things.manage_gateways")
    gateway.applications = _applications(gateway, applications)
    saved = save_audited(who, gateway, "gateway.applications")
    transaction.on_commit(write_gateway_accounts)
    return saved


def _applications(gateway: Gateway, given: Iterable[str]) -> list[str]:
    """In order, each once. ValidationError in words when one cannot be, or belongs to another account; two who claim it at
    once come here one after the other."""
    ids = list(dict.fromkeys(given))
    if (gateway.kind == Gateway.Kind.CHIRPSTACK) != bool(ids):
        raise ValidationError(_("ChirpStack 账号至少要有一个应用编号；自有协议的网关没有应用编号。"))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('things.applications'))")
    for each in ids:
        if not nats.ACCEPTABLE_KEY.match(each):
            raise ValidationError(_("“%(id)s”不是应用编号：只能有字母、数字、- 和 _。") % {"id": each})
        other = Gateway.objects.filter(applications__contains=[each]).exclude(pk=gateway.pk).first()
        if other is not None:
            raise ValidationError(_("应用 %(id)s 已属于网关 %(name)s。") % {"id": each, "name": other})
    return ids


@transaction.atomic
def rotate_gateway_key(who: Who, gateway: Gateway) -> str:
    """A new key; the old one stops working once the broker has read its accounts again. Returned once, never stored."""
    require(who, "things.manage_gateways")
    password = secrets.token_urlsafe(24)
    set_gateway_password(who, gateway, password)
    return password


@transaction.atomic
def set_gateway_password(who: Who, gateway: Gateway, password: str) -> None:
    """Set a known key (for a gateway that cannot be told another one, and for the demo)."""
    require(who, "things.manage_gateways")
    gateway.password_hash = _hash(password)
    gateway.key_issued_at = timezone.now()
    gateway.save(update_fields=["password_hash", "key_issued_at"])
    audit(who, "gateway.key", gateway, str(gateway))
    transaction.on_commit(write_gateway_accounts)


@transaction.atomic
def set_gateway_enabled(who: Who, gateway: Gateway, enabled: bool) -> Gateway:
    """A disabled gateway is cut off at once."""
    require(who, "things.manage_gateways")
    gateway.enabled = enabled
    saved = save_audited(who, gateway, "gateway.enable" if enabled else "gateway.disable")
    transaction.on_commit(write_gateway_accounts)
    return saved


def write_gateway_accounts() -> None:
    """Hand every enabled gateway's key hash to the broker, which reads it without dropping the others."""
    rows = Gateway.objects.filter(enabled=True).exclude(password_hash="")
    nats.write_accounts(rows.values_list("key", "password_hash", "kind", "applications"))
