"""Alarms over the small town, raised as ingest raises them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from chengguan.alarms import services
from chengguan.alarms.conditions import Transition
from chengguan.alarms.models import Alarm
from chengguan.people.models import Account


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def dark(town: dict[str, Any], active: bool = True, rule: str = "lamp_dark", value: float = 0.3) -> Alarm:
    """The town's lamp alarms (or returns to normal) now."""
    services.sync_rules()
    now = timezone.now()
    began = int((now - timedelta(seconds=20)).timestamp() * 1000)
    with transaction.atomic():
        services.apply_transitions([Transition(rule, "device", town["device"].pk, active, int(now.timestamp() * 1000), began, value)], now)
    return Alarm.objects.filter(rule=rule).latest("pk")
