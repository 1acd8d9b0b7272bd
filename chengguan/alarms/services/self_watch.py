"""Alarms the platform raises about itself: its stream, its history, a device that floods."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms import platform
from chengguan.alarms.models import Alarm, Rule
from chengguan.alarms.services import moving
from chengguan.things.models import Device


@transaction.atomic
def raise_platform(
    slug: str, key: str, text: str, value: float | None = None, limit: float | None = None, device: Device | None = None
) -> Alarm | None:
    """Raise the platform's own alarm for that cause; the open one when it stands already, None when the rule is off."""
    now = timezone.now()
    rule = Rule.objects.filter(slug=slug, subsystem=platform.SLUG).first()
    if rule is None or not rule.enabled:
        return None
    alarm = Alarm(
        rule=slug, subsystem=platform.SLUG, name=rule.name, cause_kind=Alarm.Cause.PLATFORM, cause_key=key, device=device,
        component=device.component if device else None, point=device.component.point if device and device.component else None,
        severity=rule.severity, scale="平台", text=text[:300], value=value, limit=limit, raised_at=now, reading_at=now,
    )  # fmt: skip
    Alarm.objects.bulk_create([alarm], ignore_conflicts=True)
    standing = Alarm.objects.select_for_update().get(
        rule=slug, cause_kind=Alarm.Cause.PLATFORM, cause_key=key, off_desk_at__isnull=True
    )
    if standing.active and standing.steps.exists():
        return standing
    if not standing.active:
        moving.move(standing, "raise", now)
        standing.raised_at, standing.text, standing.value = now, text[:300], value
        standing.save()
    moving.step(standing, "raise", now, words=text).save()
    moving.announce_raised([standing], now)
    moving.hint([standing])
    return standing


@transaction.atomic
def clear_platform(slug: str, key: str) -> Alarm | None:
    """The cause is over; None when no such alarm was active."""
    now = timezone.now()
    alarm = (
        Alarm.objects.select_for_update()
        .filter(rule=slug, cause_kind=Alarm.Cause.PLATFORM, cause_key=key, off_desk_at__isnull=True, active=True)
        .first()
    )
    if alarm is None:
        return None
    moving.move(alarm, "return", now)
    alarm.save()
    moving.step(alarm, "return", now).save()
    moving.announce_returned([alarm])
    moving.hint([alarm])
    return alarm


def judge_stream(percent: float) -> None:
    """Raise or clear the alarm of the stream that holds what devices send."""
    rule = Rule.objects.filter(slug="stream_filling", enabled=True).first()
    if rule is None:
        return
    if percent > rule.limits["above"]:
        words = _("上行数据流已用 %(n).0f %%，限值 %(limit)g %%") % {"n": percent, "limit": rule.limits["above"]}
        raise_platform("stream_filling", "upstream", words, percent, rule.limits["above"])
    elif percent <= rule.limits.get("clear_above", rule.limits["above"]):
        clear_platform("stream_filling", "upstream")
