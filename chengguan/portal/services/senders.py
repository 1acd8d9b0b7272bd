"""How much one sender, and all together, may bring in an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from chengguan.engines import prepared
from chengguan.portal.models import Partner, Sender
from chengguan.portal.selectors import recent_from_citizens
from chengguan.portal.services.refusals import TooMany

HOUR, TEN_MINUTES = timedelta(hours=1), timedelta(minutes=10)
FROM_ONE_ADDRESS = 10
"""Reports an hour from one network address; a household or an office shares one."""
TRIES = 60
"""How often an hour one network address may try, with what is refused: each try is looked up in the register of addresses."""
TRIES_OF_ALL = 600
"""The same in ten minutes, of all addresses without a key together."""
FROM_ALL = 120
"""Reports in ten minutes from people without a key altogether; beyond that they are asked to telephone."""

_COUNT = """
INSERT INTO portal_sender AS known (key, since, reports) SELECT %(key)s, %(now)s, 1 WHERE set_config('synchronous_commit', 'off', true) = 'off'
ON CONFLICT (key) DO UPDATE SET since = CASE WHEN known.since <= %(past)s THEN excluded.since ELSE known.since END,
  reports = CASE WHEN known.since <= %(past)s THEN 1 ELSE known.reports + 1 END
RETURNING reports
"""
"""Not waited for until it is on disk: a count that a power cut takes back harms nobody."""


def count_try(ip: str) -> None:
    """Count what that network address sends, before it is read; TooMany beyond what anybody mistypes in an hour."""
    if _sent_by(f"try:{ip}") > TRIES:
        raise TooMany([_("您这一小时试得太多了，请歇一会儿再报；急事请打热线 12319。")])
    if _sent_by("try:of all", TEN_MINUTES) > TRIES_OF_ALL:
        raise TooMany([_("现在上报的人太多，请十分钟后再试；急事请打热线 12319。")])


def count_stranger(ip: str) -> None:
    """Count a report from that network address; TooMany when it is one too many, for the address or for the door."""
    if _sent_by(ip) > FROM_ONE_ADDRESS:
        raise TooMany([_("您这一小时报得很多了，请歇一会儿再报；急事请打热线 12319。")])
    if recent_from_citizens(10) >= FROM_ALL:
        raise TooMany([_("现在上报的人太多，请十分钟后再试；急事请打热线 12319。")])


def count_partner(partner: Partner) -> None:
    """Count a report with that partner's key; TooMany beyond what it may in an hour."""
    if _sent_by(f"partner:{partner.pk}") > partner.an_hour:
        raise TooMany([_("这把密钥一小时最多上报 %(most)d 件，已经用完；请过后再发，或请管理员调高。") % {"most": partner.an_hour}])


def _sent_by(sender: str, window: timedelta = HOUR) -> int:
    """How many reports this sender has sent in its hour (or other window), this one counted: in one statement, so that no worker misses
    another's. With the first of an hour go those who have not come for one."""
    now = timezone.now()
    given: dict[str, Any] = {"key": salted_hmac("portal.sender", sender, algorithm="sha256").hexdigest(), "now": now, "past": now - window}
    counted = prepared.row(_COUNT, given)
    assert counted is not None
    sent = int(counted[0])
    if sent == 1:
        Sender.objects.filter(since__lte=now - HOUR).delete()
    return sent
